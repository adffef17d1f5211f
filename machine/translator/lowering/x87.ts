/**
 * x87 instructions in regions: those on registers here, those with a memory operand in x87-memory.ts. All others, and
 * those that would
 * find a register full or empty that should not be, are the interpreter's.
 *
 * Layer beneath: x87-arithmetic.ts, x87-code.ts. Source: Intel SDM volume 2, tables.
 */
import { loadConstant } from "../../cpu/x87/constants.ts";
import { FpuState, ROUND_DOWN, ROUND_NEAREST, ROUND_TO_ZERO, ROUND_UP, ROUNDING_FIELD, SOURCE, TOP_SHIFT } from "../../cpu/x87/state.ts";
import type { Emitter } from "../emitter.ts";
import { routineName } from "../runtime/x87-precision.ts";
import { releaseValue, SIGN, SPECIAL, temporaryValue, type Value } from "../runtime/x87-value.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { compare, compareToFlags, examine, isCalculation, operate, replaceByBoth, replaceTop } from "./x87-arithmetic.ts";
import type { X87Code } from "./x87-code.ts";
import { indexOf, isNearest, operationOf } from "../analysis/x87-effects.ts";
import { lowerMemoryForm } from "./x87-memory.ts";

const EAX = 0;
/** FLDL2T…FLDLN2 are rounded as the control word says. */
const FIRST_ROUNDED = 1;
const LAST_ROUNDED = 5;
/** Conditions of the FCMOVcc, as in Jcc: below, equal, below or equal, parity. The next bit negates. */
const CONDITIONS = [2, 4, 6, 10] as const;

/** Constants of FLD1…FLDZ, rounded to nearest. */
const constants = new FpuState();

function setConstant(code: Code, number: number, { significand, head }: Value): void {
  loadConstant(constants, number);
  code.i64((BigInt(constants.high[SOURCE]!) << 32n) | BigInt(constants.low[SOURCE]! >>> 0)).set(significand);
  const exponent = constants.signExponent[SOURCE]!;
  code.i32(exponent === 0 ? SPECIAL : exponent).set(head);
}

/** FCHS, FABS, FTST, FXAM. */
function changeOrTest(e: Emitter, x87: X87Code, i: number): boolean {
  const { code } = e;
  const { head } = x87.register(0);
  switch (i) {
    case 0:
      code.get(head).i32(SIGN).op(Op.I32_XOR).set(head);
      x87.clearC1();
      return true;
    case 1:
      code.get(head).i32(~SIGN).op(Op.I32_AND).set(head);
      x87.clearC1();
      return true;
    case 4: {
      const zero = temporaryValue(code);
      code.i64(0n).set(zero.significand).i32(SPECIAL).set(zero.head);
      compare(e, x87, zero, false);
      releaseValue(code, zero);
      return true;
    }
    case 5:
      examine(e, x87);
      return true;
    default:
      return false;
  }
}

/** D9 F0…F7: elementary functions. */
function lowerFirstGroup(e: Emitter, x87: X87Code, i: number): boolean {
  if (!isNearest(x87.control)) return false;
  if (i === 0) {
    replaceTop(e, x87, "x87Power");
    return true;
  }
  if (x87.isEmpty(1) || (i !== 1 && i !== 3)) return false;
  replaceByBoth(e, x87, i === 1 ? "x87Logarithm" : "x87Arctangent", x87.register(1));
  return true;
}

/** FRNDINT by rounding field. */
const ROUND_ROUTINES: Readonly<Record<number, string>> = {
  [ROUND_NEAREST]: "x87Round",
  [ROUND_DOWN]: "x87RoundDown",
  [ROUND_UP]: "x87RoundUp",
  [ROUND_TO_ZERO]: "x87RoundToZero",
};

/** D9 F8…FF. */
function lowerSecondGroup(e: Emitter, x87: X87Code, i: number): boolean {
  if (i === 4) {
    replaceTop(e, x87, ROUND_ROUTINES[x87.control & ROUNDING_FIELD]!);
    return true;
  }
  if (!isNearest(x87.control)) return false;
  if (i === 2) {
    replaceTop(e, x87, routineName("x87SquareRoot", x87.precision));
    return true;
  }
  if (x87.isEmpty(1) || (i !== 1 && i !== 5)) return false;
  if (i === 1) replaceByBoth(e, x87, "x87LogarithmOfNext", x87.register(1));
  else replaceByBoth(e, x87, "x87Scale", x87.register(0));
  return true;
}

function exchange(e: Emitter, x87: X87Code, i: number): void {
  const other = temporaryValue(e.code);
  x87.copy(x87.register(i), other);
  x87.copy(x87.register(0), x87.register(i));
  x87.copy(other, x87.register(0));
  x87.clearC1();
  releaseValue(e.code, other);
}

/** FCMOVcc: everything in one select for each half of the value. */
function move(e: Emitter, x87: X87Code, operation: number, i: number): void {
  const { code } = e;
  const condition = code.temporary();
  e.flags.condition(CONDITIONS[operation & 3]! | ((operation >> 3) & 1));
  code.set(condition);
  const [to, from] = [x87.register(0), x87.register(i)];
  code.get(from.significand).get(to.significand).get(condition).op(Op.SELECT).set(to.significand);
  code.get(from.head).get(to.head).get(condition).op(Op.SELECT).set(to.head);
  code.release(condition);
}

/** Instructions that read or write ST(0) and ST(i), neither of which is empty. */
function lowerTwo(e: Emitter, x87: X87Code, operation: number, i: number): boolean {
  switch (operation) {
    case 0o02: // FCOM, FCOMP and their aliases
    case 0o03:
    case 0o42:
    case 0o43:
    case 0o62:
      compare(e, x87, x87.register(i), false);
      return true;
    case 0o54: // FUCOM, FUCOMP
    case 0o55:
      compare(e, x87, x87.register(i), true);
      return true;
    case 0o25: // FUCOMPP
      if (i !== 1) return false;
      compare(e, x87, x87.register(i), true);
      return true;
    case 0o63: // FCOMPP
      if (i !== 1) return false;
      compare(e, x87, x87.register(i), false);
      return true;
    case 0o35: // FUCOMI, FUCOMIP
    case 0o75:
      compareToFlags(e, x87, x87.register(i), true);
      return true;
    case 0o36: // FCOMI, FCOMIP
    case 0o76:
      compareToFlags(e, x87, x87.register(i), false);
      return true;
    case 0o11: // FXCH and its aliases
    case 0o51:
    case 0o71:
      exchange(e, x87, i);
      return true;
    case 0o20: // FCMOVcc
    case 0o21:
    case 0o22:
    case 0o23:
    case 0o30:
    case 0o31:
    case 0o32:
    case 0o33:
      move(e, x87, operation, i);
      return true;
    default:
      return lowerArithmetic(e, x87, operation, i);
  }
}

const ARITHMETIC_ESCAPES = new Set([0, 4, 6]);

/** D8: to ST(0); DC and DE: to ST(i). */
function lowerArithmetic(e: Emitter, x87: X87Code, operation: number, i: number): boolean {
  if (!ARITHMETIC_ESCAPES.has(operation >> 3) || !isCalculation(operation & 7) || !isNearest(x87.control)) return false;
  operate(e, x87, operation & 7, x87.register(i), x87.register(operation < 8 ? 0 : i));
  return true;
}

/** Instructions that push. The state is that behind the instruction. */
function lowerPush(e: Emitter, x87: X87Code, operation: number, i: number): void {
  if (operation === 0o10) x87.copy(x87.register((i + 1) & 7), x87.register(0));
  else setConstant(e.code, i, x87.register(0));
  x87.clearC1();
}

function lowerRegisterForm(e: Emitter, x87: X87Code, operation: number, i: number): boolean {
  switch (operation) {
    case 0o10: // FLD
      if (!x87.isEmpty(7) || x87.isEmpty(i)) return false;
      x87.record();
      x87.advance();
      lowerPush(e, x87, operation, i);
      return true;
    case 0o15: // FLD1…FLDZ
      if (!x87.isEmpty(7) || i > 6 || (!isNearest(x87.control) && i >= FIRST_ROUNDED && i <= LAST_ROUNDED)) return false;
      x87.record();
      x87.advance();
      lowerPush(e, x87, operation, i);
      return true;
    case 0o74: // FNSTSW AX
      if (i !== 0) return false;
      x87
        .getStatus()
        .i32(x87.top << TOP_SHIFT)
        .op(Op.I32_OR);
      e.setRegister(EAX, 2);
      return true;
    case 0o13: // FSTP and its aliases, FST
    case 0o52:
    case 0o53:
    case 0o72:
    case 0o73:
      if (x87.isEmpty(0)) return false;
      x87.copy(x87.register(0), x87.register(i));
      x87.clearC1();
      break;
    case 0o14:
      if (x87.isEmpty(0) || !changeOrTest(e, x87, i)) return false;
      break;
    case 0o16:
      if (x87.isEmpty(0) || !lowerFirstGroup(e, x87, i)) return false;
      break;
    case 0o17:
      if (x87.isEmpty(0) || !lowerSecondGroup(e, x87, i)) return false;
      break;
    case 0o50: // FFREE
      x87.clearC1();
      break;
    default:
      if (x87.isEmpty(0) || x87.isEmpty(i) || !lowerTwo(e, x87, operation, i)) return false;
  }
  x87.record();
  x87.advance();
  return true;
}

const lower: Lowering = (e, instruction) => {
  const { x87 } = e;
  if (x87 === undefined) return false;
  const operation = operationOf(instruction);
  const isDone =
    instruction.address === undefined ? lowerRegisterForm(e, x87, operation, indexOf(instruction)) : lowerMemoryForm(e, x87, operation);
  if (!isDone) x87.interpret();
  return true;
};

/** FWAIT: nothing is pending where x87 code is translated. */
const wait: Lowering = ({ x87 }) => x87 !== undefined;

export const x87Lowerings = { x87: lower, wait } satisfies LoweringMap;
