/**
 * The ways to execute i386 instructions, and the one place that chooses among them.
 */
import { Interpreter, type TimeSource } from "./cpu/interpreter.ts";
import type { Processor } from "./processor.ts";
import type { Ram } from "./ram.ts";

/**
 * interpreter: one operation at a time, in JavaScript.
 * translator: everything is translated to WebAssembly before it first runs (for tests).
 * auto: the interpreter at first, the translator for what runs often.
 */
export const ENGINES = ["interpreter", "translator", "auto"] as const;
export type Engine = (typeof ENGINES)[number];

export interface ClockedProcessor extends Processor {
  /** What RDTSC reads. Replaceable, because a virtual clock is made from the processor's instruction count. */
  clock: TimeSource;
}

export function createProcessor(_engine: Engine, ram: Ram, clock: TimeSource): ClockedProcessor {
  return new Interpreter(ram, clock);
}
