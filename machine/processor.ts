/**
 * The processor as the kernel sees it; cpu/interpreter.ts implements it, with or without the translator (engine.ts).
 */
import type { Context } from "./context.ts";
import type { Exit } from "./exit.ts";
import type { TranslationTable } from "./translation-table.ts";

export interface Processor {
  /**
   * Instructions completed since reset, over all contexts. Exact: a repeated string instruction counts once per
   * iteration.
   */
  instructions: number;
  readonly exit: Exit;
  /**
   * Runs a context until an exit. All guest state is in `context` and RAM when it returns.
   * @param budget instructions to run at most; exact, so that pre-emption repeats
   */
  run(context: Context, table: TranslationTable, budget: number): Exit;
  /** Writes the x87 and vector state of a context into context.floatingPoint (no-op when it never used them). */
  flushFloatingPoint(context: Context): void;
  /** Makes dst's x87 state a copy of src's (fork). */
  copyFloatingPoint(src: Context, dst: Context): void;
  /** Forgets what is cached of a frame (its content is about to change behind the processor's back). */
  invalidateFrame(frame: number): void;
  /** Says that a context is gone, so that no reference to it is kept. */
  release(context: Context): void;
}
