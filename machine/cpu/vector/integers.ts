/**
 * Arithmetic, comparison and logic on packed integers.
 *
 * Layer beneath: lanes.ts. Source: Intel SDM vol. 2. What C libraries use for strings is written out for speed; the
 * others say only what happens in one lane.
 */
import type { Lanes, PackedOperation, PackedTable } from "./lanes.ts";

type Combine = (a: number, b: number) => number;

const clamp = (value: number, low: number, high: number): number => (value < low ? low : value > high ? high : value);
const saturateSignedByte = (value: number): number => clamp(value, -0x80, 0x7f);
const saturateByte = (value: number): number => clamp(value, 0, 0xff);
const saturateSignedHalf = (value: number): number => clamp(value, -0x8000, 0x7fff);
const saturateHalf = (value: number): number => clamp(value, 0, 0xffff);

/** Applies `combine` to each lane of views whose lanes have 1 << shift bytes. */
function lanewise(view: Int32Array | Uint16Array | Int16Array | Uint8Array | Int8Array, shift: number, combine: Combine): PackedOperation {
  return (destination, source, bytes) => {
    const to = (destination << 2) >> shift;
    const from = (source << 2) >> shift;
    const lanes = bytes >> shift;
    for (let lane = 0; lane < lanes; lane++) view[to + lane] = combine(view[to + lane]!, view[from + lane]!);
  };
}

/** Bits 32…63 of the product of two unsigned words. */
function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const second = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle >>> 16) + (second >>> 16)) | 0;
}

export function createIntegers(lanes: Lanes) {
  const { words: R, signedHalves: S16, bytes: U8 } = lanes;
  const bytewise = (combine: Combine): PackedOperation => lanewise(lanes.bytes, 0, combine);
  const signedBytewise = (combine: Combine): PackedOperation => lanewise(lanes.signedBytes, 0, combine);
  const halfwise = (combine: Combine): PackedOperation => lanewise(lanes.halves, 1, combine);
  const signedHalfwise = (combine: Combine): PackedOperation => lanewise(lanes.signedHalves, 1, combine);
  const wordwise = (combine: Combine): PackedOperation => lanewise(lanes.words, 2, combine);

  const and: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) R[d + word] = R[d + word]! & R[s + word]!;
  };
  const andNot: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) R[d + word] = ~R[d + word]! & R[s + word]!;
  };
  const or: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) R[d + word] = R[d + word]! | R[s + word]!;
  };
  const xor: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) R[d + word] = R[d + word]! ^ R[s + word]!;
  };

  const equalBytes: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) {
      const difference = R[d + word]! ^ R[s + word]!;
      // 80 in every byte that is zero: adding 7F carries into bit 7 of all others.
      const zero = ~(((difference & 0x7f7f7f7f) + 0x7f7f7f7f) | difference | 0x7f7f7f7f);
      R[d + word] = Math.imul(zero >>> 7, 0xff);
    }
  };
  const minimumBytes: PackedOperation = (d, s, bytes) => {
    const to = d << 2;
    const from = s << 2;
    for (let lane = 0; lane < bytes; lane++) {
      const value = U8[from + lane]!;
      if (value < U8[to + lane]!) U8[to + lane] = value;
    }
  };
  const addWords: PackedOperation = (d, s, bytes) => {
    for (let word = bytes >> 2; --word >= 0; ) R[d + word] = R[d + word]! + R[s + word]!;
  };

  const addQuads: PackedOperation = (d, s, bytes) => {
    for (let word = 0; word < bytes >> 2; word += 2) {
      const a = R[d + word]! >>> 0;
      const low = a + (R[s + word]! >>> 0);
      R[d + word + 1] = R[d + word + 1]! + R[s + word + 1]! + (low > 0xffffffff ? 1 : 0);
      R[d + word] = low;
    }
  };
  const subtractQuads: PackedOperation = (d, s, bytes) => {
    for (let word = 0; word < bytes >> 2; word += 2) {
      const low = (R[d + word]! >>> 0) - (R[s + word]! >>> 0);
      R[d + word + 1] = R[d + word + 1]! - R[s + word + 1]! - (low < 0 ? 1 : 0);
      R[d + word] = low;
    }
  };
  const multiplyQuads: PackedOperation = (d, s, bytes) => {
    for (let word = 0; word < bytes >> 2; word += 2) {
      const a = R[d + word]!;
      const b = R[s + word]!;
      R[d + word] = Math.imul(a, b);
      R[d + word + 1] = highProduct(a, b);
    }
  };
  const multiplyAdd: PackedOperation = (d, s, bytes) => {
    for (let word = 0; word < bytes >> 2; word++) {
      const a = (d + word) << 1;
      const b = (s + word) << 1;
      R[d + word] = S16[a]! * S16[b]! + S16[a + 1]! * S16[b + 1]!;
    }
  };
  const sumOfDifferences: PackedOperation = (d, s, bytes) => {
    for (let word = 0; word < bytes >> 2; word += 2) {
      let sum = 0;
      const a = (d + word) << 2;
      const b = (s + word) << 2;
      for (let lane = 0; lane < 8; lane++) sum += Math.abs(U8[a + lane]! - U8[b + lane]!);
      R[d + word] = sum;
      R[d + word + 1] = 0;
    }
  };

  return {
    pand: and,
    andps: and,
    andpd: and,
    pandn: andNot,
    andnps: andNot,
    andnpd: andNot,
    por: or,
    orps: or,
    orpd: or,
    pxor: xor,
    xorps: xor,
    xorpd: xor,
    paddb: bytewise((a, b) => a + b),
    paddw: halfwise((a, b) => a + b),
    paddd: addWords,
    paddq: addQuads,
    paddsb: signedBytewise((a, b) => saturateSignedByte(a + b)),
    paddsw: signedHalfwise((a, b) => saturateSignedHalf(a + b)),
    paddusb: bytewise((a, b) => saturateByte(a + b)),
    paddusw: halfwise((a, b) => saturateHalf(a + b)),
    psubb: bytewise((a, b) => a - b),
    psubw: halfwise((a, b) => a - b),
    psubd: wordwise((a, b) => a - b),
    psubq: subtractQuads,
    psubsb: signedBytewise((a, b) => saturateSignedByte(a - b)),
    psubsw: signedHalfwise((a, b) => saturateSignedHalf(a - b)),
    psubusb: bytewise((a, b) => saturateByte(a - b)),
    psubusw: halfwise((a, b) => saturateHalf(a - b)),
    pmullw: halfwise((a, b) => Math.imul(a, b)),
    pmulhw: signedHalfwise((a, b) => (a * b) >> 16),
    pmulhuw: halfwise((a, b) => (a * b) >>> 16),
    pmuludq: multiplyQuads,
    pmaddwd: multiplyAdd,
    psadbw: sumOfDifferences,
    pavgb: bytewise((a, b) => (a + b + 1) >> 1),
    pavgw: halfwise((a, b) => (a + b + 1) >> 1),
    pminub: minimumBytes,
    pmaxub: bytewise((a, b) => (a > b ? a : b)),
    pminsw: signedHalfwise((a, b) => (a < b ? a : b)),
    pmaxsw: signedHalfwise((a, b) => (a > b ? a : b)),
    pcmpeqb: equalBytes,
    pcmpeqw: halfwise((a, b) => (a === b ? -1 : 0)),
    pcmpeqd: wordwise((a, b) => (a === b ? -1 : 0)),
    pcmpgtb: signedBytewise((a, b) => (a > b ? -1 : 0)),
    pcmpgtw: signedHalfwise((a, b) => (a > b ? -1 : 0)),
    pcmpgtd: wordwise((a, b) => (a > b ? -1 : 0)),
  } satisfies PackedTable;
}
