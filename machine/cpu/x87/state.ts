/**
 * State of the floating-point unit: register stack, control and status word, pointers to the last
 * instruction and operand, and the bookkeeping of exceptions. Everything else in this folder computes on it.
 *
 * Source: Intel SDM volume 1, chapter 8 ("Programming with the x87 FPU").
 *
 * The registers lie in the processor's register file (registers.ts), where generated code reaches them. The rest are
 * fields, because they are faster to reach here; loan.ts puts them into the register file when generated code needs
 * them.
 *
 * A register is three numbers: sign and exponent (16 bits), and the halves of the significand as signed
 * 32-bit numbers, so that they stay small integers in the engine. Functions name registers by *slot*: 0…7 are
 * the physical registers, the slots behind them hold memory operands and results that are not yet stored.
 */
import { Word } from "../registers.ts";
import type { FpuInstruction } from "./ports.ts";

/** Slot of a converted memory operand. */
export const SOURCE = 8;
/** Slot of the result of a computation. */
export const RESULT = 9;
/** Slot of the second result of FXTRACT, FSINCOS and FPTAN. */
export const SECOND = 10;
const SLOTS = 16;
/** Words of a register file for this unit alone. */
const WORDS = 128;

/* Exception flags of the status word; the masks are the same bits of the control word. */
export const IE = 0x01;
export const DE = 0x02;
export const ZE = 0x04;
export const OE = 0x08;
export const UE = 0x10;
export const PE = 0x20;
const ALL_EXCEPTIONS = 0x3f;
/** Stack fault: IE is a stack overflow (C1 = 1) or underflow (C1 = 0). */
export const SF = 0x40;
/** Summary of the unmasked exceptions, and its copy that once meant "busy". */
export const ES = 0x80;
const BUSY = 0x8000;

/* Condition codes of the status word. */
export const C0 = 0x0100;
export const C1 = 0x0200;
export const C2 = 0x0400;
export const C3 = 0x4000;

export const TOP_SHIFT = 11;
const TOP_FIELD = 7 << TOP_SHIFT;

/* Fields of the control word. */
export const PRECISION_FIELD = 0x300;
export const PRECISION_24 = 0x000;
export const PRECISION_53 = 0x200;
export const PRECISION_64 = 0x300;
export const ROUNDING_FIELD = 0xc00;
export const ROUND_NEAREST = 0x000;
export const ROUND_DOWN = 0x400;
export const ROUND_UP = 0x800;
export const ROUND_TO_ZERO = 0xc00;

/** Bits of the control word that can be written; bit 6 reads as 1. */
export const CONTROL_WRITABLE = 0x1f3f;
export const CONTROL_FIXED = 0x0040;
const CONTROL_INITIAL = 0x037f;
const ALL_EMPTY = 0xff;

export class FpuState {
  readonly signExponent: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;

  /** DE if the operand in SOURCE was a denormal of a shorter format, 0 otherwise. */
  sourceDenormal = 0;

  /** @param words the register file */
  constructor(words: Int32Array = new Int32Array(WORDS)) {
    this.signExponent = words.subarray(Word.X87_SIGN_EXPONENT, Word.X87_SIGN_EXPONENT + SLOTS);
    this.high = words.subarray(Word.X87_HIGH, Word.X87_HIGH + SLOTS);
    this.low = words.subarray(Word.X87_LOW, Word.X87_LOW + SLOTS);
  }

  control = CONTROL_INITIAL;
  /** Status word except TOP. */
  status = 0;
  /** Physical register that is ST(0). */
  top = 0;
  /** One bit per physical register. */
  empty = ALL_EMPTY;

  instructionOffset = 0;
  instructionSelector = 0;
  /** The eleven bits of the last opcode. */
  opcode = 0;
  operandOffset = 0;
  operandSelector = 0;

  /** FNINIT; the content of the registers stays. */
  initialize(): void {
    this.control = CONTROL_INITIAL;
    this.status = 0;
    this.top = 0;
    this.empty = ALL_EMPTY;
    this.instructionOffset = 0;
    this.instructionSelector = 0;
    this.opcode = 0;
    this.operandOffset = 0;
    this.operandSelector = 0;
  }

  recordInstruction(instruction: FpuInstruction): void {
    this.instructionOffset = instruction.eip;
    this.instructionSelector = instruction.cs;
    this.opcode = instruction.opcode;
  }

  recordOperand(instruction: FpuInstruction, address: number): void {
    this.operandOffset = address;
    this.operandSelector = instruction.selector;
  }

  /** Slot of ST(i). */
  register(i: number): number {
    return (this.top + i) & 7;
  }

  isEmpty(slot: number): boolean {
    return ((this.empty >> slot) & 1) !== 0;
  }

  copy(from: number, to: number): void {
    this.signExponent[to] = this.signExponent[from]!;
    this.high[to] = this.high[from]!;
    this.low[to] = this.low[from]!;
  }

  set(slot: number, signExponent: number, high: number, low: number): void {
    this.signExponent[slot] = signExponent;
    this.high[slot] = high;
    this.low[slot] = low;
  }

  /** The real indefinite, the masked response to invalid operations. */
  setIndefinite(slot: number): void {
    this.set(slot, 0xffff, 0xc0000000 | 0, 0);
  }

  setInfinity(slot: number, sign: number): void {
    this.set(slot, sign | 0x7fff, 0x80000000 | 0, 0);
  }

  setZero(slot: number, sign: number): void {
    this.set(slot, sign, 0, 0);
  }

  /** Makes a slot the new ST(0). The caller has checked for overflow. */
  push(from: number): void {
    const slot = (this.top - 1) & 7;
    this.top = slot;
    this.copy(from, slot);
    this.empty &= ~(1 << slot);
  }

  pop(): void {
    this.empty |= 1 << this.top;
    this.top = (this.top + 1) & 7;
  }

  /**
   * Sets exception flags.
   * @returns whether one of them is unmasked, that is, whether a result must not replace the operands when the
   *   exception is one that is detected before the computation
   */
  signal(flags: number): boolean {
    this.status |= flags;
    if ((flags & ~this.control & ALL_EXCEPTIONS) === 0) return false;
    this.status |= ES | BUSY;
    return true;
  }

  /** An invalid operation: puts the indefinite into RESULT. @returns whether it is to be stored */
  invalid(): boolean {
    this.setIndefinite(RESULT);
    return !this.signal(IE);
  }

  /** @returns whether the masked response is to be given */
  stackUnderflow(): boolean {
    this.status &= ~C1;
    return !this.signal(IE | SF);
  }

  /** @returns whether the masked response is to be given */
  stackOverflow(): boolean {
    this.status |= C1;
    return !this.signal(IE | SF);
  }

  clearExceptions(): void {
    this.status &= ~(ALL_EXCEPTIONS | SF | ES | BUSY);
  }

  setControl(value: number): void {
    this.control = (value & CONTROL_WRITABLE) | CONTROL_FIXED;
    this.#summarize();
  }

  maskAll(): void {
    this.setControl(this.control | ALL_EXCEPTIONS);
  }

  statusWord(): number {
    return this.status | (this.top << TOP_SHIFT);
  }

  setStatusWord(value: number): void {
    this.status = value & ~(TOP_FIELD | ES | BUSY) & 0xffff;
    this.top = (value & TOP_FIELD) >> TOP_SHIFT;
    this.#summarize();
  }

  /** Two bits per physical register: 0 valid, 1 zero, 2 special, 3 empty. */
  tagWord(): number {
    let word = 0;
    for (let slot = 7; slot >= 0; slot--) word = (word << 2) | this.#tag(slot);
    return word;
  }

  /** Only "empty" is taken from the tags; the others follow from the contents. */
  setTagWord(word: number): void {
    this.empty = 0;
    for (let slot = 0; slot < 8; slot++) {
      if (((word >> (2 * slot)) & 3) === 3) this.empty |= 1 << slot;
    }
  }

  #tag(slot: number): number {
    if (this.isEmpty(slot)) return 3;
    const exponent = this.signExponent[slot]! & 0x7fff;
    if (exponent === 0 && (this.high[slot]! | this.low[slot]!) === 0) return 1;
    return exponent !== 0 && exponent !== 0x7fff && this.high[slot]! < 0 ? 0 : 2;
  }

  /** Derives ES from flags and masks, which loads of either may change. */
  #summarize(): void {
    this.status &= ~(ES | BUSY);
    if ((this.status & ~this.control & ALL_EXCEPTIONS) !== 0) this.status |= ES | BUSY;
  }
}
