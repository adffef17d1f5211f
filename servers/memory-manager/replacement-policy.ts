/**
 * Which resident page goes when a frame is needed: what a policy sees, what it must do, and a row of the table of policies.
 *
 * The same policies run in the live memory manager and in replays of reference traces, so a policy knows nothing of
 * either. Frame numbers must not decide anything but for the clock, whose hand goes round them. Periodic work is done
 * when the policy is called, from now() and an interval.
 */

/** What a policy may ask. Frames are small numbers below `limit`. */
export interface PolicyView {
  /** One more than the highest frame number. */
  readonly limit: number;
  /** Frames that can hold pages. It may change between calls. */
  readonly capacity: number;
  /** Whether the frame can be chosen now. */
  mayGo(frame: number): boolean;
  /**
   * Whether clients used the page since this was last asked about the frame; asking resets it. The reference that brought
   * a page in counts as a use, already while inserted() is called.
   */
  accessed(frame: number): boolean;
  /** Whether the page would have to be written out. */
  dirty(frame: number): boolean;
  /** Time in executed instructions; in a replay, the time stamp of the reference. */
  now(): number;
  /** Uniform in [0, 1), from the seed. */
  random(): number;
  /** For policies that need the future, in replays only: the position of the page's next reference, or Infinity. */
  nextUse(frame: number): number;
}

export interface ReplacementPolicy {
  /**
   * A frame was filled with a page that may be paged out.
   * @param page names the page for its whole life, in memory and out of it
   */
  inserted(frame: number, page: number): void;
  /** The frame is free again: its page was evicted, or it is gone for good. */
  removed(frame: number, page: number, evicted: boolean): void;
  /** The page was used again. Only policies that need exact references have it; the reference that brought the page in is not told. */
  referenced?(frame: number): void;
  /**
   * Chooses a frame; it stays inserted until removed() is called.
   * @param incoming the page that needs the frame
   * @returns undefined when no frame may go
   */
  pickVictim(incoming: number): number | undefined;
}

/** What a policy needs to know of references: nothing, the accessed bits, each reference in order, or the future. */
export type ReferenceNeed = "none" | "bits" | "exact" | "future";

export interface ParameterRow {
  readonly default: number;
  /** Smallest and largest value that makes sense. */
  readonly minimum: number;
  readonly maximum: number;
  readonly text: string;
}

/** A policy in the table policies/table.ts. */
export interface PolicyRow {
  readonly name: string;
  readonly title: string;
  /** The paper or book that describes it. */
  readonly source: string;
  readonly references: ReferenceNeed;
  readonly parameters: Readonly<Record<string, ParameterRow>>;
  /** @param parameters every parameter of the row */
  create(view: PolicyView, parameters: Readonly<Record<string, number>>): ReplacementPolicy;
}
