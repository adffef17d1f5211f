/**
 * The general registers of a region: locals, which are loaded at the entry and stored at the exits.
 */
import type { Layout } from "./layout.ts";
import type { Code } from "./wasm/code.ts";
import { Op, ValueType } from "./wasm/opcodes.ts";

export const REGISTERS = 8;
const ALL_REGISTERS = 0xff;

/** Operand sizes of the integer unit, in bytes. */
export type Size = 1 | 2 | 4;

export class GeneralRegisters {
  private readonly code: Code;
  private readonly layout: Layout;
  private readonly locals: readonly number[];
  /** Registers, one bit each, that the region reads or writes, and those that it writes. */
  private used = 0;
  private written = 0;
  /** Those written since takeWrites(). */
  private writes = 0;

  constructor(code: Code, layout: Layout) {
    this.code = code;
    this.layout = layout;
    this.locals = Array.from({ length: REGISTERS }, () => code.local(ValueType.I32));
  }

  /** Pushes a register's value, zero-extended. */
  get(register: number, size: Size): Code {
    const { code } = this;
    if (size === 4) return code.get(this.use(register));
    if (size === 2) return code.get(this.use(register)).i32(0xffff).op(Op.I32_AND);
    if (register < 4) return code.get(this.use(register)).i32(0xff).op(Op.I32_AND);
    return code
      .get(this.use(register - 4))
      .i32(8)
      .op(Op.I32_SHR_U)
      .i32(0xff)
      .op(Op.I32_AND);
  }

  /** Pops a value into a register; what lies above the size is ignored. */
  set(register: number, size: Size): Code {
    const { code } = this;
    const whole = size === 1 ? register & 3 : register;
    this.written |= 1 << whole;
    this.writes |= 1 << whole;
    const local = this.use(whole);
    if (size === 4) return code.set(local);
    if (size === 2) return this.merge(local, 0xffff);
    if (register < 4) return this.merge(local, 0xff);
    code.i32(0xff).op(Op.I32_AND).i32(8).op(Op.I32_SHL);
    return code.get(local).i32(~0xff00).op(Op.I32_AND, Op.I32_OR).set(local);
  }

  /**
   * Something else may read and write all of them in the register file: they are spilled before it and reloaded
   * behind it.
   */
  useAll(): void {
    this.used = this.written = this.writes = ALL_REGISTERS;
  }

  /** Registers that were written since the last call, one bit each. */
  takeWrites(): number {
    const { writes } = this;
    this.writes = 0;
    return writes;
  }

  /** Loads what the region uses. To be called when all its code is there. */
  enter(head: Code): void {
    this.locals.forEach((local, register) => {
      if ((this.used & (1 << register)) !== 0) head.loadAt(this.layout.word(register)).set(local);
    });
  }

  /**
   * Stores those that are written anywhere in the code so far. @param written of these, the ones that may have been
   * written on the way here
   */
  spill(code: Code, written: number): void {
    this.locals.forEach((local, register) => {
      if ((this.written & written & (1 << register)) !== 0) code.storeAt(this.layout.word(register), local);
    });
  }

  reload(code: Code): void {
    this.locals.forEach((local, register) => code.loadAt(this.layout.word(register)).set(local));
  }

  /** Local of a register that is read. */
  private use(register: number): number {
    this.used |= 1 << register;
    return this.locals[register]!;
  }

  private merge(local: number, mask: number): Code {
    return this.code.i32(mask).op(Op.I32_AND).get(local).i32(~mask).op(Op.I32_AND, Op.I32_OR).set(local);
  }
}
