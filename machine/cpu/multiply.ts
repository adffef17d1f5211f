/**
 * MUL IMUL DIV IDIV, and the decimal instructions AAA AAS AAM AAD DAA DAS.
 *
 * Source: Intel SDM vol. 2. 64-bit products and quotients are computed in doubles, which hold integers
 * below 2^53 exactly.
 */
import { Vector } from "../exit.ts";
import type { BinderMap, Core } from "./core.ts";
import { raiseFault } from "./fault.ts";
import { Flag } from "./flags.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler } from "./operation.ts";

const TWO_32 = 0x1_0000_0000;

/** High word of an unsigned 32 × 32 bit product, as a signed number. */
export function unsignedHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536)) | 0;
}

function signedHigh(a: number, b: number): number {
  return (unsignedHigh(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

export function multiplyBinders(core: Core) {
  const { AF, CF, OF } = Flag;
  const { WORD } = Access;
  const { words: R, halves: R16, bytes: R8 } = core.file;
  const { arithmetic, setMixed } = core.flags;
  const { read32 } = core.memory;
  const { load, second, store } = createOperands(core);

  const OVERFLOW = CF | OF;

  /** CF and OF; the undefined flags follow the low half, as on Intel processors. */
  function setProduct(low: number, shift: number, isWide: boolean): void {
    setMixed(low << shift, shift, isWide ? OVERFLOW : 0);
  }

  const mul: Handler = (op) => {
    const value = load(op);
    if (op.size === 4) {
      const accumulator = R[0]!;
      const low = Math.imul(accumulator, value);
      const high = unsignedHigh(accumulator, value);
      R[0] = low;
      R[2] = high;
      setProduct(low, 0, high !== 0);
    } else if (op.size === 2) {
      const product = R16[0]! * value;
      R16[0] = product;
      R16[4] = product >>> 16;
      setProduct(product, 16, product >>> 16 !== 0);
    } else {
      const product = R8[0]! * value;
      R16[0] = product;
      setProduct(product, 24, product >>> 8 !== 0);
    }
    return op.next;
  };
  const imulAccumulator: Handler = (op) => {
    const value = load(op);
    if (op.size === 4) {
      const accumulator = R[0]!;
      const low = Math.imul(accumulator, value);
      const high = signedHigh(accumulator, value);
      R[0] = low;
      R[2] = high;
      setProduct(low, 0, high !== low >> 31);
    } else if (op.size === 2) {
      const product = ((R16[0]! << 16) >> 16) * ((value << 16) >> 16);
      R16[0] = product;
      R16[4] = product >> 16;
      setProduct(product, 16, product !== (product << 16) >> 16);
    } else {
      const product = ((R8[0]! << 24) >> 24) * ((value << 24) >> 24);
      R16[0] = product;
      setProduct(product, 24, product !== (product << 24) >> 24);
    }
    return op.next;
  };
  /** Two and three operands; the third, if present, is an immediate. */
  const imul: Handler = (op) => {
    const shift = op.shift;
    const hasImmediate = op.instruction.operands.length === 3;
    const first = ((hasImmediate ? op.immediate : load(op)) << shift) >> shift;
    const other = (second(op) << shift) >> shift;
    const low = Math.imul(first, other);
    const result = (low << shift) >> shift;
    store(op, low);
    setProduct(low, shift, op.size === 4 ? signedHigh(first, other) !== low >> 31 : low !== result);
    return op.next;
  };
  const imulRegisters: Handler = (op) => {
    const first = R[op.a]!;
    const other = R[op.b]!;
    const low = Math.imul(first, other);
    R[op.a] = low;
    setMixed(low, 0, isExact(first, other, low) ? 0 : OVERFLOW);
    return op.next;
  };
  const imulImmediate: Handler = (op) => {
    const first = R[op.b]!;
    const other = op.immediate;
    const low = Math.imul(first, other);
    R[op.a] = low;
    setMixed(low, 0, isExact(first, other, low) ? 0 : OVERFLOW);
    return op.next;
  };
  const imulMemory: Handler = (op) => {
    const other = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    const first = R[op.a]!;
    const low = Math.imul(first, other);
    R[op.a] = low;
    setMixed(low, 0, isExact(first, other, low) ? 0 : OVERFLOW);
    return op.next;
  };
  /** Whether the product fits: the rounded product of doubles equals it only then. */
  function isExact(first: number, other: number, low: number): boolean {
    return first * other === low;
  }

  /** Divides high:low by divisor (all unsigned, high < divisor < 2^32) in two digits of 16 bits. */
  const quotient = { value: 0, rest: 0 };
  function divideWide(high: number, low: number, divisor: number): void {
    if (high === 0) {
      quotient.value = Math.floor(low / divisor);
      quotient.rest = low - quotient.value * divisor;
      return;
    }
    const first = high * 65536 + (low >>> 16);
    const upper = Math.floor(first / divisor);
    const remaining = (first - upper * divisor) * 65536 + (low & 0xffff);
    const lower = Math.floor(remaining / divisor);
    quotient.value = upper * 65536 + lower;
    quotient.rest = remaining - lower * divisor;
  }

  const div: Handler = (op) => {
    const divisor = load(op) >>> 0;
    if (divisor === 0) raiseFault(Vector.DIVIDE_ERROR);
    if (op.size === 4) {
      const high = R[2]! >>> 0;
      if (high >= divisor) raiseFault(Vector.DIVIDE_ERROR);
      divideWide(high, R[0]! >>> 0, divisor);
      R[0] = quotient.value;
      R[2] = quotient.rest;
    } else if (op.size === 2) {
      const dividend = ((R16[4]! << 16) | R16[0]!) >>> 0;
      const value = Math.floor(dividend / divisor);
      if (value > 0xffff) raiseFault(Vector.DIVIDE_ERROR);
      R16[0] = value;
      R16[4] = dividend - value * divisor;
    } else {
      const dividend = R16[0]!;
      const value = Math.floor(dividend / divisor);
      if (value > 0xff) raiseFault(Vector.DIVIDE_ERROR);
      R8[0] = value;
      R8[1] = dividend - value * divisor;
    }
    return op.next;
  };
  const idiv: Handler = (op) => {
    const divisor = (load(op) << op.shift) >> op.shift;
    if (divisor === 0) raiseFault(Vector.DIVIDE_ERROR);
    if (op.size === 4) {
      let high = R[2]! >>> 0;
      let low = R[0]! >>> 0;
      const isNegative = R[2]! < 0;
      if (isNegative) {
        low = low === 0 ? 0 : TWO_32 - low;
        high = (~high + (low === 0 ? 1 : 0)) >>> 0;
      }
      const magnitude = Math.abs(divisor);
      if (high >= magnitude) raiseFault(Vector.DIVIDE_ERROR);
      divideWide(high, low, magnitude);
      const value = isNegative !== divisor < 0 ? -quotient.value : quotient.value;
      if (value !== (value | 0)) raiseFault(Vector.DIVIDE_ERROR);
      R[0] = value;
      R[2] = isNegative ? -quotient.rest : quotient.rest;
    } else if (op.size === 2) {
      const dividend = (R16[4]! << 16) | R16[0]!;
      const value = Math.trunc(dividend / divisor);
      if (value > 0x7fff || value < -0x8000) raiseFault(Vector.DIVIDE_ERROR);
      R16[0] = value;
      R16[4] = dividend - value * divisor;
    } else {
      const dividend = (R16[0]! << 16) >> 16;
      const value = Math.trunc(dividend / divisor);
      if (value > 0x7f || value < -0x80) raiseFault(Vector.DIVIDE_ERROR);
      R8[0] = value;
      R8[1] = dividend - value * divisor;
    }
    return op.next;
  };

  function setByteResult(flags: number): void {
    setMixed(R8[0]! << 24, 24, flags);
  }
  const aaa: Handler = (op) => {
    const adjusts = (R8[0]! & 15) > 9 || (arithmetic() & AF) !== 0;
    if (adjusts) R16[0] = R16[0]! + 0x106;
    R8[0] = R8[0]! & 15;
    setByteResult(adjusts ? AF | CF : 0);
    return op.next;
  };
  const aas: Handler = (op) => {
    const adjusts = (R8[0]! & 15) > 9 || (arithmetic() & AF) !== 0;
    if (adjusts) R16[0] = R16[0]! - 0x106;
    R8[0] = R8[0]! & 15;
    setByteResult(adjusts ? AF | CF : 0);
    return op.next;
  };
  const aam: Handler = (op) => {
    const base = op.immediate & 0xff;
    if (base === 0) raiseFault(Vector.DIVIDE_ERROR);
    const value = R8[0]!;
    R8[1] = Math.floor(value / base);
    R8[0] = value % base;
    setByteResult(0);
    return op.next;
  };
  const aad: Handler = (op) => {
    R16[0] = (R8[0]! + R8[1]! * (op.immediate & 0xff)) & 0xff;
    setByteResult(0);
    return op.next;
  };
  const daa: Handler = (op) => {
    const before = R8[0]!;
    const flags = arithmetic();
    let result = before;
    let out = 0;
    if ((before & 15) > 9 || (flags & AF) !== 0) {
      result += 6;
      out = AF;
    }
    if (before > 0x99 || (flags & CF) !== 0) {
      result += 0x60;
      out |= CF;
    }
    R8[0] = result;
    setByteResult(out);
    return op.next;
  };
  const das: Handler = (op) => {
    const before = R8[0]!;
    const flags = arithmetic();
    let result = before;
    let out = 0;
    if ((before & 15) > 9 || (flags & AF) !== 0) {
      result -= 6;
      out = AF | (before < 6 || (flags & CF) !== 0 ? CF : 0);
    }
    if (before > 0x99 || (flags & CF) !== 0) {
      result -= 0x60;
      out |= CF;
    }
    R8[0] = result;
    setByteResult(out);
    return op.next;
  };

  return {
    mul: () => mul,
    imul1: () => imulAccumulator,
    imul: (op, instruction) => {
      if (op.accessA !== WORD) return imul;
      if (instruction.operands.length === 3) return op.accessB === WORD ? imulImmediate : imul;
      return op.accessB === WORD ? imulRegisters : imulMemory;
    },
    div: () => div,
    idiv: () => idiv,
    aaa: () => aaa,
    aas: () => aas,
    aam: () => aam,
    aad: () => aad,
    daa: () => daa,
    das: () => das,
  } satisfies BinderMap;
}
