/**
 * Not recently used: a random page of the lowest class goes; the classes are 0 unused and clean, 1 unused and dirty,
 * 2 used and clean, 3 used and dirty. Used means since the last reset.
 *
 * Source: Tanenbaum, "Modern Operating Systems", 3.4.2. Resets are made up for when the policy is called. Layer beneath:
 * frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

const USED = 2;
const DIRTY = 1;
const CLASSES = 4;

export class NotRecentlyUsed implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly interval: number;
  private readonly frames: FrameList;
  /** By frame: used since the last reset, as far as it was seen. */
  private readonly used: Uint8Array;
  /** By frame: its class in this choice, or CLASSES when it may not go. */
  private readonly classes: Uint8Array;
  private resets = 0;

  /** @param interval instructions between two resets of the accessed bits */
  constructor(view: PolicyView, interval: number) {
    this.view = view;
    this.interval = interval;
    this.frames = new FrameList(view.limit);
    this.used = new Uint8Array(view.limit);
    this.classes = new Uint8Array(view.limit);
  }

  inserted(frame: number): void {
    this.reset();
    this.frames.addLast(frame);
    this.used[frame] = 0;
  }

  removed(frame: number): void {
    this.frames.remove(frame);
  }

  pickVictim(): number | undefined {
    this.reset();
    const { frames, classes, view } = this;
    const members = [0, 0, 0, 0, 0];
    for (let frame = frames.first; frame !== frames.end; frame = frames.after(frame)) {
      if (view.accessed(frame)) this.used[frame] = USED;
      const kind = view.mayGo(frame) ? this.used[frame]! + (view.dirty(frame) ? DIRTY : 0) : CLASSES;
      classes[frame] = kind;
      members[kind]!++;
    }
    const lowest = members.findIndex((count) => count > 0);
    if (lowest < 0 || lowest === CLASSES) return undefined;
    let place = Math.floor(view.random() * members[lowest]!);
    return frames.find((frame) => classes[frame] === lowest && place-- === 0);
  }

  private reset(): void {
    const resets = Math.floor(this.view.now() / this.interval);
    if (resets === this.resets) return;
    this.resets = resets;
    const { frames } = this;
    for (let frame = frames.first; frame !== frames.end; frame = frames.after(frame)) {
      this.view.accessed(frame);
      this.used[frame] = 0;
    }
  }
}
