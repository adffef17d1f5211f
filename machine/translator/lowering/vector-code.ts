/**
 * The vector registers of a region in WebAssembly locals, what is known of the numbers in them, and their operands in
 * memory.
 *
 * Layer beneath: vector-plan.ts, emitter.ts. The registers must be those of the running context: Word.UNITS_READY
 * says so. MXCSR stays in the
 * register file, for only the interpreter changes it; from it follow locals that tell tests of numbers
 * (vector-numbers.ts) what to accept.
 */
import { Kind, type Operand } from "../../cpu/instruction.ts";
import { Word } from "../../cpu/registers.ts";
import type { Emitter, LocalState } from "../emitter.ts";
import type { NumberComparison } from "../flag-code.ts";
import { acceptedExponents, DOUBLE, highestFinite, isQuiet, lowestNormal, type RealFormat, SINGLE } from "../runtime/vector-real.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import { MmxCode } from "./mmx-code.ts";
import type { VectorFile } from "./vector-operands.ts";
import type { VectorPlan } from "../analysis/vector-plan.ts";

const REGISTER_WORDS = 4;

/** Locals that say which numbers need no closer look; they accept none unless MXCSR is quiet. */
export interface Acceptance {
  /** I32: acceptedExponents. */
  readonly exponents: number;
  /** V128: bounds in every lane. Accepted numbers are above the lowest and not above the highest one. */
  readonly lowest: number;
  readonly highest: number;
}

export class VectorCode implements LocalState, VectorFile {
  readonly isMmx = false;
  readonly mmx: MmxCode;
  private readonly e: Emitter;
  /** By number; those that the region does not touch have none. */
  private readonly registers: readonly (number | undefined)[];
  /** The registers, one bit each, that have to be stored. */
  private readonly written: number;
  /**
   * Whether the region is made for programs that have had inexact results; others get results looked at closer in a
   * routine.
   */
  readonly isInexactRecorded: boolean;
  private readonly comparisons = new Map<RealFormat, NumberComparison>();
  private readonly acceptances = new Map<RealFormat, Acceptance>();
  /** By register: in which formats, and how many lanes of it from the lowest on, it holds normal numbers or zeros. */
  private readonly tame: Map<RealFormat, number>[] = Array.from({ length: 8 }, () => new Map());

  constructor(e: Emitter, plan: VectorPlan) {
    this.e = e;
    this.mmx = new MmxCode(e);
    this.written = plan.written;
    this.isInexactRecorded = plan.isInexactRecorded;
    this.registers = Array.from({ length: 8 }, (_, register) =>
      ((plan.registers >> register) & 1) === 0 ? undefined : e.code.local(ValueType.V128),
    );
    if (!plan.computes) return;
    for (const format of [SINGLE, DOUBLE]) {
      this.acceptances.set(format, {
        exponents: e.code.local(ValueType.I32),
        lowest: e.code.local(ValueType.V128),
        highest: e.code.local(ValueType.V128),
      });
    }
  }

  startBlock(): void {
    this.mmx.forget();
    for (const known of this.tame) known.clear();
  }

  acceptance(format: RealFormat): Acceptance {
    return this.acceptances.get(format)!;
  }

  /** Locals for the operands of comparisons. */
  compared(format: RealFormat): NumberComparison {
    let numbers = this.comparisons.get(format);
    if (numbers === undefined) {
      const { code } = this.e;
      numbers = { first: code.local(format.type), second: code.local(format.type), type: format.type };
      this.comparisons.set(format, numbers);
    }
    return numbers;
  }

  // ---- registers ----

  get(register: number): Code {
    return this.e.code.get(this.registers[register]!);
  }

  /** Pops a vector into a register. */
  set(register: number): Code {
    this.tame[register]!.clear();
    return this.e.code.set(this.registers[register]!);
  }

  /** Puts a number from a local into the lowest lane of a register. @param isTame whether it is known to be tame */
  setLane(register: number, format: RealFormat, number: number, isTame: boolean): void {
    const lanes = this.tame[register]!.get(format) ?? 0;
    this.get(register).get(number).lane(format.replaceLane, 0);
    this.set(register);
    if (isTame) this.markTame(register, format, Math.max(lanes, 1));
  }

  /** Whether the lowest lanes of a register are known to be normal numbers or zeros. */
  isTame(register: number, format: RealFormat, lanes: number): boolean {
    return (this.tame[register]!.get(format) ?? 0) >= lanes;
  }

  markTame(register: number, format: RealFormat, lanes: number): void {
    this.tame[register]!.set(format, Math.max(lanes, this.tame[register]!.get(format) ?? 0));
  }

  /** Says that a register is a copy of another one. */
  copyTame(from: number, to: number): void {
    this.tame[to] = new Map(this.tame[from]);
  }

  /** The local of a register, to be read only. */
  local(register: number): number {
    return this.registers[register]!;
  }

  // ---- operands ----

  /** Pushes an operand of 16 bytes; one in memory must be aligned. */
  read(operand: Operand): Code {
    if (operand.kind === Kind.XMM) return this.get(operand.register);
    return this.load(Simd.V128_LOAD, 16, true);
  }

  /** Pushes a vector that has the operand, of one lane, in its lowest lane. */
  readLane(operand: Operand, { loadZero, bytes }: RealFormat): Code {
    if (operand.kind === Kind.XMM) return this.get(operand.register);
    return this.load(loadZero, bytes);
  }

  /** Pushes a vector with the instruction's memory operand in it. */
  load(opcode: number, bytes: number, isAligned = false): Code {
    const { code } = this.e;
    const place = this.e.memory.operand(bytes, false, isAligned);
    code.get(place.local).simdAccess(opcode, place.offset);
    this.e.memory.release(place);
    return code;
  }

  /** Stores a register, or a lane of it, in the instruction's memory operand. */
  store(register: number, opcode: number, bytes: number, { isAligned = false, lane = -1 } = {}): void {
    const { code } = this.e;
    const place = this.e.memory.operand(bytes, true, isAligned);
    code.get(place.local);
    this.get(register);
    if (lane < 0) code.simdAccess(opcode, place.offset);
    else code.laneAccess(opcode, place.offset, lane);
    this.e.memory.release(place);
  }

  // ---- the register file ----

  enter(head: Code, refuse: (head: Code) => void): void {
    const { e } = this;
    const ready = e.layout.word(Word.UNITS_READY);
    head.loadAt(ready).op(Op.I32_EQZ).if().call(e.importFunction("lendX87")).end();
    head.loadAt(ready).op(Op.I32_EQZ);
    refuse(head);
    this.reload(head);
  }

  spill(code: Code): void {
    this.registers.forEach((local, register) => {
      if (local !== undefined && ((this.written >> register) & 1) !== 0)
        code.i32(0).get(local).simdAccess(Simd.V128_STORE, this.addressOf(register));
    });
  }

  reload(code: Code): void {
    this.registers.forEach((local, register) => {
      if (local !== undefined) code.i32(0).simdAccess(Simd.V128_LOAD, this.addressOf(register)).set(local);
    });
    this.startBlock();
    for (const [format, { exponents, lowest, highest }] of this.acceptances) {
      highestFinite(code, format).set(highest);
      lowestNormal(code, format).set(lowest);
      code.i32(acceptedExponents(format)).set(exponents);
      isQuiet(code, this.e.layout.word(0)).op(Op.I32_EQZ).if();
      // Nothing is above a NaN.
      code.i32(0).set(exponents).i32(-1).simd(Simd.I32X4_SPLAT).set(lowest).end();
    }
  }

  private addressOf(register: number): number {
    return this.e.layout.word(Word.XMM + register * REGISTER_WORDS);
  }
}
