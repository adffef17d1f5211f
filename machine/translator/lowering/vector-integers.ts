/**
 * Arithmetic, comparison, logic and packing of integers in XMM registers. Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-operands.ts.
 */
import { mapValues } from "../../map-values.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { dyadic, onEither, simple } from "./vector-operands.ts";
import { DOUBLE, SINGLE } from "../runtime/vector-real.ts";

/** What one instruction of WebAssembly does. */
const SIMPLE = {
  pand: Simd.V128_AND,
  andps: Simd.V128_AND,
  andpd: Simd.V128_AND,
  por: Simd.V128_OR,
  orps: Simd.V128_OR,
  orpd: Simd.V128_OR,
  paddb: Simd.I8X16_ADD,
  paddw: Simd.I16X8_ADD,
  paddd: Simd.I32X4_ADD,
  paddq: Simd.I64X2_ADD,
  paddsb: Simd.I8X16_ADD_SAT_S,
  paddsw: Simd.I16X8_ADD_SAT_S,
  paddusb: Simd.I8X16_ADD_SAT_U,
  paddusw: Simd.I16X8_ADD_SAT_U,
  psubb: Simd.I8X16_SUB,
  psubw: Simd.I16X8_SUB,
  psubd: Simd.I32X4_SUB,
  psubq: Simd.I64X2_SUB,
  psubsb: Simd.I8X16_SUB_SAT_S,
  psubsw: Simd.I16X8_SUB_SAT_S,
  psubusb: Simd.I8X16_SUB_SAT_U,
  psubusw: Simd.I16X8_SUB_SAT_U,
  pmullw: Simd.I16X8_MUL,
  pmaddwd: Simd.I32X4_DOT_I16X8_S,
  pavgb: Simd.I8X16_AVGR_U,
  pavgw: Simd.I16X8_AVGR_U,
  pminub: Simd.I8X16_MIN_U,
  pmaxub: Simd.I8X16_MAX_U,
  pminsw: Simd.I16X8_MIN_S,
  pmaxsw: Simd.I16X8_MAX_S,
  pcmpeqb: Simd.I8X16_EQ,
  pcmpeqw: Simd.I16X8_EQ,
  pcmpeqd: Simd.I32X4_EQ,
  pcmpgtb: Simd.I8X16_GT_S,
  pcmpgtw: Simd.I16X8_GT_S,
  pcmpgtd: Simd.I32X4_GT_S,
};

/** Low halves of two vectors. */
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23] as const;

function pack(opcode: number): Lowering {
  return dyadic((code, isMmx) => {
    if (isMmx) {
      const both = code.temporary(ValueType.V128);
      code.shuffle(LOW_HALVES).tee(both).get(both);
      code.release(both);
    }
    code.simd(opcode);
  });
}

/** PANDN negates its destination, WebAssembly the second operand. */
const andNot = onEither((_e, file, { operands }) => {
  const { register } = operands[0]!;
  file.read(operands[1]!);
  file.get(register).simd(Simd.V128_ANDNOT);
  file.set(register);
});

/** A register combined with itself becomes zeros, in all formats. */
const exclusiveOr = onEither((e, file, { operands }) => {
  const [first, second] = operands;
  const { register } = first!;
  if (second!.register !== register || second!.kind !== first!.kind) {
    file.get(register);
    file.read(second!).simd(Simd.V128_XOR);
    file.set(register);
    return;
  }
  e.code.zeroVector();
  file.set(register);
  if (file.isMmx) return;
  e.vector!.markTame(register, SINGLE, SINGLE.lanes);
  e.vector!.markTame(register, DOUBLE, DOUBLE.lanes);
});

/** Bytes of the upper halves of the words of two vectors. */
const UPPER_HALVES = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31] as const;

function highProducts(low: number, high: number): Lowering {
  return dyadic((code) => {
    const first = code.temporary(ValueType.V128);
    const second = code.temporary(ValueType.V128);
    code.set(second).tee(first).get(second).simd(low).get(first).get(second).simd(high).shuffle(UPPER_HALVES);
    code.release(first, second);
  });
}

/** Puts words 0 and 2 into the places of 0 and 1. */
const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11] as const;

const multiplyQuads = dyadic((code) => {
  const source = code.temporary(ValueType.V128);
  const destination = code.temporary(ValueType.V128);
  code.set(source).set(destination);
  code.get(destination).get(destination).shuffle(EVEN_WORDS);
  code.get(source).get(source).shuffle(EVEN_WORDS);
  code.simd(Simd.I64X2_EXTMUL_LOW_I32X4_U);
  code.release(source, destination);
});

const sumOfDifferences = dyadic((code) => {
  const first = code.temporary(ValueType.V128);
  const second = code.temporary(ValueType.V128);
  code.set(second).tee(first).get(second).simd(Simd.I8X16_SUB_SAT_U);
  code.get(second).get(first).simd(Simd.I8X16_SUB_SAT_U).simd(Simd.V128_OR);
  // Sums of four in words; the one above is added, and then shifted to its place, without what is above it.
  code.simd(Simd.I16X8_EXTADD_PAIRWISE_I8X16_U).simd(Simd.I32X4_EXTADD_PAIRWISE_I16X8_U).tee(first);
  code.get(first).i32(32).simd(Simd.I64X2_SHL).simd(Simd.I64X2_ADD).i32(32).simd(Simd.I64X2_SHR_U);
  code.release(first, second);
});

export const vectorIntegerLowerings = {
  ...mapValues(SIMPLE, simple),
  packsswb: pack(Simd.I8X16_NARROW_I16X8_S),
  packuswb: pack(Simd.I8X16_NARROW_I16X8_U),
  packssdw: pack(Simd.I16X8_NARROW_I32X4_S),
  pandn: andNot,
  andnps: andNot,
  andnpd: andNot,
  pxor: exclusiveOr,
  xorps: exclusiveOr,
  xorpd: exclusiveOr,
  pmulhw: highProducts(Simd.I32X4_EXTMUL_LOW_I16X8_S, Simd.I32X4_EXTMUL_HIGH_I16X8_S),
  pmulhuw: highProducts(Simd.I32X4_EXTMUL_LOW_I16X8_U, Simd.I32X4_EXTMUL_HIGH_I16X8_U),
  pmuludq: multiplyQuads,
  psadbw: sumOfDifferences,
} satisfies LoweringMap;
