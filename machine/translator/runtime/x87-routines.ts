/**
 * The x87 operations as routines. Every one takes all operands; the fast paths are in the files by operation.
 *
 * They stand for the unit with all exceptions masked and rounding to nearest (or truncation, where the name says so),
 * and
 * with each precision, where that matters.
 *
 * Layer beneath: the operations' files, x87-rare.ts.
 */
import { Word } from "../../cpu/registers.ts";
import { C0, C3, PRECISION_64, RESULT, ROUND_DOWN, ROUND_NEAREST, ROUND_TO_ZERO, ROUND_UP } from "../../cpu/x87/state.ts";
import { Code } from "../wasm/code.ts";
import type { ImportedFunction } from "../wasm/module.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Routine } from "./routine.ts";
import { add } from "./x87-addition.ts";
import { compare } from "./x87-comparison.ts";
import { divide } from "./x87-division.ts";
import { loadInteger, roundToIntegral, storeInteger } from "./x87-integers.ts";
import { multiply } from "./x87-multiplication.ts";
import { type Precision, PRECISION_FIELDS, routineName } from "./x87-precision.ts";
import { LEFT, Rare, RIGHT } from "./x87-rare.ts";
import { DOUBLE, loadReal, loadSpecialReal, type RealFormat, SINGLE, storeReal } from "./x87-reals.ts";
import { squareRoot } from "./x87-root.ts";
import { examine, scale } from "./x87-scaling.ts";
import { getSignificand, storeSlot, wordAddress } from "./x87-slots.ts";
import { EXPONENT, getValue, markSpecial, releaseValue, round, setValue, SIGN, SPECIAL, temporaryValue, type Value } from "./x87-value.ts";

const { I32, I64 } = ValueType;
const VALUE = [I64, I32] as const;
const DYADIC = { parameters: [...VALUE, ...VALUE], results: VALUE };
const MONADIC = { parameters: VALUE, results: VALUE };
const COMPARISON = { parameters: DYADIC.parameters, results: [I32] };
const EXAMINATION = { parameters: VALUE, results: [I32] };
const LOAD = { parameters: [I64], results: VALUE };
const STORE = { parameters: VALUE, results: VALUE };
const A: Value = { significand: 0, head: 1 };
const B: Value = { significand: 2, head: 3 };

export const rareImport: ImportedFunction = { name: "x87Rare", type: { parameters: [I32], results: [I32] } };

/**
 * Calls the soft unit, which leaves flags (and a result's head) on the stack.
 * @param fields of the control word: precision and rounding
 */
function callRare(
  code: Code,
  link: (name: string) => number,
  file: number,
  operation: Rare,
  operands: readonly Value[],
  fields: number = PRECISION_64 | ROUND_NEAREST,
): void {
  storeSlot(code, file, LEFT, operands[0]!);
  if (operands[1] === undefined) code.storeConstantAt(wordAddress(file, Word.X87_SIGN_EXPONENT, RIGHT), 0);
  else storeSlot(code, file, RIGHT, operands[1]);
  code.i32(operation | fields).call(link(rareImport.name));
}

/** A routine that leaves everything to the soft unit, but for what returns in a shortcut. */
function rareRoutine(name: string, operation: Rare, isDyadic: boolean, fields?: number, shortcut?: (code: Code) => void): Routine {
  return {
    name,
    type: isDyadic ? DYADIC : MONADIC,
    build(link, file) {
      const code = new Code(isDyadic ? 4 : 2);
      shortcut?.(code);
      const result = { significand: code.local(I64), head: code.local(I32) };
      callRare(code, link, file, operation, isDyadic ? [A, B] : [A], fields);
      code
        .loadAt(wordAddress(file, Word.X87_SIGN_EXPONENT, RESULT))
        .op(Op.I32_OR)
        .set(result.head);
      getSignificand(code, file, RESULT).set(result.significand);
      markSpecial(code, result);
      return getValue(code, result);
    },
  };
}

/** A routine with a fast path, and a name for all the rest. */
function fastRoutine(
  name: string,
  rareName: string,
  isDyadic: boolean,
  emit: (code: Code, result: Value, rare: () => void) => void,
): Routine {
  return {
    name,
    type: isDyadic ? DYADIC : MONADIC,
    build(link) {
      const code = new Code(isDyadic ? 4 : 2);
      const result = { significand: code.local(I64), head: code.local(I32) };
      emit(code, result, () => {
        getValue(code, A);
        if (isDyadic) getValue(code, B);
        code.call(link(rareName));
        setValue(code, result);
      });
      return getValue(code, result);
    },
  };
}

/** Leaves whether a value is zero. */
function testZero(code: Code, value: Value): Code {
  return code.get(value.significand).op(Op.I64_EQZ).get(value.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_EQZ, Op.I32_AND);
}

/** Leaves whether a value is a normal number or zero. */
function testPlain(code: Code, value: Value): Code {
  testZero(code, value);
  return code.get(value.head).i32(SPECIAL).op(Op.I32_AND, Op.I32_EQZ, Op.I32_OR);
}

/** Returns a zero, whose sign (in its place) is the only bit of the number on the stack that counts. */
function returnZero(code: Code): void {
  const sign = code.temporary();
  code.set(sign).i64(0n).get(sign).i32(SIGN).op(Op.I32_AND).i32(SPECIAL).op(Op.I32_OR, Op.RETURN);
  code.release(sign);
}

/**
 * Returns a normal number as an operation does that leaves it as it is but for rounding.
 * @param negate SIGN for the opposite number, else 0
 */
function returnRounded(code: Code, value: Value, negate: number, precision: Precision): void {
  if (precision === 64) {
    code.get(value.significand);
    getSigned(code, value, negate)
      .i32(SIGN | EXPONENT)
      .op(Op.I32_AND, Op.RETURN);
    return;
  }
  const result = temporaryValue(code);
  const extra = code.temporary(I64);
  const exponent = code.temporary();
  code.get(value.significand).set(result.significand).i64(0n).set(extra);
  code.get(value.head).i32(EXPONENT).op(Op.I32_AND).set(exponent);
  code.block();
  round(code, { significand: result.significand, extra, exponent }, 0, precision);
  getSigned(code, value, negate).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  getValue(code, result).op(Op.RETURN);
  code.end();
  releaseValue(code, result);
  code.release(extra, exponent);
}

/** Leaves the head of a value or of its opposite. */
function getSigned(code: Code, { head }: Value, negate: number): Code {
  code.get(head);
  return negate === 0 ? code : code.i32(negate).op(Op.I32_XOR);
}

/** Sums with zero, and exact differences of zero. */
function addZero(code: Code, isSubtraction: boolean, precision: Precision): void {
  const negate = isSubtraction ? SIGN : 0;
  testPlain(code, A);
  testPlain(code, B).op(Op.I32_AND).if();
  testZero(code, B).if();
  testZero(code, A).if();
  // Unlike zeros add up to +0.
  code.get(A.head).get(B.head).i32(negate).op(Op.I32_XOR, Op.I32_AND);
  returnZero(code);
  code.end();
  returnRounded(code, A, 0, precision);
  code.end();
  testZero(code, A).if();
  returnRounded(code, B, negate, precision);
  code.end();
  code.get(A.significand).get(B.significand).op(Op.I64_EQ);
  code
    .get(A.head)
    .get(B.head)
    .op(Op.I32_XOR)
    .i32(SIGN | EXPONENT)
    .op(Op.I32_AND)
    .i32(SIGN ^ negate)
    .op(Op.I32_EQ, Op.I32_AND)
    .if();
  code.i32(0);
  returnZero(code);
  code.end();
  code.end();
}

/** Products with zero. */
function multiplyZero(code: Code): void {
  testPlain(code, A);
  testPlain(code, B).op(Op.I32_AND);
  testZero(code, A);
  testZero(code, B).op(Op.I32_OR, Op.I32_AND).if();
  code.get(A.head).get(B.head).op(Op.I32_XOR);
  returnZero(code);
  code.end();
}

/** Zero by a normal number. */
function divideZero(code: Code): void {
  testPlain(code, A);
  testPlain(code, B).op(Op.I32_AND);
  testZero(code, A).op(Op.I32_AND);
  testZero(code, B).op(Op.I32_EQZ, Op.I32_AND).if();
  code.get(A.head).get(B.head).op(Op.I32_XOR);
  returnZero(code);
  code.end();
}

/** Zero is its own nearest integer. */
function roundZero(code: Code): void {
  testZero(code, A).if().get(A.head);
  returnZero(code);
  code.end();
}

/** Zeros have signs in comparisons with other numbers only. */
function compareZero(code: Code): void {
  testPlain(code, A);
  testPlain(code, B).op(Op.I32_AND).if();
  testZero(code, A);
  testZero(code, B).op(Op.I32_AND).if();
  code.i32(C3).op(Op.RETURN);
  code.end();
  testZero(code, A).if();
  code.i32(0).i32(C0).get(B.head).i32(SIGN).op(Op.I32_AND, Op.SELECT, Op.RETURN);
  code.end();
  code.i32(C0).i32(0).get(A.head).i32(SIGN).op(Op.I32_AND, Op.SELECT, Op.RETURN);
  code.end();
}

/** FXAM of a register that is not empty: leaves codes and flags. */
function examination(name: string): Routine {
  return {
    name,
    type: EXAMINATION,
    build(link, file) {
      const code = new Code(2);
      const codes = code.local(I32);
      examine(code, A, codes, () => {
        callRare(code, link, file, Rare.EXAMINE, [A]);
        code.set(codes);
      });
      return code.get(codes);
    },
  };
}

/** A comparison that leaves codes and flags. */
function comparison(name: string, operation: Rare): Routine {
  return {
    name,
    type: COMPARISON,
    build(link, file) {
      const code = new Code(4);
      const codes = code.local(I32);
      compare(code, A, B, codes, () => {
        compareZero(code);
        callRare(code, link, file, operation, [A, B]);
        code.set(codes);
      });
      return code.get(codes);
    },
  };
}

function load(name: string, emit: (code: Code, bits: number, result: Value) => void): Routine {
  return {
    name,
    type: LOAD,
    build() {
      const code = new Code(1);
      const result = { significand: code.local(I64), head: code.local(I32) };
      emit(code, 0, result);
      return getValue(code, result);
    },
  };
}

function realLoad(name: string, format: RealFormat, isOperand: boolean): Routine {
  return load(name, (code, bits, result) =>
    loadReal(code, format, bits, result, () => loadSpecialReal(code, format, bits, isOperand, result)),
  );
}

/** A store leaves bits, and flags. */
function store(name: string, operation: Rare, emit: (code: Code, bits: number, flags: number, rare: () => void) => void): Routine {
  return {
    name,
    type: STORE,
    build(link, file) {
      const code = new Code(2);
      const bits = code.local(I64);
      const flags = code.local(I32);
      emit(code, bits, flags, () => {
        callRare(code, link, file, operation, [A]);
        code.set(flags);
        getSignificand(code, file, RESULT).set(bits);
      });
      return code.get(bits).get(flags);
    },
  };
}

function realStore(name: string, operation: Rare, format: RealFormat): Routine {
  return store(name, operation, (code, bits, flags, rare) =>
    storeReal(code, format, A, bits, flags, () => {
      testZero(code, A).if();
      code
        .get(A.head)
        .i32(SIGN)
        .op(Op.I32_AND, Op.I64_EXTEND_I32_U)
        .i64(BigInt(format.bits - 16))
        .op(Op.I64_SHL)
        .i32(0)
        .op(Op.RETURN);
      code.end();
      rare();
    }),
  );
}

function integerStore(name: string, operation: Rare, bits: number, isTruncated: boolean): Routine {
  return store(name, operation, (code, integer, flags, rare) => storeInteger(code, A, bits, isTruncated, integer, flags, rare));
}

/** The operations whose results have the precision of the control word. */
function calculations(precision: Precision): readonly Routine[] {
  const fields = PRECISION_FIELDS[precision];
  const rare = (name: string, operation: Rare, isDyadic: boolean, shortcut?: (code: Code) => void): Routine =>
    rareRoutine(routineName(`${name}Rare`, precision), operation, isDyadic, fields, shortcut);
  const fast = (name: string, isDyadic: boolean, emit: (code: Code, result: Value, rare: () => void) => void): Routine =>
    fastRoutine(routineName(name, precision), routineName(`${name}Rare`, precision), isDyadic, emit);
  return [
    rare("x87Add", Rare.ADD, true, (code) => addZero(code, false, precision)),
    rare("x87Subtract", Rare.SUBTRACT, true, (code) => addZero(code, true, precision)),
    rare("x87Multiply", Rare.MULTIPLY, true, multiplyZero),
    rare("x87Divide", Rare.DIVIDE, true, divideZero),
    rare("x87SquareRoot", Rare.SQUARE_ROOT, false),
    fast("x87Add", true, (code, result, otherwise) => add(code, A, B, false, result, otherwise, precision)),
    fast("x87Subtract", true, (code, result, otherwise) => add(code, A, B, true, result, otherwise, precision)),
    fast("x87Multiply", true, (code, result, otherwise) => multiply(code, A, B, result, otherwise, precision)),
    fast("x87Divide", true, (code, result, otherwise) => divide(code, A, B, result, otherwise, precision)),
    fast("x87SquareRoot", false, (code, result, otherwise) => squareRoot(code, A, result, otherwise, precision)),
  ];
}

export const x87Routines: readonly Routine[] = [
  ...calculations(64),
  rareRoutine("x87RoundRare", Rare.ROUND, false, ROUND_NEAREST, roundZero),
  fastRoutine("x87Round", "x87RoundRare", false, (code, result, rare) => roundToIntegral(code, A, result, rare)),
  comparison("x87Compare", Rare.COMPARE),
  comparison("x87CompareQuietly", Rare.COMPARE_QUIETLY),
  load("x87LoadInteger", loadInteger),
  realLoad("x87LoadSingle", SINGLE, false),
  realLoad("x87LoadDouble", DOUBLE, false),
  realLoad("x87OperandSingle", SINGLE, true),
  realLoad("x87OperandDouble", DOUBLE, true),
  realStore("x87StoreSingle", Rare.STORE_SINGLE, SINGLE),
  realStore("x87StoreDouble", Rare.STORE_DOUBLE, DOUBLE),
  integerStore("x87StoreInteger16", Rare.STORE_INTEGER_16, 16, false),
  integerStore("x87StoreInteger32", Rare.STORE_INTEGER_32, 32, false),
  integerStore("x87StoreInteger64", Rare.STORE_INTEGER_64, 64, false),
  integerStore("x87Truncate16", Rare.TRUNCATE_16, 16, true),
  integerStore("x87Truncate32", Rare.TRUNCATE_32, 32, true),
  integerStore("x87Truncate64", Rare.TRUNCATE_64, 64, true),
  ...calculations(53),
  ...calculations(24),
  rareRoutine("x87RoundDown", Rare.ROUND, false, ROUND_DOWN, roundZero),
  rareRoutine("x87RoundUp", Rare.ROUND, false, ROUND_UP, roundZero),
  rareRoutine("x87RoundToZero", Rare.ROUND, false, ROUND_TO_ZERO, roundZero),
  rareRoutine("x87ScaleRare", Rare.SCALE, true),
  fastRoutine("x87Scale", "x87ScaleRare", true, (code, result, rare) => scale(code, A, B, result, rare)),
  examination("x87Examine"),
  rareRoutine("x87Power", Rare.POWER, false),
  rareRoutine("x87Logarithm", Rare.LOGARITHM, true),
  rareRoutine("x87LogarithmOfNext", Rare.LOGARITHM_OF_NEXT, true),
  rareRoutine("x87Arctangent", Rare.ARCTANGENT, true),
];
