/**
 * The one module that has the table of all regions, and that imports JavaScript functions. Regions go to computed
 * addresses by its function `go`: if
 * each of them imported the table, V8 would change all of them with every new entry. And it would make wrappers for
 * every region's
 * calls of JavaScript: so they call these functions by way of this module, too.
 */
import { Word } from "../../cpu/registers.ts";
import { type Layout, Outcome, REGION_TYPE } from "../layout.ts";
import { Code } from "../wasm/code.ts";
import { encodeModule, type FunctionType, type ImportedFunction, Types } from "../wasm/module.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { pushSlot } from "./lookup.ts";

/** `go`: a tail call of the region in a slot of the table. */
export const GO_TYPE: FunctionType = { parameters: [ValueType.I32], results: REGION_TYPE.results };

/**
 * Functions of the interpreter. `lendX87` brings the state of the running context's x87 and vector units into the
 * register file. `interpret`
 * executes the instruction of a site; it returns not 0 when the region must not go on behind it.
 */
export const INTERPRETER_IMPORTS: readonly ImportedFunction[] = [
  { name: "lendX87", type: { parameters: [], results: [] } },
  { name: "interpret", type: { parameters: [ValueType.I32], results: [ValueType.I32] } },
];

/**
 * @returns a module with these, `go`, `unlinked` for slots without a region, and `refused` for variants that there
 * are none of
 */
export function encodeLinker(layout: Layout, memoryPages: number): Uint8Array {
  const types = new Types();
  const region = types.index(REGION_TYPE);
  const go = new Code(GO_TYPE.parameters.length).get(0).returnCallIndirect(region);
  const functions = [
    { type: GO_TYPE, code: go, name: "go" },
    { type: REGION_TYPE, code: unlinked(layout, region), name: "unlinked" },
    { type: REGION_TYPE, code: new Code().i32(Outcome.REFUSED), name: "refused" },
    ...INTERPRETER_IMPORTS.map(({ name, type }, index) => ({ type, name, code: passOn(type, index) })),
  ];
  return encodeModule({ imports: INTERPRETER_IMPORTS, functions, memoryPages, usesTable: true }, types);
}

/**
 * The address may have a region in another slot: its place in the first lookup table was taken, or a link was made
 * before its page was mapped.
 */
function unlinked(layout: Layout, region: number): Code {
  const code = new Code();
  const address = code.local(ValueType.I32);
  const slot = code.local(ValueType.I32);
  code.loadAt(layout.word(Word.EIP)).set(address);
  pushSlot(code, layout, 1, address);
  code.tee(slot).op(Op.I32_EQZ).if().i32(Outcome.WENT).op(Op.RETURN).end();
  return code.get(slot).returnCallIndirect(region);
}

/** Calls an imported function with the parameters. */
function passOn({ parameters }: FunctionType, index: number): Code {
  const code = new Code(parameters.length);
  parameters.forEach((_, parameter) => code.get(parameter));
  return code.call(index);
}
