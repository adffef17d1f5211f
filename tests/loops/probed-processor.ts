/**
 * A processor that translates and tells how often what it has translated runs.
 *
 * Layer beneath: the interpreter and the translator, put together as machine/engine.ts does.
 */
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { Word } from "#machine/cpu/registers.ts";
import type { Ram } from "#machine/ram.ts";
import { type Policy, Translator } from "#machine/translator/translator.ts";

export interface ProbedProcessor {
  readonly processor: Interpreter;
  /** Stretches between samples, or ends of slices, in which translated code ran, so far. */
  stretches(): number;
}

export function createProbedProcessor(ram: Ram, policy: Policy): ProbedProcessor {
  let stretches = 0;
  let take = (): void => undefined;
  const processor = new Interpreter(ram, { now: () => 0 }, (host) => {
    const { words } = host.file;
    // The word is 0 at the beginning of a stretch.
    take = () => {
      if (words[Word.TRANSLATED] !== 0) stretches++;
      words[Word.TRANSLATED] = 0;
    };
    const translator = new Translator(ram, host, policy);
    const sample = translator.sample.bind(translator);
    translator.sample = (op, eip) => {
      take();
      return sample(op, eip);
    };
    return translator;
  });
  const run = processor.run.bind(processor);
  processor.run = (context, table, budget) => {
    const exit = run(context, table, budget);
    take();
    return exit;
  };
  return { processor, stretches: () => stretches };
}
