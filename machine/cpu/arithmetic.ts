/**
 * ADD OR ADC SBB AND SUB XOR CMP TEST INC DEC NEG NOT, XADD, CMPXCHG, CMPXCHG8B.
 *
 * Each has one handler for all forms; the frequent ones have special handlers for 32-bit registers,
 * memory and immediates. Source: Intel SDM vol. 2.
 */
import type { Binder, BinderMap, Core } from "./core.ts";
import { FLAG_SHIFT, Flag, FlagKind } from "./flags.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";

/** Handlers of the 32-bit forms: r,r  r,i  r,m  m,r  m,i. */
interface Forms {
  rr?: Handler;
  ri?: Handler;
  rm?: Handler;
  mr?: Handler;
  mi?: Handler;
}

function choose(any: Handler, forms: Forms): Binder {
  return (op) => formOf(op, forms) ?? any;
}

function formOf(op: Operation, forms: Forms): Handler | undefined {
  if (op.accessA === Access.WORD) {
    if (op.accessB === Access.WORD) return forms.rr;
    if (op.accessB === Access.IMMEDIATE) return forms.ri;
    return op.accessB === Access.MEMORY32 ? forms.rm : undefined;
  }
  if (op.accessA !== Access.MEMORY32) return undefined;
  if (op.accessB === Access.WORD) return forms.mr;
  return op.accessB === Access.IMMEDIATE ? forms.mi : undefined;
}

export function arithmeticBinders(core: Core) {
  const { FLAGS, FLAG_FIRST, FLAG_RESULT, FLAG_TYPE } = Word;
  const { AF, CF, OF, ZF } = Flag;
  const { ADD, DEC, INC, LOGIC, SUB } = FlagKind;
  const typeShift = FLAG_SHIFT;
  const { BYTE, IMMEDIATE, MEMORY8, WORD } = Access;
  const R = core.file.words;
  const R8 = core.file.bytes;
  const { read32, write32, modify32 } = core.memory;
  const { carry, arithmetic, setArithmetic, setLogic, setMixed } = core.flags;
  const { address, load, modify, second, store, storeSecond } = createOperands(core);

  function setAdd(first: number, result: number): void {
    R[FLAG_TYPE] = ADD;
    R[FLAG_FIRST] = first;
    R[FLAG_RESULT] = result;
  }
  function setSub(first: number, result: number): void {
    R[FLAG_TYPE] = SUB;
    R[FLAG_FIRST] = first;
    R[FLAG_RESULT] = result;
  }
  function setLogic32(result: number): void {
    R[FLAG_TYPE] = LOGIC;
    R[FLAG_RESULT] = result;
  }

  const add: Handler = (op) => {
    const shift = op.shift;
    const first = modify(op) << shift;
    const result = (first + (second(op) << shift)) | 0;
    store(op, result >> shift);
    setAdd(first, result);
    R[FLAG_TYPE] = ADD | (shift << typeShift);
    return op.next;
  };
  const sub: Handler = (op) => {
    const shift = op.shift;
    const first = modify(op) << shift;
    const result = (first - (second(op) << shift)) | 0;
    store(op, result >> shift);
    setSub(first, result);
    R[FLAG_TYPE] = SUB | (shift << typeShift);
    return op.next;
  };
  const cmp: Handler = (op) => {
    const shift = op.shift;
    const first = load(op) << shift;
    setSub(first, (first - (second(op) << shift)) | 0);
    R[FLAG_TYPE] = SUB | (shift << typeShift);
    return op.next;
  };
  const or: Handler = (op) => {
    const result = modify(op) | second(op);
    store(op, result);
    setLogic(result << op.shift, op.shift);
    return op.next;
  };
  const and: Handler = (op) => {
    const result = modify(op) & second(op);
    store(op, result);
    setLogic(result << op.shift, op.shift);
    return op.next;
  };
  const xor: Handler = (op) => {
    const result = modify(op) ^ second(op);
    store(op, result);
    setLogic(result << op.shift, op.shift);
    return op.next;
  };
  const test: Handler = (op) => {
    setLogic((load(op) & second(op)) << op.shift, op.shift);
    return op.next;
  };

  /** Flags of a sum or difference with carry; the operands are shifted to the top. */
  function setCarryFlags(op: Operation, first: number, other: number, result: number, carries: number, overflow: number): void {
    setMixed(result, op.shift, (carries < 0 ? CF : 0) | (overflow < 0 ? OF : 0) | (((first ^ other ^ result) >>> op.shift) & AF));
  }
  const adc: Handler = (op) => {
    const shift = op.shift;
    const first = modify(op) << shift;
    const other = second(op) << shift;
    const result = (first + other + (carry() ? 1 << shift : 0)) | 0;
    store(op, result >> shift);
    setCarryFlags(op, first, other, result, (first & other) | ((first | other) & ~result), (first ^ result) & (other ^ result));
    return op.next;
  };
  const sbb: Handler = (op) => {
    const shift = op.shift;
    const first = modify(op) << shift;
    const other = second(op) << shift;
    const result = (first - other - (carry() ? 1 << shift : 0)) | 0;
    store(op, result >> shift);
    setCarryFlags(op, first, other, result, (~first & other) | ((~first | other) & result), (first ^ other) & (first ^ result));
    return op.next;
  };

  const inc: Handler = (op) => {
    const shift = op.shift;
    const result = ((modify(op) << shift) + (1 << shift)) | 0;
    store(op, result >> shift);
    R[FLAGS] = carry() ? CF : 0;
    R[FLAG_RESULT] = result;
    R[FLAG_TYPE] = INC | (shift << typeShift);
    return op.next;
  };
  const dec: Handler = (op) => {
    const shift = op.shift;
    const result = ((modify(op) << shift) - (1 << shift)) | 0;
    store(op, result >> shift);
    R[FLAGS] = carry() ? CF : 0;
    R[FLAG_RESULT] = result;
    R[FLAG_TYPE] = DEC | (shift << typeShift);
    return op.next;
  };
  const incRegister: Handler = (op) => {
    const result = (R[op.a]! + 1) | 0;
    R[op.a] = result;
    R[FLAGS] = carry() ? CF : 0;
    R[FLAG_RESULT] = result;
    R[FLAG_TYPE] = INC;
    return op.next;
  };
  const decRegister: Handler = (op) => {
    const result = (R[op.a]! - 1) | 0;
    R[op.a] = result;
    R[FLAGS] = carry() ? CF : 0;
    R[FLAG_RESULT] = result;
    R[FLAG_TYPE] = DEC;
    return op.next;
  };
  const neg: Handler = (op) => {
    const shift = op.shift;
    const result = -(modify(op) << shift) | 0;
    store(op, result >> shift);
    setSub(0, result);
    R[FLAG_TYPE] = SUB | (shift << typeShift);
    return op.next;
  };
  const not: Handler = (op) => {
    store(op, ~modify(op));
    return op.next;
  };

  const xadd: Handler = (op) => {
    const shift = op.shift;
    const first = modify(op) << shift;
    const other = second(op) << shift;
    const result = (first + other) | 0;
    // With one register as both operands the sum remains, so the memory or first operand is stored last.
    if (op.accessA >= MEMORY8) {
      store(op, result >> shift);
      storeSecond(op, first >> shift);
    } else {
      storeSecond(op, first >> shift);
      store(op, result >> shift);
    }
    setAdd(first, result);
    R[FLAG_TYPE] = ADD | (shift << typeShift);
    return op.next;
  };
  const cmpxchg: Handler = (op) => {
    const shift = op.shift;
    const destination = modify(op) << shift;
    const accumulator = R[0]! << shift;
    if (accumulator === destination) {
      store(op, second(op));
    } else {
      // The processor writes the old value back.
      store(op, destination >> shift);
      if (op.size === 1) R8[0] = destination >> shift;
      else if (op.size === 2) core.file.halves[0] = destination >> shift;
      else R[0] = destination;
    }
    setSub(accumulator, (accumulator - destination) | 0);
    R[FLAG_TYPE] = SUB | (shift << typeShift);
    return op.next;
  };
  const cmpxchg8b: Handler = (op) => {
    const at = address(op);
    core.memory.probeWrite(at, 8);
    const low = read32(at);
    const high = read32((at + 4) | 0);
    const isEqual = low === R[0] && high === R[2];
    write32(at, isEqual ? R[3]! : low);
    write32((at + 4) | 0, isEqual ? R[1]! : high);
    if (!isEqual) {
      R[0] = low;
      R[2] = high;
    }
    setArithmetic(isEqual ? arithmetic() | ZF : arithmetic() & ~ZF);
    return op.next;
  };

  const addForms: Forms = {
    rr: (op) => {
      const first = R[op.a]!;
      const result = (first + R[op.b]!) | 0;
      R[op.a] = result;
      setAdd(first, result);
      return op.next;
    },
    ri: (op) => {
      const first = R[op.a]!;
      const result = (first + op.immediate) | 0;
      R[op.a] = result;
      setAdd(first, result);
      return op.next;
    },
    rm: (op) => {
      const other = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      const first = R[op.a]!;
      const result = (first + other) | 0;
      R[op.a] = result;
      setAdd(first, result);
      return op.next;
    },
    mr: (op) => {
      const at = (R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0;
      const first = modify32(at);
      const result = (first + R[op.b]!) | 0;
      write32(at, result);
      setAdd(first, result);
      return op.next;
    },
    mi: (op) => {
      const at = (R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0;
      const first = modify32(at);
      const result = (first + op.immediate) | 0;
      write32(at, result);
      setAdd(first, result);
      return op.next;
    },
  };
  const subForms: Forms = {
    rr: (op) => {
      const first = R[op.a]!;
      const result = (first - R[op.b]!) | 0;
      R[op.a] = result;
      setSub(first, result);
      return op.next;
    },
    ri: (op) => {
      const first = R[op.a]!;
      const result = (first - op.immediate) | 0;
      R[op.a] = result;
      setSub(first, result);
      return op.next;
    },
    rm: (op) => {
      const other = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      const first = R[op.a]!;
      const result = (first - other) | 0;
      R[op.a] = result;
      setSub(first, result);
      return op.next;
    },
    mr: (op) => {
      const at = (R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0;
      const first = modify32(at);
      const result = (first - R[op.b]!) | 0;
      write32(at, result);
      setSub(first, result);
      return op.next;
    },
  };
  const cmpForms: Forms = {
    rr: (op) => {
      const first = R[op.a]!;
      setSub(first, (first - R[op.b]!) | 0);
      return op.next;
    },
    ri: (op) => {
      const first = R[op.a]!;
      setSub(first, (first - op.immediate) | 0);
      return op.next;
    },
    rm: (op) => {
      const other = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      const first = R[op.a]!;
      setSub(first, (first - other) | 0);
      return op.next;
    },
    mr: (op) => {
      const first = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      setSub(first, (first - R[op.b]!) | 0);
      return op.next;
    },
    mi: (op) => {
      const first = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      setSub(first, (first - op.immediate) | 0);
      return op.next;
    },
  };
  const andForms: Forms = {
    rr: (op) => {
      const result = R[op.a]! & R[op.b]!;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    ri: (op) => {
      const result = R[op.a]! & op.immediate;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    rm: (op) => {
      const result = R[op.a]! & read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
  };
  const orForms: Forms = {
    rr: (op) => {
      const result = R[op.a]! | R[op.b]!;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    ri: (op) => {
      const result = R[op.a]! | op.immediate;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    rm: (op) => {
      const result = R[op.a]! | read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
  };
  const xorForms: Forms = {
    rr: (op) => {
      const result = R[op.a]! ^ R[op.b]!;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    ri: (op) => {
      const result = R[op.a]! ^ op.immediate;
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
    rm: (op) => {
      const result = R[op.a]! ^ read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
      R[op.a] = result;
      setLogic32(result);
      return op.next;
    },
  };
  const testForms: Forms = {
    rr: (op) => {
      setLogic32(R[op.a]! & R[op.b]!);
      return op.next;
    },
    ri: (op) => {
      setLogic32(R[op.a]! & op.immediate);
      return op.next;
    },
  };
  const cmpByteImmediate: Handler = (op) => {
    const first = R8[op.a]! << 24;
    setSub(first, (first - (op.immediate << 24)) | 0);
    R[FLAG_TYPE] = SUB | (24 << typeShift);
    return op.next;
  };
  const testBytes: Handler = (op) => {
    R[FLAG_TYPE] = LOGIC | (24 << typeShift);
    R[FLAG_RESULT] = (R8[op.a]! & R8[op.b]!) << 24;
    return op.next;
  };
  /** XOR r,r: the usual way to clear a register. */
  const clear: Handler = (op) => {
    R[op.a] = 0;
    setLogic32(0);
    return op.next;
  };

  return {
    add: choose(add, addForms),
    sub: choose(sub, subForms),
    and: choose(and, andForms),
    or: choose(or, orForms),
    xor: (op) => (op.accessA === WORD && op.accessB === WORD && op.a === op.b ? clear : (formOf(op, xorForms) ?? xor)),
    cmp: (op) => (op.accessA === BYTE && op.accessB === IMMEDIATE ? cmpByteImmediate : (formOf(op, cmpForms) ?? cmp)),
    test: (op) => (op.accessA === BYTE && op.accessB === BYTE ? testBytes : (formOf(op, testForms) ?? test)),
    adc: () => adc,
    sbb: () => sbb,
    inc: (op) => (op.accessA === WORD ? incRegister : inc),
    dec: (op) => (op.accessA === WORD ? decRegister : dec),
    neg: () => neg,
    not: () => not,
    xadd: () => xadd,
    cmpxchg: () => cmpxchg,
    cmpxchg8b: () => cmpxchg8b,
    cmc: () => (op) => {
      setArithmetic(arithmetic() ^ CF);
      return op.next;
    },
    clc: () => (op) => {
      setArithmetic(arithmetic() & ~CF);
      return op.next;
    },
    stc: () => (op) => {
      setArithmetic(arithmetic() | CF);
      return op.next;
    },
    salc: () => (op) => {
      R8[0] = carry() ? 0xff : 0;
      return op.next;
    },
  } satisfies BinderMap;
}
