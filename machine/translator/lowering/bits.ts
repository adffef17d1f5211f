/**
 * BT BTS BTR BTC BSF BSR. Source: Intel SDM vol. 2; undefined flags as in cpu/shifts.ts.
 */
import { Flag } from "../../cpu/flags.ts";
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import type { Emitter, Place } from "../emitter.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import { replaceFlags } from "./flags.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { CF, ZF } = Flag;
const ZF_BIT = 6;

/** Turns the value on the stack into the one to store; `mask` has the bit. */
type Change = (code: Code, mask: number) => void;

const CHANGES = {
  bts: (code, mask) => void code.get(mask).op(Op.I32_OR),
  btr: (code, mask) => void code.get(mask).i32(-1).op(Op.I32_XOR, Op.I32_AND),
  btc: (code, mask) => void code.get(mask).op(Op.I32_XOR),
} satisfies Record<string, Change>;

/**
 * The operand that holds the bit. A register as bit offset reaches beyond a memory operand, in steps of its size.
 * @param offset local with the bit offset
 */
function access(e: Emitter, { operands }: Instruction, offset: number, isChanged: boolean): Place {
  const { code } = e;
  const size = e.sizeOf(0);
  if (operands[0]!.kind === Kind.MEMORY && operands[1]!.kind === Kind.REGISTER) {
    e.address();
    code
      .get(offset)
      .i32(size === 4 ? 5 : 4)
      .op(Op.I32_SHR_S)
      .i32(size === 4 ? 2 : 1)
      .op(Op.I32_SHL, Op.I32_ADD);
    const place = e.memory.translate(size, isChanged);
    const value = code.temporary();
    e.memory.load(place, size).set(value);
    return {
      value,
      store: () => {
        if (isChanged) e.memory.store(place, size);
        e.memory.release(place);
      },
    };
  }
  return isChanged ? e.modify(0) : { value: e.readLocal(0), store: () => undefined };
}

function test(change: Change | undefined): Lowering {
  return (e, instruction) => {
    // The address of a bit beyond the operand wraps at 64 KiB.
    if (instruction.addressSize === 2 && instruction.address !== undefined) return false;
    const { code } = e;
    const bits = 8 * e.sizeOf(0);
    const offset = code.temporary();
    e.read(1);
    if (bits === 16) code.op(Op.I32_EXTEND16_S);
    code.set(offset);
    const place = access(e, instruction, offset, change !== undefined);
    code
      .get(offset)
      .i32(bits - 1)
      .op(Op.I32_AND)
      .set(offset);
    if (change !== undefined) {
      const mask = code.temporary();
      code.i32(1).get(offset).op(Op.I32_SHL).set(mask).get(place.value);
      change(code, mask);
      code.release(mask);
    }
    place.store();
    replaceFlags(e, CF, () => void code.get(place.value).get(offset).op(Op.I32_SHR_U).i32(1).op(Op.I32_AND));
    code.release(offset, place.value);
    return true;
  };
}

/** The destination stays when no bit is set. */
function scan(isForward: boolean): Lowering {
  return (e, { operands }) => {
    const { code } = e;
    const { register } = operands[0]!;
    const size = e.sizeOf(0);
    const value = e.readLocal(1);
    if (isForward) code.get(value).op(Op.I32_CTZ);
    else code.i32(31).get(value).op(Op.I32_CLZ, Op.I32_SUB);
    e.getRegister(register, size).get(value).op(Op.SELECT);
    e.setRegister(register, size);
    replaceFlags(e, ZF, () => void code.get(value).op(Op.I32_EQZ).i32(ZF_BIT).op(Op.I32_SHL));
    code.release(value);
  };
}

export const bitLowerings = {
  bt: test(undefined),
  bts: test(CHANGES.bts),
  btr: test(CHANGES.btr),
  btc: test(CHANGES.btc),
  bsf: scan(true),
  bsr: scan(false),
} satisfies LoweringMap;
