/**
 * Neighbours in memory and on the paging disk, in a replay: which pages a page-in brings beside the one asked for.
 *
 * Slots are given as the memory manager gives them, and places are those that the trace tells, so that the pages are those of the
 * live run. Layers beneath: trace.ts, servers/memory-manager/slot-map.ts.
 */
import { NO_SLOT } from "#servers/memory-manager/page.ts";
import { SlotMap } from "#servers/memory-manager/slot-map.ts";
import { SWAP_PAGES } from "./measurement.ts";
import { TASK_LIMIT, type Trace } from "./trace.ts";

export class ReplayDisk {
  private readonly slots: SlotMap;
  /** By page index. */
  private readonly slotOf: Int32Array;
  /** Page index by place. */
  private readonly pageAt = new Map<number, number>();
  /** Places of pages by page and task, and by page alone: a data space may be shared by tasks that were told nothing. */
  private readonly placeIn = new Map<number, number>();
  private readonly lastPlace = new Map<number, number>();
  private readonly trace: Trace;
  /** Placements that have happened. */
  private placed = 0;

  constructor(trace: Trace) {
    this.trace = trace;
    this.slotOf = new Int32Array(trace.pages.length).fill(NO_SLOT);
    // Every page has a slot at the most, so that this disk is never full.
    this.slots = new SlotMap(Math.max(SWAP_PAGES, trace.pages.length));
  }

  /** The pages have gone out together; none has a slot. */
  write(pages: readonly number[]): void {
    const { pages: numbers } = this.trace;
    const order = [...pages].sort((a, b) => numbers[a]! - numbers[b]!);
    for (let done = 0; done < order.length; ) {
      const { first, count } = this.slots.allocateRun(order.length - done);
      for (let each = 0; each < count; each++) this.slotOf[order[done + each]!] = first + each;
      done += count;
    }
  }

  /** The page was changed, or is gone for good. */
  forget(page: number): void {
    if (this.slotOf[page] === NO_SLOT) return;
    this.slots.free(this.slotOf[page]!);
    this.slotOf[page] = NO_SLOT;
  }

  /**
   * Pages that lie behind a page in memory and on the disk.
   * @param position of the record at which the task asks for the page
   * @param isResident whether the page is in a frame
   */
  following(position: number, task: number, page: number, most: number, isResident: (page: number) => boolean): number[] {
    this.placeUntil(position);
    const place = this.placeIn.get(page * TASK_LIMIT + task) ?? this.lastPlace.get(page);
    const found: number[] = [];
    if (place === undefined) return found;
    for (let distance = 1; distance <= most; distance++) {
      const next = this.pageAt.get(place + distance);
      if (next === undefined || isResident(next) || this.slotOf[next] !== this.slotOf[page]! + distance) break;
      found.push(next);
    }
    return found;
  }

  private placeUntil(position: number): void {
    const { placements } = this.trace;
    for (; this.placed < placements.length && placements[this.placed]!.position <= position; this.placed++) {
      const { task, page, place } = placements[this.placed]!;
      if (page === undefined) {
        this.pageAt.delete(place);
        continue;
      }
      this.pageAt.set(place, page);
      this.placeIn.set(page * TASK_LIMIT + task, place);
      this.lastPlace.set(page, place);
    }
  }
}
