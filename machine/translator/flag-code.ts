/**
 * Code for the arithmetic flags of a region. They are kept as the interpreter keeps them (cpu/flags.ts): kind, first
 * operand
 * and result of the last instruction that set them, in locals, and turned into a condition only where one is read.
 *
 * What kind it is, is mostly known while translating; where paths with different kinds meet, a routine decides.
 *
 * Instructions that change CF and OF only, rotates above all, put these into the upper half of the type, so that what
 * the others follow
 * from can stay: FLAGS << VALUE_SHIFT, and the mask of the replaced ones << MASK_SHIFT. INC and DEC, which keep CF,
 * leave it where it was
 * when they do not know how to compute it: CARRY_PENDING in the type says that it follows from copies of the former
 * type, first operand and
 * result. The register file has no such types.
 *
 * Code for a loop's head is made before the code that jumps back to it. So what decides how flags are read must be
 * known before any
 * code is made, such as whether a carry can be pending; only exits, which are made last, may depend on what was seen
 * on the way.
 */
import { FLAG_SHIFT, Flag, FlagKind } from "../cpu/flags.ts";
import { Word } from "../cpu/registers.ts";
import type { Layout } from "./layout.ts";
import type { Code } from "./wasm/code.ts";
import { Op, ValueType } from "./wasm/opcodes.ts";

const { ADD, DEC, EXPLICIT, INC, LOGIC, MIXED, SUB } = FlagKind;
const MOST_NEGATIVE = -0x80000000;

/** What is known of the flags at a place: their kind and shift, or nothing (kind -1). */
export interface FlagState {
  readonly kind: number;
  /** 32 - 8 * operand size. */
  readonly shift: number;
  /** Whether the local `second` holds the second operand of ADD and SUB. */
  readonly hasSecond: boolean;
  /** Flags that are in the upper half of the type. */
  readonly replaced: number;
  /** Whether the type may have CARRY_PENDING. */
  readonly isCarryPending?: boolean;
  /**
   * The comparison of floating-point numbers that set ZF and CF and cleared all others, neither of them being a NaN.
   */
  readonly numbers?: NumberComparison;
}

export interface NumberComparison {
  /** Locals. */
  readonly first: number;
  readonly second: number;
  readonly type: typeof ValueType.F32 | typeof ValueType.F64;
}

export const UNKNOWN_FLAGS: FlagState = { kind: -1, shift: 0, hasSecond: false, replaced: 0 };

/**
 * Positions of replaced flags, and of the mask that says which they are, in the type. Neither covers the other: CF is
 * bit 0, OF bit 11.
 */
export const VALUE_SHIFT = 16;
export const MASK_SHIFT = 17;
/** Types from here on have replaced flags. */
const REPLACED_TYPE = 1 << MASK_SHIFT;
/** Bit of the type of an INC or DEC: CF has not been computed. */
const CARRY_PENDING = 1 << 30;

const WORDS = [Word.FLAG_TYPE, Word.FLAG_FIRST, Word.FLAG_RESULT, Word.FLAGS] as const;

/** Comparisons of the operands of SUB by condition code. */
const COMPARISONS: Readonly<Record<number, number>> = {
  2: Op.I32_LT_U,
  3: Op.I32_GE_U,
  4: Op.I32_EQ,
  5: Op.I32_NE,
  6: Op.I32_LE_U,
  7: Op.I32_GT_U,
  12: Op.I32_LT_S,
  13: Op.I32_GE_S,
  14: Op.I32_LE_S,
  15: Op.I32_GT_S,
};

/** Comparisons with 0 of the result of LOGIC, which has neither carry nor overflow. */
const LOGIC_COMPARISONS: Readonly<Record<number, number>> = {
  4: Op.I32_EQ,
  5: Op.I32_NE,
  6: Op.I32_EQ,
  7: Op.I32_NE,
  8: Op.I32_LT_S,
  9: Op.I32_GE_S,
  12: Op.I32_LT_S,
  13: Op.I32_GE_S,
  14: Op.I32_LE_S,
  15: Op.I32_GT_S,
};

/** Comparisons of floating-point numbers by condition code. */
const NUMBER_COMPARISONS: Readonly<Record<NumberComparison["type"], Readonly<Record<number, number>>>> = {
  [ValueType.F32]: { 2: Op.F32_LT, 3: Op.F32_GE, 4: Op.F32_EQ, 5: Op.F32_NE, 6: Op.F32_LE, 7: Op.F32_GT },
  [ValueType.F64]: { 2: Op.F64_LT, 3: Op.F64_GE, 4: Op.F64_EQ, 5: Op.F64_NE, 6: Op.F64_LE, 7: Op.F64_GT },
};

const ALL_WORDS = 15;
const TYPE_BIT = 1;

export class FlagCode {
  state: FlagState = UNKNOWN_FLAGS;
  private readonly code: Code;
  private readonly type: number;
  private readonly first: number;
  private readonly result: number;
  private readonly explicit: number;
  private readonly second: number;
  private readonly routine: () => number;
  /** Whether flags are read that the region may not have written itself. */
  private isUsed = false;
  /** Which of the words the region writes: type, first operand, result, explicit flags. */
  private readonly isWritten = [false, false, false, false];
  private writes = 0;
  /** Whether the type may have replaced flags. */
  private mayReplace = false;
  /** Type, first operand and result from which a pending CF follows; undefined when no CF is ever pending. */
  private readonly carrySource: readonly [number, number, number] | undefined;

  /**
   * @param mayLeaveCarry whether an INC or DEC of the region keeps a CF that somebody may read
   * @param routine function index of the routine `arithmetic` (runtime/flags.ts)
   */
  constructor(code: Code, mayLeaveCarry: boolean, routine: () => number) {
    this.code = code;
    this.type = code.local(ValueType.I32);
    this.first = code.local(ValueType.I32);
    this.result = code.local(ValueType.I32);
    this.explicit = code.local(ValueType.I32);
    this.second = code.local(ValueType.I32);
    if (mayLeaveCarry) this.carrySource = [code.local(ValueType.I32), code.local(ValueType.I32), code.local(ValueType.I32)];
    this.routine = routine;
  }

  private get locals(): readonly number[] {
    return [this.type, this.first, this.result, this.explicit];
  }

  /** Takes the flags from the register file, those that the region reads or writes. */
  load(code: Code, layout: Layout): void {
    WORDS.forEach((word, index) => {
      if (this.isUsed || this.isWritten[index]) code.loadAt(layout.word(word)).set(this.locals[index]!);
    });
  }

  /**
   * Puts those that the region writes into the register file.
   * @param words those that may have been written on the way here, one bit each
   */
  store(code: Code, layout: Layout, words: number): void {
    if ((words & TYPE_BIT) !== 0) this.settleCarry(code);
    if (this.mayReplace && (words & TYPE_BIT) !== 0) {
      code.get(this.type).i32(REPLACED_TYPE).op(Op.I32_GE_U).if();
      this.callRoutine(code);
      code.set(this.explicit).i32(EXPLICIT).set(this.type).end();
    }
    WORDS.forEach((word, index) => {
      const isDerived = (this.mayReplace || this.carrySource !== undefined) && (words & TYPE_BIT) !== 0;
      const isWritten = (words & (1 << index)) !== 0 || isDerived;
      if (isWritten && this.isWritten[index]) code.storeAt(layout.word(word), this.locals[index]!);
    });
  }

  /** Words, one bit each, that were written since the last call. */
  takeWrites(): number {
    const { writes } = this;
    this.writes = 0;
    return writes;
  }

  private write(index: number): void {
    this.isWritten[index] = true;
    this.writes |= 1 << index;
  }

  /** All flags may be read and written, by somebody else. */
  useAll(): void {
    this.isUsed = true;
    this.mayReplace = true;
    this.isWritten.fill(true);
    this.writes = ALL_WORDS;
  }

  /**
   * Flags of a sum or difference.
   * @param first local with the first operand
   * @param second local with the second operand
   * @param result local with the result
   */
  setSum(kind: typeof ADD | typeof SUB, shift: number, first: number, second: number, result: number): void {
    this.copy(first, shift, this.first);
    this.copy(second, shift, this.second);
    this.copy(result, shift, this.result);
    this.setKind(kind, shift, true);
  }

  /** Flags of a logical operation, whose result is in a local. */
  setLogic(shift: number, result: number): void {
    this.copy(result, shift, this.result);
    this.setKind(LOGIC, shift, false);
  }

  /** Flags of INC or DEC. CF stays: `keepsCarry` says whether anybody will read it. */
  setCount(kind: typeof INC | typeof DEC, shift: number, result: number, keepsCarry: boolean): void {
    if (keepsCarry && this.isCarryUnknown) {
      this.leaveCarry();
      this.copy(result, shift, this.result);
      this.setKind(kind | CARRY_PENDING, shift, false);
      this.state = { kind, shift, hasSecond: false, replaced: 0, isCarryPending: true };
      return;
    }
    if (keepsCarry) {
      this.carry();
      this.setExplicitLocal();
    }
    this.copy(result, shift, this.result);
    this.setKind(kind, shift, false);
  }

  /** Whether only a routine can tell CF. */
  private get isCarryUnknown(): boolean {
    const { isCarryPending, kind, replaced } = this.state;
    return (replaced & Flag.CF) === 0 && (kind === -1 || isCarryPending === true);
  }

  /** Copies what CF follows from, unless CF is pending already. */
  private leaveCarry(): void {
    const { carrySource, code, type, first, result } = this;
    if (carrySource === undefined) throw new Error("a carry is left pending that was not announced");
    this.isUsed = true;
    this.write(3);
    const [sourceType, sourceFirst, sourceResult] = carrySource;
    const isPending = code.temporary();
    code.get(type).i32(CARRY_PENDING).op(Op.I32_AND).set(isPending);
    for (const [source, current] of [
      [sourceType, type],
      [sourceFirst, first],
      [sourceResult, result],
    ] as const) {
      code.get(source).get(current).get(isPending).op(Op.SELECT).set(source);
    }
    code.release(isPending);
  }

  /** Computes CF if it is pending. */
  private settleCarry(code: Code): void {
    if (this.carrySource === undefined) return;
    const [type, first, result] = this.carrySource;
    code.get(this.type).i32(CARRY_PENDING).op(Op.I32_AND).if();
    code.get(type).get(first).get(result).get(this.explicit).call(this.routine());
    code.i32(Flag.CF).op(Op.I32_AND).set(this.explicit);
    code.get(this.type).i32(~CARRY_PENDING).op(Op.I32_AND).set(this.type).end();
  }

  /** ZF, SF and PF of a result in a local; CF, OF and AF, as EFLAGS bits, are on the stack. */
  setMixed(shift: number, result: number): void {
    this.setExplicitLocal();
    this.copy(result, shift, this.result);
    this.setKind(MIXED, shift, false);
  }

  /** All flags, as EFLAGS bits, are on the stack. */
  setExplicit(): void {
    this.setExplicitLocal();
    this.setKind(EXPLICIT, 0, false);
  }

  /** Flags of a comparison of numbers; the caller leaves their locals alone as long as the flags live. */
  setNumbers(numbers: NumberComparison): void {
    const { code } = this;
    const { first, second, type } = numbers;
    const comparisons = NUMBER_COMPARISONS[type];
    code.get(first).get(second).op(comparisons[4]!).i32(Math.log2(Flag.ZF)).op(Op.I32_SHL);
    code.get(first).get(second).op(comparisons[2]!).i32(Math.log2(Flag.CF)).op(Op.I32_SHL, Op.I32_OR);
    this.setExplicit();
    this.state = { ...this.state, numbers };
  }

  /** CF, or CF and OF, as EFLAGS bits, are on the stack; the other flags stay. */
  replace(mask: number): void {
    const { code, state, type } = this;
    this.isUsed = true;
    this.mayReplace = true;
    this.write(0);
    this.write(3);
    code.i32(VALUE_SHIFT).op(Op.I32_SHL);
    if (state.kind >= 0 && (state.replaced & ~mask) === 0) {
      code.i32(state.kind | (state.shift << FLAG_SHIFT) | (mask << MASK_SHIFT)).op(Op.I32_OR);
    } else {
      // A CF that was pending is not needed any more.
      code
        .get(type)
        .i32(~((mask << VALUE_SHIFT) | CARRY_PENDING))
        .op(Op.I32_AND, Op.I32_OR);
      code.i32(mask << MASK_SHIFT).op(Op.I32_OR);
    }
    code.set(type);
    this.state = { ...state, replaced: state.replaced | mask, isCarryPending: false };
  }

  /** Whether all flags are known to be EFLAGS bits already. */
  get isExplicit(): boolean {
    return this.state.kind === EXPLICIT && this.state.replaced === 0;
  }

  /** Pushes all arithmetic flags as EFLAGS bits. */
  arithmetic(): void {
    if (this.isExplicit) {
      this.code.get(this.explicit);
      return;
    }
    this.isUsed = true;
    this.callRoutine(this.code);
  }

  private callRoutine(code: Code): void {
    this.settleCarry(code);
    code.get(this.type).get(this.first).get(this.result).get(this.explicit).call(this.routine());
  }

  /** Pushes a flag as 0 or 1 if it is a replaced one. */
  private pushReplaced(flag: number): boolean {
    if ((this.state.replaced & flag) === 0) return false;
    this.code
      .get(this.type)
      .i32(VALUE_SHIFT + Math.log2(flag))
      .op(Op.I32_SHR_U)
      .i32(1)
      .op(Op.I32_AND);
    return true;
  }

  /** Pushes CF as 0 or 1. */
  carry(): void {
    if (this.pushReplaced(Flag.CF)) return;
    const { code } = this;
    switch (this.state.kind) {
      case LOGIC:
        code.i32(0);
        return;
      case ADD:
        code.get(this.result).get(this.first).op(Op.I32_LT_U);
        return;
      case SUB:
        code.get(this.first);
        this.pushSecond();
        code.op(Op.I32_LT_U);
        return;
      case -1:
        this.bits(Flag.CF);
        return;
      default:
        if (this.state.isCarryPending === true) this.settleCarry(code);
        code.get(this.explicit).i32(Flag.CF).op(Op.I32_AND);
    }
  }

  /** Pushes a number that is not 0 exactly when condition code cc (0…15, as in Jcc) holds. */
  condition(cc: number): void {
    const { code } = this;
    const { kind, hasSecond, numbers, replaced } = this.state;
    if (replaced !== 0) {
      this.computed(cc);
      return;
    }
    const comparison = numbers === undefined ? undefined : NUMBER_COMPARISONS[numbers.type][cc];
    if (numbers !== undefined && comparison !== undefined) {
      code.get(numbers.first).get(numbers.second).op(comparison);
      return;
    }
    if (kind === SUB && hasSecond && COMPARISONS[cc] !== undefined) {
      code.get(this.first).get(this.second).op(COMPARISONS[cc]);
      return;
    }
    if (kind === LOGIC && LOGIC_COMPARISONS[cc] !== undefined) {
      code.get(this.result).i32(0).op(LOGIC_COMPARISONS[cc]);
      return;
    }
    this.computed(cc);
  }

  private computed(cc: number): void {
    this.basic(cc & 14);
    if ((cc & 1) !== 0) this.code.op(Op.I32_EQZ);
  }

  private basic(cc: number): void {
    const { code } = this;
    switch (cc) {
      case 0:
        this.overflow();
        return;
      case 2:
        this.carry();
        return;
      case 4:
        this.zero();
        return;
      case 6:
        this.carry();
        this.zero();
        code.op(Op.I32_OR);
        return;
      case 8:
        this.sign();
        return;
      case 10:
        this.parity();
        return;
      case 12:
        this.less();
        return;
      default:
        this.less();
        this.zero();
        code.op(Op.I32_OR);
    }
  }

  /** SF != OF as 0 or 1. */
  private less(): void {
    const { code } = this;
    if (this.state.kind === LOGIC && this.state.replaced === 0) {
      this.sign();
      return;
    }
    this.sign();
    this.overflow();
    code.op(Op.I32_NE);
  }

  /** Pushes ZF as 0 or 1. */
  private zero(): void {
    if (this.state.kind === -1 || this.state.kind === EXPLICIT) this.bit(Flag.ZF);
    else this.code.get(this.result).op(Op.I32_EQZ);
  }

  private sign(): void {
    if (this.state.kind === -1 || this.state.kind === EXPLICIT) this.bit(Flag.SF);
    else this.code.get(this.result).i32(0).op(Op.I32_LT_S);
  }

  private overflow(): void {
    if (this.pushReplaced(Flag.OF)) return;
    const { code, first, result } = this;
    switch (this.state.kind) {
      case LOGIC:
        code.i32(0);
        return;
      case ADD:
        code.get(first).get(result).op(Op.I32_XOR);
        this.pushSecond();
        code.get(result).op(Op.I32_XOR, Op.I32_AND).i32(31).op(Op.I32_SHR_U);
        return;
      case SUB:
        code.get(first);
        this.pushSecond();
        code.op(Op.I32_XOR).get(first).get(result).op(Op.I32_XOR, Op.I32_AND).i32(31).op(Op.I32_SHR_U);
        return;
      case INC:
        code.get(result).i32(MOST_NEGATIVE).op(Op.I32_EQ);
        return;
      case DEC:
        code
          .get(result)
          .i32((MOST_NEGATIVE - (1 << this.state.shift)) | 0)
          .op(Op.I32_EQ);
        return;
      default:
        this.bit(Flag.OF);
    }
  }

  /** PF, not 0 when set. */
  private parity(): void {
    const { code } = this;
    if (this.state.kind === -1 || this.state.kind === EXPLICIT) {
      this.bits(Flag.PF);
      return;
    }
    code.get(this.result).i32(this.state.shift).op(Op.I32_SHR_U).i32(255).op(Op.I32_AND, Op.I32_POPCNT).i32(1).op(Op.I32_AND, Op.I32_EQZ);
  }

  /** The second operand of a sum or difference. */
  private pushSecond(): void {
    const { code, first, result } = this;
    if (this.state.hasSecond) code.get(this.second);
    else if (this.state.kind === SUB) code.get(first).get(result).op(Op.I32_SUB);
    else code.get(result).get(first).op(Op.I32_SUB);
  }

  /** Pushes flags of unknown or explicit kind, masked. */
  private bits(mask: number): void {
    if (this.state.kind === -1) this.arithmetic();
    else this.code.get(this.explicit);
    this.code.i32(mask).op(Op.I32_AND);
  }

  /** The same for one flag, as 0 or 1. */
  private bit(mask: number): void {
    this.bits(mask);
    this.code.i32(0).op(Op.I32_NE);
  }

  private setExplicitLocal(): void {
    this.write(3);
    this.code.set(this.explicit);
  }

  private copy(from: number, shift: number, to: number): void {
    if (to === this.first) this.write(1);
    if (to === this.result) this.write(2);
    this.code.get(from);
    if (shift !== 0) this.code.i32(shift).op(Op.I32_SHL);
    this.code.set(to);
  }

  private setKind(kind: number, shift: number, hasSecond: boolean): void {
    this.write(0);
    this.code.i32(kind | (shift << FLAG_SHIFT)).set(this.type);
    this.state = { kind, shift, hasSecond, replaced: 0 };
  }
}
