/**
 * Code that the interpreter was found at: operations, each at the linear addresses where its frame is mapped.
 *
 * A frame of a shared library is mapped at different addresses in different processes, and a region belongs to one
 * address. So what is known of an operation is kept for each of them.
 */
import type { Operation } from "../cpu/operation.ts";
import { UNLINKED } from "./layout.ts";
import type { Region } from "./regions.ts";

/** Addresses of an operation that are remembered. */
const MAX_ADDRESSES = 8;

/** An operation at one linear address. */
export class Candidate {
  /** Linear address of its page, as in Word.PAGE. */
  readonly page: number;
  /** Slot of its first region, from when that can run: UNLINKED before, and without regions. */
  slot: number = UNLINKED;
  /** Samples since it was translated last. */
  heat = 0;
  /** How often it has been translated. */
  versions = 0;
  /** Its regions: for different states of the x87 unit, and places of the stack. */
  variants: readonly Region[] = [];

  constructor(page: number) {
    this.page = page;
  }
}

export class Candidates {
  private readonly all = new WeakMap<Operation, Candidate[]>();
  private readonly dropped: (op: Operation, candidate: Candidate) => void;

  /** @param dropped called with the oldest candidate of an operation that has too many */
  constructor(dropped: (op: Operation, candidate: Candidate) => void) {
    this.dropped = dropped;
  }

  find(op: Operation, page: number): Candidate | undefined {
    return this.all.get(op)?.find((candidate) => candidate.page === page);
  }

  /** The same; makes it when there is none. */
  at(op: Operation, page: number): Candidate {
    const known = this.find(op, page);
    if (known !== undefined) return known;
    const made = new Candidate(page);
    const others = this.all.get(op);
    if (others === undefined) this.all.set(op, [made]);
    else if (others.push(made) > MAX_ADDRESSES) this.dropped(op, others.shift()!);
    return made;
  }

  /** Whether a region can run that starts at an operation, at any address. */
  hasRegion(op: Operation): boolean {
    return this.all.get(op)?.some(({ slot }) => slot !== UNLINKED) ?? false;
  }
}
