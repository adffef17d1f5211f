/**
 * Routines that translated code calls: WebAssembly functions that are encoded once per processor, into one module.
 *
 * Layer beneath: wasm/.
 */
import type { Code } from "../wasm/code.ts";
import { type DefinedFunction, encodeModule, type FunctionType, type ImportedFunction } from "../wasm/module.ts";

export interface Routine {
  readonly name: string;
  readonly type: FunctionType;
  /**
   * @param link index of the function of that name, a routine or an import
   * @param file address of the register file
   */
  build(link: (name: string) => number, file: number): Code;
}

/**
 * @param file address of the register file
 * @param memoryPages size of RAM in pages of 64 KiB
 * @returns a module that exports all routines
 */
export function encodeRoutines(
  imports: readonly ImportedFunction[],
  routines: readonly Routine[],
  file: number,
  memoryPages: number,
): Uint8Array {
  const indices = new Map<string, number>();
  for (const { name } of [...imports, ...routines]) indices.set(name, indices.size);
  const link = (name: string): number => {
    const index = indices.get(name);
    if (index === undefined) throw new Error(`no routine is called ${name}`);
    return index;
  };
  const functions: DefinedFunction[] = routines.map(({ name, type, build }) => ({ name, type, code: build(link, file) }));
  return encodeModule({ imports, functions, memoryPages, usesTable: false });
}
