/**
 * Tells an observer which pages are referenced, exactly and in program order.
 *
 * A processor that is made with a tracer never answers from the translation cache, so that each access of data passes
 * touch(), and every instruction reports the page that it was fetched from (cpu/traced-execution.ts); the kernel
 * reports
 * what it reads and writes for a thread. Runs of references of one address space to one page become one; a read right
 * after a write of the same page adds nothing and is left out too.
 * Layer beneath: none.
 */

export const ReferenceKind = { READ: 0, WRITE: 1, FETCH: 2 } as const;

export interface ReferenceObserver {
  /**
   * @param space serial number of the address space's translation table
   * @param page virtual page number, 0 … 2^20-1
   * @param time instructions completed before
   */
  referenced(space: number, page: number, frame: number, kind: number, time: number): void;
}

export class ReferenceTracer {
  /** By frame: 1 when references to it are told. The owner of the tracer sets it. */
  readonly watched: Uint8Array;
  private readonly observer: ReferenceObserver;
  private lastSpace = -1;
  private lastPage = -1;
  private lastKind = -1;

  /** @param frames frames of the machine */
  constructor(frames: number, observer: ReferenceObserver) {
    this.watched = new Uint8Array(frames);
    this.observer = observer;
  }

  touch(space: number, page: number, frame: number, kind: number, time: number): void {
    if (this.watched[frame] === 0) return;
    if (page === this.lastPage && space === this.lastSpace) {
      // 0 is a read, 1 a write.
      if (kind === this.lastKind || (kind === 0 && this.lastKind === 1)) return;
    }
    this.lastSpace = space;
    this.lastPage = page;
    this.lastKind = kind;
    this.observer.referenced(space, page, frame, kind, time);
  }
}
