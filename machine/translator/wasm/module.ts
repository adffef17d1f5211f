/**
 * Binary of a WebAssembly module. Source: WebAssembly Core Specification 2.0, section 5.5.
 */
import { Code } from "./code.ts";
import type { ValueType } from "./opcodes.ts";

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function that the module imports from the namespace "e". */
export interface ImportedFunction {
  readonly name: string;
  readonly type: FunctionType;
}

export interface DefinedFunction {
  readonly type: FunctionType;
  readonly code: Code;
  /** Name to export it under, if any. */
  readonly name?: string;
}

export interface ModuleContent {
  /** Functions 0…n-1. */
  readonly imports: readonly ImportedFunction[];
  /** Functions n… */
  readonly functions: readonly DefinedFunction[];
  /** Size of the imported memory "e.memory" in pages of 64 KiB: minimum and maximum. */
  readonly memoryPages: number;
  /** Whether a function table, "t.table", is imported. */
  readonly usesTable: boolean;
}

const Section = { TYPE: 1, IMPORT: 2, FUNCTION: 3, EXPORT: 7, CODE: 10 } as const;
const External = { FUNCTION: 0, TABLE: 1, MEMORY: 2 } as const;
const FUNCTION_TYPE = 0x60;
const FUNCTION_REFERENCE = 0x70;
const NAMESPACE = "e";
const TABLE_NAMESPACE = "t";

/** Function types of a module, each once; index 0 is that of translated regions. */
export class Types {
  readonly list: FunctionType[] = [];
  private readonly indices = new Map<string, number>();

  index(type: FunctionType): number {
    const key = `${type.parameters.join()}>${type.results.join()}`;
    let index = this.indices.get(key);
    if (index === undefined) {
      index = this.list.length;
      this.list.push(type);
      this.indices.set(key, index);
    }
    return index;
  }
}

function append(target: Code, bytes: Uint8Array): void {
  for (const byte of bytes) target.byte(byte);
}

function name(target: Code, text: string): Code {
  target.unsigned(text.length);
  for (let index = 0; index < text.length; index++) target.byte(text.charCodeAt(index));
  return target;
}

function section(target: Code, id: number, content: Code): void {
  target.byte(id).unsigned(content.size);
  append(target, content.content());
}

/** @param types has the indices that the functions' code uses (call_indirect) */
export function encodeModule(content: ModuleContent, types = new Types()): Uint8Array {
  const { imports, functions, memoryPages, usesTable } = content;
  const importSection = new Code();
  importSection.unsigned(imports.length + 1 + (usesTable ? 1 : 0));
  name(name(importSection, NAMESPACE), "memory").byte(External.MEMORY).byte(1).unsigned(memoryPages).unsigned(memoryPages);
  if (usesTable) name(name(importSection, TABLE_NAMESPACE), "table").byte(External.TABLE).byte(FUNCTION_REFERENCE).byte(0).unsigned(0);
  for (const imported of imports) {
    name(name(importSection, NAMESPACE), imported.name).byte(External.FUNCTION).unsigned(types.index(imported.type));
  }
  const functionSection = new Code().unsigned(functions.length);
  for (const { type } of functions) functionSection.unsigned(types.index(type));
  const exported = functions.flatMap((defined, index) => (defined.name === undefined ? [] : [{ name: defined.name, index }]));
  const exportSection = new Code().unsigned(exported.length);
  for (const entry of exported)
    name(exportSection, entry.name)
      .byte(External.FUNCTION)
      .unsigned(imports.length + entry.index);
  const codeSection = new Code().unsigned(functions.length);
  for (const { code } of functions) {
    const body = code.finish();
    codeSection.unsigned(body.length);
    append(codeSection, body);
  }
  const typeSection = new Code().unsigned(types.list.length);
  for (const { parameters, results } of types.list) {
    typeSection.byte(FUNCTION_TYPE).unsigned(parameters.length);
    for (const type of parameters) typeSection.byte(type);
    typeSection.unsigned(results.length);
    for (const type of results) typeSection.byte(type);
  }
  const module = new Code();
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.byte(byte);
  section(module, Section.TYPE, typeSection);
  section(module, Section.IMPORT, importSection);
  section(module, Section.FUNCTION, functionSection);
  section(module, Section.EXPORT, exportSection);
  section(module, Section.CODE, codeSection);
  return module.content().slice();
}
