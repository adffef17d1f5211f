/**
 * A doubly linked list of frames in arrays: every operation takes constant time and makes no objects.
 *
 * Layer beneath: none.
 */

/** In a link: the frame is not in the list. */
const ABSENT = -1;

export class FrameList {
  /** Stands for "no frame", before the first and behind the last. */
  readonly end: number;
  size = 0;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;

  /** @param limit one more than the highest frame number */
  constructor(limit: number) {
    this.end = limit;
    this.next = new Int32Array(limit + 1).fill(ABSENT);
    this.previous = new Int32Array(limit + 1).fill(ABSENT);
    this.next[limit] = limit;
    this.previous[limit] = limit;
  }

  has(frame: number): boolean {
    return this.next[frame] !== ABSENT;
  }

  /** The first frame, or `end`. */
  get first(): number {
    return this.next[this.end]!;
  }

  /** The frame behind another, or `end`; behind `end` comes the first again. */
  after(frame: number): number {
    return this.next[frame]!;
  }

  addLast(frame: number): void {
    this.addBefore(this.end, frame);
  }

  addBefore(place: number, frame: number): void {
    const before = this.previous[place]!;
    this.next[before] = frame;
    this.previous[frame] = before;
    this.next[frame] = place;
    this.previous[place] = frame;
    this.size++;
  }

  /** Removes a frame; nothing happens when it is not there. */
  remove(frame: number): void {
    const after = this.next[frame]!;
    if (after === ABSENT) return;
    const before = this.previous[frame]!;
    this.next[before] = after;
    this.previous[after] = before;
    this.next[frame] = ABSENT;
    this.size--;
  }

  moveLast(frame: number): void {
    this.remove(frame);
    this.addLast(frame);
  }

  /** The first frame that satisfies a condition. */
  find(condition: (frame: number) => boolean): number | undefined {
    for (let frame = this.first; frame !== this.end; frame = this.next[frame]!) {
      if (condition(frame)) return frame;
    }
    return undefined;
  }
}
