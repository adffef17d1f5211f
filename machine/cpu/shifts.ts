/**
 * Shifts and rotates, SHLD, SHRD, and the bit instructions BT BTS BTR BTC BSF BSR.
 *
 * Flags the manual leaves undefined are what Intel processors produce, as far as that is regular.
 * Source: Intel SDM vol. 2.
 */
import type { Binder, BinderMap, Core } from "./core.ts";
import { Flag } from "./flags.ts";
import { Kind } from "./instruction.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler, type Operation } from "./operation.ts";

export function shiftBinders(core: Core) {
  const { CF, OF, ZF } = Flag;
  const { IMMEDIATE, MEMORY16, MEMORY32, WORD } = Access;
  const R = core.file.words;
  const R8 = core.file.bytes;
  const { modify16, modify32, read16, read32, write16, write32 } = core.memory;
  const { carry, arithmetic, setArithmetic, setMixed } = core.flags;
  const { load, modify, part, second, store } = createOperands(core);

  /** CF, and OF from the two given signs' difference. */
  function carryOverflow(carryBit: number, overflowBit: number): number {
    return ((carryBit & 1) !== 0 ? CF : 0) | ((overflowBit & 1) !== 0 ? OF : 0);
  }

  /** The count operand: an immediate, or CL. */
  function countOf(op: Operation): number {
    return (op.accessB === IMMEDIATE ? op.immediate : R8[4]!) & 31;
  }

  function setRotateFlags(flags: number): void {
    setArithmetic((arithmetic() & ~(CF | OF)) | flags);
  }

  const shl: Handler = (op) => {
    const value = modify(op);
    const count = countOf(op);
    // A count of 0 writes the operand, but changes no flag.
    if (count === 0) {
      store(op, value);
      return op.next;
    }
    const bits = op.size * 8;
    const result = value << count;
    const out = count > bits ? 0 : count === bits ? value & 1 : (value >>> (bits - count)) & 1;
    store(op, result);
    const top = result << op.shift;
    setMixed(top, op.shift, carryOverflow(out, out ^ (top >>> 31)));
    return op.next;
  };
  const shr: Handler = (op) => {
    const value = modify(op);
    const count = countOf(op);
    if (count === 0) {
      store(op, value);
      return op.next;
    }
    const result = value >>> count;
    store(op, result);
    const out = (value >>> (count - 1)) & 1;
    setMixed(result << op.shift, op.shift, carryOverflow(out, (value << op.shift) >>> 31));
    return op.next;
  };
  const sar: Handler = (op) => {
    const value = modify(op);
    const count = countOf(op);
    if (count === 0) {
      store(op, value);
      return op.next;
    }
    const wide = (value << op.shift) >> op.shift;
    const result = wide >> count;
    store(op, result);
    setMixed(result << op.shift, op.shift, carryOverflow(wide >> (count - 1), 0));
    return op.next;
  };
  const shlImmediate: Handler = (op) => {
    const value = R[op.a]!;
    const count = op.immediate & 31;
    const result = value << count;
    R[op.a] = result;
    const out = value >>> (32 - count);
    setMixed(result, 0, carryOverflow(out, out ^ (result >>> 31)));
    return op.next;
  };
  const shrImmediate: Handler = (op) => {
    const value = R[op.a]!;
    const count = op.immediate & 31;
    const result = (value >>> count) | 0;
    R[op.a] = result;
    setMixed(result, 0, carryOverflow(value >>> (count - 1), value >>> 31));
    return op.next;
  };
  const sarImmediate: Handler = (op) => {
    const value = R[op.a]!;
    const count = op.immediate & 31;
    const result = value >> count;
    R[op.a] = result;
    setMixed(result, 0, carryOverflow(value >> (count - 1), 0));
    return op.next;
  };
  const chooseShift =
    (any: Handler, immediate: Handler): Binder =>
    (op) =>
      op.accessA === WORD && op.accessB === IMMEDIATE && (op.immediate & 31) !== 0 ? immediate : any;

  const rol: Handler = (op) => {
    const value = modify(op);
    const count = countOf(op);
    const bits = op.size * 8;
    const turn = count & (bits - 1);
    const result = turn === 0 ? value : (value << turn) | (masked(value, op) >>> (bits - turn));
    store(op, result);
    if (count !== 0) setRotateFlags(carryOverflow(result, result ^ (result >>> (bits - 1))));
    return op.next;
  };
  const ror: Handler = (op) => {
    const value = modify(op);
    const count = countOf(op);
    const bits = op.size * 8;
    const turn = count & (bits - 1);
    const result = turn === 0 ? value : (masked(value, op) >>> turn) | (value << (bits - turn));
    store(op, result);
    if (count !== 0) {
      const sign = result >>> (bits - 1);
      setRotateFlags(carryOverflow(sign, sign ^ (result >>> (bits - 2))));
    }
    return op.next;
  };
  /** RCL and RCR turn bit by bit: they are rare, and CF takes part. */
  const rcl: Handler = (op) => {
    let value = modify(op);
    const count = countOf(op);
    const top = op.size * 8 - 1;
    let flag = carry() ? 1 : 0;
    const turns = op.size === 4 ? count : count % (op.size * 8 + 1);
    for (let turn = 0; turn < turns; turn++) {
      const out = (value >>> top) & 1;
      value = (value << 1) | flag;
      flag = out;
    }
    store(op, value);
    if (count !== 0) setRotateFlags(carryOverflow(flag, flag ^ (value >>> top)));
    return op.next;
  };
  const rcr: Handler = (op) => {
    let value = masked(modify(op), op);
    const count = countOf(op);
    const top = op.size * 8 - 1;
    let flag = carry() ? 1 : 0;
    const turns = op.size === 4 ? count : count % (op.size * 8 + 1);
    for (let turn = 0; turn < turns; turn++) {
      const out = value & 1;
      value = (value >>> 1) | (flag << top);
      flag = out;
    }
    store(op, value);
    if (count !== 0) setRotateFlags(carryOverflow(flag, (value >>> top) ^ (value >>> (top - 1))));
    return op.next;
  };

  function masked(value: number, op: Operation): number {
    return op.size === 4 ? value : value & ((1 << (op.size * 8)) - 1);
  }

  /** Count of SHLD and SHRD: the last operand. */
  function doubleCount(op: Operation): number {
    return (op.instruction.operands[2]!.kind === Kind.IMMEDIATE ? op.immediate : R8[4]!) & 31;
  }
  const shld: Handler = (op) => {
    const first = modify(op);
    const other = second(op);
    const count = doubleCount(op);
    if (count === 0) {
      store(op, first);
      return op.next;
    }
    let result: number;
    let out: number;
    if (op.size === 4) {
      result = (first << count) | (other >>> (32 - count));
      out = first >>> (32 - count);
    } else {
      // Beyond 16 the result is undefined; the processors go on with first:other:first.
      const high = first & 0xffff;
      const low = other & 0xffff;
      if (count <= 16) {
        result = (((high << 16) | low) << count) >>> 16;
        out = high >>> (16 - count);
      } else {
        result = ((low << (count - 16)) | (high >>> (32 - count))) & 0xffff;
        out = low >>> (32 - count);
      }
    }
    store(op, result);
    const top = result << op.shift;
    setMixed(top, op.shift, carryOverflow(out, ((first << op.shift) ^ top) >>> 31));
    return op.next;
  };
  const shrd: Handler = (op) => {
    const first = modify(op);
    const other = second(op);
    const count = doubleCount(op);
    if (count === 0) {
      store(op, first);
      return op.next;
    }
    let result: number;
    let out: number;
    if (op.size === 4) {
      result = (first >>> count) | (other << (32 - count));
      out = first >>> (count - 1);
    } else {
      const low = first & 0xffff;
      const high = other & 0xffff;
      if (count <= 16) {
        result = (((high << 16) | low) >>> count) & 0xffff;
        out = low >>> (count - 1);
      } else {
        result = ((high >>> (count - 16)) | (low << (32 - count))) & 0xffff;
        out = high >>> (count - 17);
      }
    }
    store(op, result);
    const top = result << op.shift;
    setMixed(top, op.shift, carryOverflow(out, ((first << op.shift) ^ top) >>> 31));
    return op.next;
  };

  const BIT_CHANGES = { bt: 0, bts: 1, btr: 2, btc: 3 } as const;
  function changed(value: number, bit: number, change: number): number {
    switch (change) {
      case BIT_CHANGES.bts:
        return value | (1 << bit);
      case BIT_CHANGES.btr:
        return value & ~(1 << bit);
      default:
        return value ^ (1 << bit);
    }
  }
  function setCarry(bit: number): void {
    setArithmetic((arithmetic() & ~CF) | (bit & 1));
  }
  const bitBinder =
    (change: number): Binder =>
    (op) => {
      const inMemory = op.accessA === MEMORY16 || op.accessA === MEMORY32;
      if (!inMemory || op.accessB === IMMEDIATE) {
        return (self) => {
          const value = change === BIT_CHANGES.bt ? load(self) : modify(self);
          const bit = second(self) & (self.size * 8 - 1);
          if (change !== BIT_CHANGES.bt) store(self, changed(value, bit, change));
          setCarry(value >>> bit);
          return self.next;
        };
      }
      // A register as bit offset reaches beyond the operand, in steps of its size.
      return (self) => {
        const offset = self.size === 4 ? second(self) : (second(self) << 16) >> 16;
        const bit = offset & (self.size * 8 - 1);
        const at = part(self, self.size === 4 ? (offset >> 5) * 4 : (offset >> 4) * 2, self.size, change !== BIT_CHANGES.bt);
        let value: number;
        if (change === BIT_CHANGES.bt) {
          value = self.size === 4 ? read32(at) : read16(at);
        } else if (self.size === 4) {
          value = modify32(at);
          write32(at, changed(value, bit, change));
        } else {
          value = modify16(at);
          write16(at, changed(value, bit, change));
        }
        setCarry(value >>> bit);
        return self.next;
      };
    };

  const bsf: Handler = (op) => {
    const value = masked(second(op), op);
    if (value === 0) {
      setArithmetic(arithmetic() | ZF);
    } else {
      store(op, 31 - Math.clz32(value & -value));
      setArithmetic(arithmetic() & ~ZF);
    }
    return op.next;
  };
  const bsr: Handler = (op) => {
    const value = masked(second(op), op);
    if (value === 0) {
      setArithmetic(arithmetic() | ZF);
    } else {
      store(op, 31 - Math.clz32(value));
      setArithmetic(arithmetic() & ~ZF);
    }
    return op.next;
  };

  return {
    rol: () => rol,
    ror: () => ror,
    rcl: () => rcl,
    rcr: () => rcr,
    shl: chooseShift(shl, shlImmediate),
    shr: chooseShift(shr, shrImmediate),
    sar: chooseShift(sar, sarImmediate),
    shld: () => shld,
    shrd: () => shrd,
    bt: bitBinder(BIT_CHANGES.bt),
    bts: bitBinder(BIT_CHANGES.bts),
    btr: bitBinder(BIT_CHANGES.btr),
    btc: bitBinder(BIT_CHANGES.btc),
    bsf: () => bsf,
    bsr: () => bsr,
  } satisfies BinderMap;
}
