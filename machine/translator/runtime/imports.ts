/**
 * What regions may import: the routines of the runtime module, and functions of the linker module.
 */
import type { ImportedFunction } from "../wasm/module.ts";
import { flagRoutine } from "./flags.ts";
import { GO_TYPE, INTERPRETER_IMPORTS } from "./linker.ts";
import type { Routine } from "./routine.ts";
import { vectorRoutines } from "./vector-routines.ts";
import { x87Routines } from "./x87-routines.ts";

export const routines: readonly Routine[] = [flagRoutine, ...x87Routines, ...vectorRoutines];

/**
 * What modules of regions import, the first of these or all, so that the code of a region does not depend on the
 * module that it is in.
 */
export const regionImports: readonly ImportedFunction[] = [{ name: "go", type: GO_TYPE }, ...INTERPRETER_IMPORTS, ...routines];
/** Function indices by name. */
export const importIndices: ReadonlyMap<string, number> = new Map(regionImports.map(({ name }, index) => [name, index]));
