/**
 * Random replacement: any page goes, with equal probability.
 *
 * Source: Belady, "A study of replacement algorithms for a virtual-storage computer" (1966).
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";

export class RandomChoice implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly frames: Int32Array;
  /** By frame: its index in `frames`. */
  private readonly indices: Int32Array;
  private count = 0;

  constructor(view: PolicyView) {
    this.view = view;
    this.frames = new Int32Array(view.limit);
    this.indices = new Int32Array(view.limit);
  }

  inserted(frame: number): void {
    this.indices[frame] = this.count;
    this.frames[this.count++] = frame;
  }

  removed(frame: number): void {
    const index = this.indices[frame]!;
    const last = this.frames[--this.count]!;
    this.frames[index] = last;
    this.indices[last] = index;
  }

  pickVictim(): number | undefined {
    const start = Math.floor(this.view.random() * this.count);
    for (let step = 0; step < this.count; step++) {
      const frame = this.frames[(start + step) % this.count]!;
      if (this.view.mayGo(frame)) return frame;
    }
    return undefined;
  }
}
