/**
 * Where each arithmetic flag may come from at a place of a loop: which instruction set it, and what has lain between since. So a
 * generator knows which flags are undefined, and what a loop covers.
 *
 * Layer beneath: ../programs/flag-use.ts.
 */
import { ALL_FLAGS } from "../programs/flag-use.ts";

/** The arithmetic flags, as EFLAGS bits. */
const FLAGS = [1, 4, 16, 64, 128, 2048] as const;

/** Flags at the head of a loop: they come from in front of it or from its end. */
export class Head {
  /** What flows in, by place in FLAGS. */
  readonly sources: Origin[][] = FLAGS.map(() => []);
}

export interface Origin {
  /** Number of a producer, or a loop's head. */
  readonly source: number | Head;
  /** What lies between, one bit for each number of a kind. */
  readonly between: bigint;
}

/** A flag that is read. */
interface Read {
  readonly consumer: number;
  readonly flag: number;
  readonly origin: Origin;
}

/** A way from an instruction that sets a flag to one that reads it. */
export interface Way {
  readonly producer: number;
  readonly between: bigint;
  readonly consumer: number;
}

export class FlagFlow {
  /** Flags that are undefined. */
  undefined = 0;
  private origins: (readonly Origin[])[] = FLAGS.map(() => []);
  private readonly reads: Read[];

  constructor(reads: Read[] = []) {
    this.reads = reads;
  }

  /** A copy, of which reads count as this one's. */
  clone(): FlagFlow {
    const copy = new FlagFlow(this.reads);
    copy.undefined = this.undefined;
    copy.origins = [...this.origins];
    return copy;
  }

  /** Becomes what another one is. */
  assign(other: FlagFlow): void {
    this.undefined = other.undefined;
    this.origins = [...other.origins];
  }

  /** Paths meet here. */
  merge(other: FlagFlow): void {
    this.undefined |= other.undefined;
    this.origins = this.origins.map((origins, flag) => union(origins, other.origins[flag]!));
  }

  /** An instruction sets some flags and makes others undefined. @param perhaps it may also leave all as they are */
  produce(producer: number, set: number, undefinedFlags: number, perhaps: boolean): void {
    const changed = set | undefinedFlags;
    this.undefined = (perhaps ? this.undefined : this.undefined & ~set) | undefinedFlags;
    this.origins = this.origins.map((origins, flag) => {
      const bit = FLAGS[flag]!;
      if ((changed & bit) === 0) return origins;
      const made = (set & bit) === 0 ? [] : [{ source: producer, between: 0n }];
      return perhaps ? union(origins, made) : made;
    });
  }

  /** Something lies between what is before and what comes. */
  pass(kind: number): void {
    const bit = 1n << BigInt(kind);
    this.origins = this.origins.map((origins) => union(origins.map(({ source, between }) => ({ source, between: between | bit }))));
  }

  read(consumer: number, flags: number): void {
    FLAGS.forEach((bit, flag) => {
      if ((flags & bit) === 0) return;
      for (const origin of this.origins[flag]!) this.reads.push({ consumer, flag, origin });
    });
  }

  /** A loop begins. @param undefinedFlags those that are undefined there, in all rounds */
  enterLoop(undefinedFlags: number): Head {
    const head = new Head();
    this.flowInto(head);
    this.undefined = undefinedFlags;
    this.origins = FLAGS.map(() => [{ source: head, between: 0n }]);
    return head;
  }

  /** Control goes to a loop's head. */
  flowInto(head: Head): void {
    this.origins.forEach((origins, flag) => head.sources[flag]!.push(...origins));
  }

  /** All ways of flags, when the program is complete. */
  ways(): Way[] {
    const ways = new Map<string, Way>();
    const follow = (consumer: number, flag: number, { source, between }: Origin, heads: readonly Head[]): void => {
      if (typeof source === "number") {
        ways.set(`${source} ${between} ${consumer}`, { producer: source, between, consumer });
      } else if (!heads.includes(source)) {
        for (const origin of source.sources[flag]!) {
          follow(consumer, flag, { source: origin.source, between: origin.between | between }, [...heads, source]);
        }
      }
    };
    for (const { consumer, flag, origin } of this.reads) follow(consumer, flag, origin, []);
    return [...ways.values()];
  }

  get isDefined(): boolean {
    return (this.undefined & ALL_FLAGS) === 0;
  }
}

function union(...lists: readonly (readonly Origin[])[]): readonly Origin[] {
  const found: Origin[] = [];
  for (const list of lists) {
    for (const origin of list) {
      if (!found.some(({ source, between }) => source === origin.source && between === origin.between)) found.push(origin);
    }
  }
  return found;
}
