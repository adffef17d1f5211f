/**
 * ADC SBB. Source: Intel SDM vol. 2; flags as in cpu/arithmetic.ts.
 */
import { Flag } from "../../cpu/flags.ts";
import type { Emitter } from "../emitter.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { AF, CF, OF } = Flag;
const OF_BIT = 11;

/** Locals of a sum or difference. */
interface Terms {
  readonly first: number;
  readonly second: number;
  readonly result: number;
}

/**
 * Pushes a word with CF in the operands' top bit: ADC carries where both operands, or one of them but not the result,
 * have a one; SBB with ~first.
 */
function pushCarries({ code }: Emitter, { first, second, result }: Terms, isSum: boolean): void {
  const pushFirst = (): void => {
    code.get(first);
    if (!isSum) code.i32(-1).op(Op.I32_XOR);
  };
  pushFirst();
  code.get(second).op(Op.I32_AND);
  pushFirst();
  code.get(second).op(Op.I32_OR).get(result);
  if (isSum) code.i32(-1).op(Op.I32_XOR);
  code.op(Op.I32_AND, Op.I32_OR);
}

/** Pushes a word with OF in the operands' top bit. */
function pushOverflow({ code }: Emitter, { first, second, result }: Terms, isSum: boolean): void {
  code.get(first).get(result).op(Op.I32_XOR);
  code
    .get(second)
    .get(isSum ? result : first)
    .op(Op.I32_XOR, Op.I32_AND);
}

/** Pushes those of CF, OF and AF that are read. */
function pushFlags(e: Emitter, terms: Terms, size: number, isSum: boolean): void {
  const { code } = e;
  const topBit = 8 * size - 1;
  code.i32(0);
  if ((e.live & CF) !== 0) {
    pushCarries(e, terms, isSum);
    code.i32(topBit).op(Op.I32_SHR_U).i32(1).op(Op.I32_AND, Op.I32_OR);
  }
  if ((e.live & OF) !== 0) {
    pushOverflow(e, terms, isSum);
    code.i32(topBit).op(Op.I32_SHR_U).i32(1).op(Op.I32_AND).i32(OF_BIT).op(Op.I32_SHL, Op.I32_OR);
  }
  if ((e.live & AF) !== 0) {
    code.get(terms.first).get(terms.second).get(terms.result);
    code.op(Op.I32_XOR, Op.I32_XOR).i32(AF).op(Op.I32_AND, Op.I32_OR);
  }
}

function sumWithCarry(isSum: boolean): Lowering {
  const opcode = isSum ? Op.I32_ADD : Op.I32_SUB;
  return (e) => {
    const { code } = e;
    const size = e.sizeOf(0);
    const second = e.readLocal(1, size);
    const place = e.modify(0);
    const first = place.value;
    const result = code.temporary();
    code.get(first).get(second).op(opcode);
    e.flags.carry();
    code.op(opcode).set(result);
    code.get(result);
    place.store();
    if (e.live !== 0) {
      pushFlags(e, { first, second, result }, size, isSum);
      e.flags.setMixed(32 - 8 * size, result);
    }
    code.release(second, first, result);
  };
}

export const carryLowerings = { adc: sumWithCarry(true), sbb: sumWithCarry(false) } satisfies LoweringMap;
