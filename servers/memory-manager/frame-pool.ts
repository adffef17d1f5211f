/**
 * The manager's frames, taken from σ0 at the start and mapped idempotently: frame f is at f * 4096 of
 * the manager's own space.
 *
 * Layer beneath: σ0 (abi/sigma0.ts).
 */
import { flexpage, flexpageBase, flexpageSize, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op } from "#kernel/native.ts";
import { Sigma0Request } from "../abi/sigma0.ts";

/** Largest piece to ask for at once: 2^22 bytes. */
const LARGEST_PIECE = 22;

export class FramePool {
  /** Frames owned in all. */
  readonly count: number;
  /** One more than the highest frame number. */
  readonly limit: number;
  private readonly free: number[];

  private constructor(frames: number[]) {
    this.count = frames.length;
    this.limit = frames.reduce((limit, frame) => Math.max(limit, frame + 1), 0);
    // Taken from the end: the lowest first, so that fresh memory is contiguous.
    this.free = frames.sort((a, b) => b - a);
  }

  /** Takes up to `wanted` frames from σ0, in pieces as large as it gives. */
  static *take(sigma0: ThreadId, wanted: number): Op<FramePool> {
    const frames: number[] = [];
    let log2 = LARGEST_PIECE;
    while (frames.length < wanted && log2 >= 12) {
      if (2 ** (log2 - 12) > wanted - frames.length) {
        log2--;
        continue;
      }
      const answer = yield* call(sigma0, { words: [Sigma0Request.ANY, 0, flexpage(0, log2)] }, undefined, WHOLE_SPACE);
      const given = answer.error === 0 ? (answer.words[0] ?? 0) : 0;
      if (given === 0) log2--;
      else for (let at = 0; at < flexpageSize(given); at += 4096) frames.push((flexpageBase(given) + at) / 4096);
    }
    return new FramePool(frames);
  }

  get freeCount(): number {
    return this.free.length;
  }

  allocate(): number | undefined {
    return this.free.pop();
  }

  release(frame: number): void {
    this.free.push(frame);
  }
}
