/**
 * The ways to execute i386 instructions, and the one place that chooses among them.
 */
import { Interpreter, type TimeSource } from "./cpu/interpreter.ts";
import type { Processor } from "./processor.ts";
import type { Ram } from "./ram.ts";
import type { ReferenceTracer } from "./reference-tracer.ts";
import { type Policy, Translator } from "./translator/translator.ts";

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

/**
 * How eagerly the engines translate. Translating an instruction takes about 8 µs, and V8's optimising compiler about
 * twice that, but on another
 * processor. So with `auto` translating never takes more than about as long as the interpreter has run.
 */
export const POLICIES: Readonly<Record<Exclude<Engine, "interpreter">, Policy>> = {
  translator: { period: 0, threshold: 1, isEager: true, stepCost: 0 },
  auto: { period: 2000, threshold: 4, isEager: false, stepCost: 250 },
};

/**
 * @param tracer is told of all references to pages; with the interpreter only
 * @param report is told of internal errors that the processor gets over if this returns; by default it throws
 */
export function createProcessor(
  engine: Engine,
  ram: Ram,
  clock: TimeSource,
  tracer?: ReferenceTracer,
  report?: (message: string) => void,
): ClockedProcessor {
  if (engine === "interpreter") return new Interpreter(ram, clock, undefined, tracer);
  if (tracer !== undefined) throw new Error(`references are traced with the interpreter, not with the engine '${engine}'`);
  return new Interpreter(ram, clock, (host) => new Translator(ram, host, POLICIES[engine]), undefined, report);
}
