/**
 * ADD SUB CMP AND OR XOR TEST INC DEC NEG NOT. Source: Intel SDM vol. 2; flags as in cpu/arithmetic.ts.
 */
import { FlagKind } from "../../cpu/flags.ts";
import type { Emitter } from "../emitter.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { ADD, DEC, INC, SUB } = FlagKind;
const CF = 1;

/** Shift that moves a value of this size to the top of a word. */
function shiftOf(size: number): number {
  return 32 - 8 * size;
}

function sum(kind: typeof ADD | typeof SUB, isStored: boolean): Lowering {
  const opcode = kind === ADD ? Op.I32_ADD : Op.I32_SUB;
  return (e) => {
    const { code } = e;
    const shift = shiftOf(e.sizeOf(0));
    const second = e.readLocal(1, e.sizeOf(0));
    const place = isStored ? e.modify(0) : { value: e.readLocal(0), store: () => undefined };
    const result = code.temporary();
    code.get(place.value).get(second).op(opcode).set(result);
    if (e.live !== 0) e.flags.setSum(kind, shift, place.value, second, result);
    if (isStored) {
      code.get(result);
      place.store();
    }
    code.release(second, place.value, result);
  };
}

function logic(opcode: number, isStored: boolean): Lowering {
  return (e) => {
    const { code } = e;
    const shift = shiftOf(e.sizeOf(0));
    const second = e.readLocal(1, e.sizeOf(0));
    const place = isStored ? e.modify(0) : { value: e.readLocal(0), store: () => undefined };
    code.get(place.value).get(second).op(opcode).set(second);
    if (e.live !== 0) e.flags.setLogic(shift, second);
    if (isStored) {
      code.get(second);
      place.store();
    }
    code.release(second, place.value);
  };
}

function count(kind: typeof INC | typeof DEC): Lowering {
  return (e) => {
    const { code } = e;
    const place = e.modify(0);
    code
      .get(place.value)
      .i32(kind === INC ? 1 : -1)
      .op(Op.I32_ADD)
      .set(place.value);
    if (e.live !== 0) e.flags.setCount(kind, shiftOf(e.sizeOf(0)), place.value, (e.live & CF) !== 0);
    code.get(place.value);
    place.store();
    code.release(place.value);
  };
}

function neg(e: Emitter): void {
  const { code } = e;
  const place = e.modify(0);
  const zero = code.temporary();
  const result = code.temporary();
  code.i32(0).set(zero).get(zero).get(place.value).op(Op.I32_SUB).set(result);
  if (e.live !== 0) e.flags.setSum(SUB, shiftOf(e.sizeOf(0)), zero, place.value, result);
  code.get(result);
  place.store();
  code.release(place.value, zero, result);
}

function not(e: Emitter): void {
  const place = e.modify(0);
  e.code.get(place.value).i32(-1).op(Op.I32_XOR);
  place.store();
  e.code.release(place.value);
}

export const arithmeticLowerings = {
  add: sum(ADD, true),
  sub: sum(SUB, true),
  cmp: sum(SUB, false),
  and: logic(Op.I32_AND, true),
  or: logic(Op.I32_OR, true),
  xor: logic(Op.I32_XOR, true),
  test: logic(Op.I32_AND, false),
  inc: count(INC),
  dec: count(DEC),
  neg,
  not,
} satisfies LoweringMap;
