/**
 * Replays: what a replacement policy does with a reference trace in a given number of frames.
 *
 * The policy runs as in the memory manager; every reference sets the accessed bit of its page, and a write the dirty bit. Layers
 * beneath: trace.ts, servers/memory-manager/ (the policies and local replacement). Rules that make a replay equal to
 * the live run: README.md.
 */
import { LocalReplacement } from "#servers/memory-manager/local-replacement.ts";
import { parametersOf, policyNamed } from "#servers/memory-manager/policies/table.ts";
import type { PolicyRow, PolicyView, ReplacementPolicy } from "#servers/memory-manager/replacement-policy.ts";
import type { PolicyChoice, Scope } from "./measurement.ts";
import { type MissCurve, MissCurveBuilder } from "./miss-curve.ts";
import { NEVER, nextUses } from "./next-use.ts";
import { ReplayDisk } from "./replay-disk.ts";
import { seededRandom } from "./seeded-random.ts";
import { RecordKind, type Trace } from "./trace.ts";
import { loaded } from "./trace-spool.ts";

export interface ReplayOptions {
  readonly frames: number;
  readonly scope: Scope;
  /**
   * Pages that come with a page-in: those behind the page in memory and on the disk, when the trace tells places; otherwise those with the
   * next numbers, as far as they were in memory before.
   */
  readonly readAhead: number;
  /** Victims that go together when the first is dirty; default 1. */
  readonly cluster?: number;
  /** For policies that draw lots. */
  readonly seed: string;
  /** Whether `faultsAt` is wanted. */
  readonly log?: boolean;
}

export interface ReplayResult {
  readonly policy: PolicyChoice;
  readonly frames: number;
  readonly references: number;
  readonly faults: number;
  /** Faults on pages that were never in memory before. */
  readonly cold: number;
  readonly evictions: number;
  readonly dirtyEvictions: number;
  readonly missCurve: MissCurve;
  /** The time of each fault. */
  readonly faultsAt?: readonly number[];
}

const ABSENT = -1;

class Memory {
  faults = 0;
  cold = 0;
  evictions = 0;
  dirtyEvictions = 0;
  readonly faultsAt: number[] = [];
  readonly misses = new MissCurveBuilder();
  /** By page index: its frame, or ABSENT. */
  readonly frameOf: Int32Array;
  /** By frame. */
  readonly accessed: Uint8Array;
  readonly dirty: Uint8Array;
  /** By frame: position of the next reference to its page, for policies that need the future. */
  readonly nextUse: Uint32Array;
  readonly policy: ReplacementPolicy;
  private time = 0;
  private incomingOwner = 0;
  private readonly pinned: Uint8Array;
  /** By frame: index of its page. */
  private readonly pageOf: Uint32Array;
  private readonly free: number[];
  /** By page index: whether it was in memory and lives. */
  private readonly known: Uint8Array;
  /** By page index: the task that referenced it first, when that matters. */
  private readonly owners: Uint16Array;
  private readonly indices: ReadonlyMap<number, number>;
  private readonly disk: ReplayDisk | undefined;
  private readonly trace: Trace;
  private readonly options: ReplayOptions;

  constructor(trace: Trace, row: PolicyRow, parameters: Readonly<Record<string, number>>, options: ReplayOptions) {
    const { frames } = options;
    this.trace = trace;
    this.options = options;
    this.frameOf = new Int32Array(trace.pages.length).fill(ABSENT);
    this.known = new Uint8Array(trace.pages.length);
    this.owners = new Uint16Array(trace.pages.length);
    this.disk = options.readAhead > 0 && trace.placements.length > 0 ? new ReplayDisk(trace) : undefined;
    this.indices = new Map(options.readAhead > 0 && !this.disk ? trace.pages.map((page, index) => [page, index]) : []);
    this.accessed = new Uint8Array(frames);
    this.dirty = new Uint8Array(frames);
    this.pinned = new Uint8Array(frames);
    this.pageOf = new Uint32Array(frames);
    this.nextUse = new Uint32Array(frames);
    this.free = Array.from({ length: frames }, (_, index) => frames - 1 - index);
    const create = (view: PolicyView): ReplacementPolicy => row.create(view, parameters);
    this.policy = options.scope === "local" ? this.localPolicy(create) : create(this.view());
  }

  private view(): PolicyView {
    const { accessed, dirty, pinned, nextUse } = this;
    return {
      limit: this.options.frames,
      capacity: this.options.frames,
      mayGo: (frame) => pinned[frame] === 0,
      accessed: (frame) => {
        const was = accessed[frame] === 1;
        accessed[frame] = 0;
        return was;
      },
      dirty: (frame) => dirty[frame] === 1,
      now: () => this.time,
      random: seededRandom(this.options.seed),
      nextUse: (frame) => (nextUse[frame] === NEVER ? Number.POSITIVE_INFINITY : nextUse[frame]!),
    };
  }

  private localPolicy(create: (view: PolicyView) => ReplacementPolicy): ReplacementPolicy {
    return new LocalReplacement(this.view(), create, {
      ofFrame: (frame) => this.owners[this.pageOf[frame]!]!,
      ofIncoming: () => this.incomingOwner,
    });
  }

  /**
   * A reference to a page that is not in memory.
   * @param position of the record
   * @param next position of the page's next reference
   */
  fault(position: number, time: number, index: number, mark: number, next: number): void {
    this.time = time;
    this.faults++;
    this.misses.add(time);
    if (this.options.log) this.faultsAt.push(time);
    const ahead: number[] = [];
    if (this.known[index] === 0) {
      this.cold++;
      this.known[index] = 1;
      this.owners[index] = mark >>> 2;
    } else if (this.options.readAhead > 0) {
      const { disk } = this;
      const found = disk?.following(position, mark >>> 2, index, this.options.readAhead, (page) => this.frameOf[page] !== ABSENT);
      ahead.push(...(found ?? this.neighbours(index)));
    }
    const [frame, ...frames] = this.allocate([index, ...ahead]);
    if (frame === undefined) throw new Error("the policy found no victim");
    // The page asked for comes last, as the one that is used.
    for (let i = frames.length - 1; i >= 0; i--) this.insert(frames[i]!, ahead[i]!, 0, 0);
    this.nextUse[frame] = next;
    const isWrite = (mark & 3) === RecordKind.WRITE;
    this.insert(frame, index, 1, isWrite ? 1 : 0);
    if (isWrite) this.disk?.forget(index);
  }

  /** A clean page in memory is written. */
  dirtied(frame: number): void {
    this.dirty[frame] = 1;
    this.disk?.forget(this.pageOf[frame]!);
  }

  drop(time: number, index: number): void {
    this.time = time;
    this.known[index] = 0;
    this.disk?.forget(index);
    const frame = this.frameOf[index]!;
    if (frame === ABSENT) return;
    this.free.push(frame);
    this.remove(frame, false);
  }

  private insert(frame: number, index: number, accessed: number, dirty: number): void {
    this.accessed[frame] = accessed;
    this.dirty[frame] = dirty;
    this.pageOf[frame] = index;
    this.frameOf[index] = frame;
    this.policy.inserted(frame, this.trace.pages[index]!);
  }

  private remove(frame: number, evicted: boolean): void {
    const index = this.pageOf[frame]!;
    this.frameOf[index] = ABSENT;
    this.policy.removed(frame, this.trace.pages[index]!, evicted);
  }

  /** Frames for pages, fewer when the policy finds no victims. As in the memory manager, all victims are chosen before the first goes. */
  private allocate(wanted: readonly number[]): number[] {
    const found: number[] = [];
    const rooms: number[][] = [];
    const spare: number[] = [];
    for (const page of wanted) {
      let frame = this.free.pop() ?? spare.pop();
      if (frame === undefined) {
        this.incomingOwner = this.owners[page]!;
        const victims = this.chooseVictims(this.trace.pages[page]!);
        const [first, ...others] = victims;
        if (first === undefined) break;
        rooms.push(victims);
        frame = first;
        spare.push(...others);
      }
      found.push(frame);
    }
    for (const victims of rooms) this.evict(victims);
    this.free.push(...spare);
    return found;
  }

  private evict(victims: readonly number[]): void {
    this.disk?.write(victims.filter((frame) => this.dirty[frame] === 1).map((frame) => this.pageOf[frame]!));
    for (const frame of victims) {
      this.pinned[frame] = 0;
      this.evictions++;
      this.dirtyEvictions += this.dirty[frame]!;
      this.remove(frame, true);
    }
  }

  private chooseVictims(incoming: number): number[] {
    const victims: number[] = [];
    while (victims.length < (this.options.cluster ?? 1)) {
      const frame = this.policy.pickVictim(incoming);
      if (frame === undefined) break;
      this.pinned[frame] = 1;
      victims.push(frame);
      if (this.dirty[frame] === 0 && victims.length === 1) break;
    }
    return victims;
  }

  /** Pages with the next numbers that could be read in. */
  private neighbours(index: number): number[] {
    const found: number[] = [];
    const page = this.trace.pages[index]!;
    for (let distance = 1; distance <= this.options.readAhead; distance++) {
      const other = this.indices.get(page + distance);
      if (other !== undefined && this.known[other] === 1 && this.frameOf[other] === ABSENT) found.push(other);
    }
    return found;
  }
}

/**
 * Replays a trace.
 * @throws RangeError when the policy, a parameter or a number in the options is not possible
 */
export function replay(trace: Trace, choice: PolicyChoice, options: ReplayOptions): ReplayResult {
  const row = policyNamed(choice.name);
  const parameters = parametersOf(row, choice.parameters);
  checkOptions(row, options);
  const memory = new Memory(trace, row, parameters, options);
  const futures = row.references === "future" ? nextUses(trace) : undefined;
  run(trace, memory, futures);
  const { faults, cold, evictions, dirtyEvictions, faultsAt, misses } = memory;
  const missCurve = misses.curve(trace.end);
  const result = { policy: { name: row.name, parameters }, frames: options.frames, references: trace.references, missCurve };
  return { ...result, faults, cold, evictions, dirtyEvictions, ...(options.log ? { faultsAt } : {}) };
}

function checkOptions(row: PolicyRow, { frames, scope, readAhead, cluster = 1 }: ReplayOptions): void {
  if (!Number.isInteger(frames) || frames < 1) throw new RangeError(`a replay needs at least one frame, not ${frames}`);
  if (!Number.isInteger(readAhead) || readAhead < 0) throw new RangeError(`${readAhead} pages cannot be read ahead`);
  if (!Number.isInteger(cluster) || cluster < 1) throw new RangeError(`a cluster cannot have ${cluster} pages`);
  if (row.references === "future" && (readAhead > 0 || cluster > 1 || scope === "local")) {
    throw new RangeError(`policy '${row.name}' is the bound for demand paging: it has no read-ahead, clusters or local scope`);
  }
}

function run(trace: Trace, memory: Memory, futures: readonly Uint32Array[] | undefined): void {
  const { frameOf, accessed, dirty, nextUse, policy } = memory;
  const tells = policy.referenced !== undefined;
  const { WRITE, DROP } = RecordKind;
  let before = 0;
  for (const [number, stored] of trace.pieces.entries()) {
    const { length, times, pages, marks } = loaded(stored);
    const future = futures?.[number];
    for (let at = 0; at < length; at++) {
      const index = pages[at]!;
      const mark = marks[at]!;
      const kind = mark & 3;
      if (kind === DROP) {
        memory.drop(times[at]!, index);
        continue;
      }
      const frame = frameOf[index]!;
      if (frame === ABSENT) {
        memory.fault(before + at, times[at]!, index, mark, future ? future[at]! : NEVER);
        continue;
      }
      accessed[frame] = 1;
      if (kind === WRITE && dirty[frame] === 0) memory.dirtied(frame);
      if (future) nextUse[frame] = future[at]!;
      if (tells) policy.referenced!(frame);
    }
    before += length;
  }
}
