/**
 * The MMX registers of a region: significands of the x87 unit's registers, in the register file
 * (../../cpu/registers.ts).
 *
 * Layer beneath: emitter.ts, cpu/x87/loan.ts. An MMX instruction looks for pending x87 exceptions, makes all
 * registers valid and sets TOP to 0.
 * Translated ones require that this is so already; the interpreter executes the first one.
 */
import { Kind, type Operand } from "../../cpu/instruction.ts";
import { Word } from "../../cpu/registers.ts";
import { keyOf } from "../../cpu/x87/loan.ts";
import { ES } from "../../cpu/x87/state.ts";
import type { Emitter } from "../emitter.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { VectorFile } from "./vector-operands.ts";

/** Fields of the key that are 0 in MMX state: TOP, and the mask of empty registers. */
const STATE_FIELDS = keyOf(0, 7, 0xff);
const EXPONENT = 0xffff;

export class MmxCode implements VectorFile {
  readonly isMmx = true;
  private readonly e: Emitter;
  /** Whether the state has been looked at in this block. */
  private isChecked = false;

  constructor(e: Emitter) {
    this.e = e;
  }

  /** Nothing is known of the state. */
  forget(): void {
    this.isChecked = false;
  }

  /** Leaves the region unless the unit is in MMX state. */
  require(): void {
    if (this.isChecked) return;
    this.isChecked = true;
    const { e } = this;
    const { code, layout } = e;
    const key = layout.word(Word.X87_KEY);
    code.loadAt(key).op(Op.I32_EQZ).if().call(e.importFunction("lendX87")).end();
    code.loadAt(key).i32(STATE_FIELDS).op(Op.I32_AND);
    code.loadAt(layout.word(Word.X87_STATUS)).i32(ES).op(Op.I32_AND, Op.I32_OR);
    e.leaveIf();
  }

  /** Pushes a vector with a register in its low half. */
  get(register: number): Code {
    const { code, layout } = this.e;
    code
      .i32(0)
      .i32(0)
      .simdAccess(Simd.V128_LOAD32_ZERO, layout.word(Word.X87_LOW + register));
    return code.laneAccess(Simd.V128_LOAD32_LANE, layout.word(Word.X87_HIGH + register), 1);
  }

  /** Pops a vector, of which the low half goes into a register. */
  set(register: number): Code {
    const { code, layout } = this.e;
    const value = code.temporary(ValueType.V128);
    code.set(value);
    code
      .i32(0)
      .get(value)
      .laneAccess(Simd.V128_STORE32_LANE, layout.word(Word.X87_LOW + register), 0);
    code
      .i32(0)
      .get(value)
      .laneAccess(Simd.V128_STORE32_LANE, layout.word(Word.X87_HIGH + register), 1);
    code.release(value);
    return code.storeConstantAt(layout.word(Word.X87_SIGN_EXPONENT + register), EXPONENT);
  }

  /** Pushes a vector with an operand of 4 or 8 bytes in its low half. */
  read(operand: Operand): Code {
    if (operand.kind === Kind.MMX) return this.get(operand.register);
    const { code, memory } = this.e;
    const place = memory.operand(operand.size, false);
    code.get(place.local).simdAccess(operand.size === 4 ? Simd.V128_LOAD32_ZERO : Simd.V128_LOAD64_ZERO, place.offset);
    memory.release(place);
    return code;
  }
}
