/**
 * Routines that look closer at numbers of the vector unit which translated code does not accept at once
 * (vector-real.ts): zeros, very small numbers,
 * and all numbers while MXCSR is not quiet. They return 0 when WebAssembly's result is the processor's and MXCSR does
 * not change, else 1: the interpreter
 * then executes the instruction.
 *
 * Layer beneath: vector-real.ts.
 *
 * Before an inexact result is recorded, results have to be exact. The tests for that are sufficient: a sum or
 * quotient by its inverse operation, a product of
 * doubles by the number of bits of its factors. Singles are computed in doubles, where their products are exact.
 */
import { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Routine } from "./routine.ts";
import { acceptedExponents, DOUBLE, hasDefaults, isAccepted, isInexactRecorded, type RealFormat, SINGLE } from "./vector-real.ts";

const { F32, F64, I32 } = ValueType;

const FRACTION_BITS = 52n;
const HIDDEN_BIT = 1n << FRACTION_BITS;
/** Trailing zeros of two significands whose product fits in 53 bits. */
const SPARE_BITS = 53n;

/** Pops a number, pushes whether it is well within the normal ones. */
function isNormal(code: Code, format: RealFormat): Code {
  return isAccepted(code, format, () => void code.i32(acceptedExponents(format)))
    .i32(0)
    .op(Op.I32_NE);
}

/** Builds the body of a routine. Parameters: operands, then the result. */
class Closer {
  readonly code: Code;
  private readonly file: number;
  private readonly format: RealFormat;

  constructor(format: RealFormat, parameters: number, file: number) {
    this.code = new Code(parameters);
    this.format = format;
    this.file = file;
  }

  /** Pushes a parameter as a double. */
  double(parameter: number): Code {
    this.code.get(parameter);
    return this.format === SINGLE ? this.code.op(Op.F64_PROMOTE_F32) : this.code;
  }

  isZero(parameter: number): Code {
    return this.double(parameter).f64(0).op(Op.F64_EQ);
  }

  /** Pushes whether a parameter is well within the normal numbers. */
  isNormal(parameter: number): Code {
    return isNormal(this.code.get(parameter), this.format);
  }

  isTame(parameter: number): Code {
    this.isNormal(parameter);
    return this.isZero(parameter).op(Op.I32_OR);
  }

  /** Pops whether the result is right if its inexactness is recorded, and whether it is exact. */
  isRecordedOrExact(): Code {
    isInexactRecorded(this.code, this.file).op(Op.I32_OR).i32(0);
    return this.code.op(Op.I32_NE, Op.I32_AND);
  }

  /** Pushes how many bits at the end of a double's significand are zeros. */
  spareBits(parameter: number): Code {
    return this.code
      .get(parameter)
      .op(Op.I64_REINTERPRET_F64)
      .i64(HIDDEN_BIT - 1n)
      .op(Op.I64_AND)
      .i64(HIDDEN_BIT)
      .op(Op.I64_OR, Op.I64_CTZ);
  }

  /** Pushes whether the product of two parameters is certainly exact. */
  hasFewBits(first: number, second: number): Code {
    this.spareBits(first);
    return this.spareBits(second).op(Op.I64_ADD).i64(SPARE_BITS).op(Op.I64_GE_U);
  }

  /** Pops whether the result can be used with default settings of MXCSR. */
  finish(): Code {
    return hasDefaults(this.code, this.file).op(Op.I32_AND, Op.I32_EQZ);
  }
}

type Build = (closer: Closer) => void;

const X = 0;
const Y = 1;
const RESULT = 2;

function both(c: Closer): void {
  c.isTame(X);
  c.isTame(Y).op(Op.I32_AND);
}

const operands: Build = both;

/** For a difference, the second operand is given with the other sign. */
const sum: Build = (c) => {
  const { code } = c;
  const total = code.local(F64);
  c.double(X);
  c.double(Y).op(Op.F64_ADD).set(total);
  c.isTame(RESULT);
  c.double(RESULT).get(total).op(Op.F64_EQ);
  code.get(total);
  c.double(X).op(Op.F64_SUB);
  c.double(Y).op(Op.F64_EQ, Op.I32_AND);
  code.get(total);
  c.double(Y).op(Op.F64_SUB);
  c.double(X).op(Op.F64_EQ, Op.I32_AND);
  c.isRecordedOrExact();
  both(c);
  code.op(Op.I32_AND);
};

const product =
  (format: RealFormat): Build =>
  (c) => {
    const { code } = c;
    c.isNormal(RESULT);
    if (format === SINGLE) {
      c.double(X);
      c.double(Y).op(Op.F64_MUL);
      c.double(RESULT).op(Op.F64_EQ);
    } else {
      c.hasFewBits(X, Y);
    }
    c.isRecordedOrExact();
    c.isZero(X);
    c.isZero(Y).op(Op.I32_OR, Op.I32_OR);
    both(c);
    code.op(Op.I32_AND);
  };

const quotient =
  (format: RealFormat): Build =>
  (c) => {
    const { code } = c;
    c.isNormal(RESULT);
    c.double(RESULT);
    c.double(Y).op(Op.F64_MUL);
    c.double(X).op(Op.F64_EQ);
    if (format === DOUBLE) c.hasFewBits(RESULT, Y).op(Op.I32_AND);
    c.isRecordedOrExact();
    c.isZero(X).op(Op.I32_OR);
    c.isTame(X);
    c.isNormal(Y).op(Op.I32_AND, Op.I32_AND);
    return code;
  };

/** The operand, and the result in the place of a second one. */
const root =
  (format: RealFormat): Build =>
  (c) => {
    c.isNormal(X);
    c.double(X).f64(0).op(Op.F64_GT, Op.I32_AND);
    c.double(Y);
    c.double(Y).op(Op.F64_MUL);
    c.double(X).op(Op.F64_EQ);
    if (format === DOUBLE) c.hasFewBits(Y, Y).op(Op.I32_AND);
    c.isRecordedOrExact();
    c.isZero(X).op(Op.I32_OR);
  };

function routine(name: string, format: RealFormat, parameters: number, build: Build): Routine {
  return {
    name: `vector${name}${format.name}`,
    type: { parameters: new Array<ValueType>(parameters).fill(format.type), results: [I32] },
    build(_link, file) {
      const closer = new Closer(format, parameters, file);
      build(closer);
      return closer.finish();
    },
  };
}

/** A double and the single that it is rounded to. */
const narrowing: Routine = {
  name: "vectorNarrow",
  type: { parameters: [F64, F32], results: [I32] },
  build(_link, file) {
    const code = new Code(2);
    isNormal(code.get(1), SINGLE);
    code.get(1).op(Op.F64_PROMOTE_F32).get(0).op(Op.F64_EQ);
    isInexactRecorded(code, file).op(Op.I32_OR).i32(0).op(Op.I32_NE, Op.I32_AND);
    code.get(0).f64(0).op(Op.F64_EQ, Op.I32_OR);
    return hasDefaults(code, file).op(Op.I32_AND, Op.I32_EQZ);
  },
};

export const vectorRoutines: readonly Routine[] = [
  narrowing,
  ...[SINGLE, DOUBLE].flatMap((format) => [
    routine("Operands", format, 2, operands),
    routine("Sum", format, 3, sum),
    routine("Product", format, 3, product(format)),
    routine("Quotient", format, 3, quotient(format)),
    routine("Root", format, 2, root(format)),
  ]),
];
