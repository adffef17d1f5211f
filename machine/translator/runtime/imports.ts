/**
 * What regions may import: the routines of the runtime module, and functions of the interpreter.
 */
import { Outcome } from "../layout.ts";
import { Code } from "../wasm/code.ts";
import type { FunctionType } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { flagRoutine } from "./flags.ts";
import type { Routine } from "./routine.ts";
import { vectorRoutines } from "./vector-routines.ts";
import { x87Routines } from "./x87-routines.ts";

const { I32 } = ValueType;

/** What the function table holds where there is no region. */
const unlinked: Routine = {
  name: "unlinked",
  type: { parameters: [], results: [I32] },
  build: () => new Code().i32(Outcome.WENT),
};

export const routines: readonly Routine[] = [unlinked, flagRoutine, ...x87Routines, ...vectorRoutines];

/**
 * Types by name. `lendX87` brings the state of the running context's x87 and vector units into the register file. `interpret` executes the instruction of a site; not 0 when the region must not go on behind it.
 */
export const runtimeImports: Readonly<Record<string, FunctionType>> = {
  lendX87: { parameters: [], results: [] },
  interpret: { parameters: [I32], results: [I32] },
  ...Object.fromEntries(routines.map(({ name, type }) => [name, type])),
};
