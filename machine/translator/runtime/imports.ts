/**
 * What regions may import: the routines of the runtime module, and functions of the linker module.
 */
import type { FunctionType } from "../wasm/module.ts";
import { flagRoutine } from "./flags.ts";
import { GO_TYPE, INTERPRETER_IMPORTS } from "./linker.ts";
import type { Routine } from "./routine.ts";
import { vectorRoutines } from "./vector-routines.ts";
import { x87Routines } from "./x87-routines.ts";

export const routines: readonly Routine[] = [flagRoutine, ...x87Routines, ...vectorRoutines];

/** Types by name. */
export const runtimeImports: Readonly<Record<string, FunctionType>> = {
  go: GO_TYPE,
  ...Object.fromEntries([...INTERPRETER_IMPORTS, ...routines].map(({ name, type }) => [name, type])),
};
