/** Values of the options that the provers (npm run prove, prove:programs, prove:loops) have in common. */
import { InvalidArgumentError } from "commander";
import { type Engine, ENGINES } from "#machine/engine.ts";

/** A whole number from 0 on. @throws InvalidArgumentError */
export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("not a number");
  return value;
}

/** Names of engines with commas between them. @throws InvalidArgumentError */
export function engines(text: string): Engine[] {
  return text.split(",").map((name) => {
    const engine = ENGINES.find((known) => known === name);
    if (engine === undefined) throw new InvalidArgumentError(`engines are ${ENGINES.join(", ")}`);
    return engine;
  });
}
