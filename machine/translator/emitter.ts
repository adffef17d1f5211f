/**
 * What the lowering of an instruction is made of: guest registers, memory, operands, flags, and the ways to give an
 * instruction back to the interpreter.
 *
 * Rule for lowerings: everything that can leave the region (a memory access, `leaveIf`) comes before the first change
 * of a
 * register, of memory or of the flags, for the interpreter then executes the whole instruction.
 */
import { type Instruction, Kind, Segment } from "../cpu/instruction.ts";
import { Word } from "../cpu/registers.ts";
import type { StackState, Step } from "./analysis/block.ts";
import { emitEntry, type Entry, refuse } from "./entry.ts";
import { FlagCode, UNKNOWN_FLAGS } from "./flag-code.ts";
import { GeneralRegisters, REGISTERS, type Size } from "./general-registers.ts";
import { type Layout, Outcome, REGION_TYPE_INDEX } from "./layout.ts";
import { importIndices } from "./runtime/imports.ts";
import type { VectorCode } from "./lowering/vector-code.ts";
import type { X87Code } from "./lowering/x87-code.ts";
import { type MemoryPlace, MemoryCode } from "./memory-code.ts";
import type { Sites } from "./sites.ts";
import { ESP } from "./analysis/stack-flow.ts";
import type { StackWindow } from "./analysis/stack-window.ts";
import { Code } from "./wasm/code.ts";
import { Op, ValueType } from "./wasm/opcodes.ts";

/** All registers and flag words, for `spill`. */
const EVERYTHING = -1;

/** An operand that is read and written: its value in a local, and how to store a new one that is on the stack. */
export interface Place {
  readonly value: number;
  store(): void;
}

/** A way out of the region to another address, in a register of the function when it is not constant. */
interface Exit {
  /** Position of the block at whose end it is; undefined when it is within one. */
  readonly from: number | undefined;
  readonly eip: number | undefined;
  readonly link: number | undefined;
}

/** Parts that keep guest state in locals of their own: they are loaded at the entry and stored at the exits. */
export interface LocalState {
  /** Loads what the region uses into locals; may branch out through `refuse`. */
  enter(head: Code, refuse: (head: Code) => void): void;
  /** Puts all back into the register file. */
  spill(code: Code): void;
  /** Takes all from the register file again, after the interpreter has executed an instruction. */
  reload(code: Code): void;
}

export class Emitter {
  readonly code = new Code();
  readonly layout: Layout;
  readonly flags: FlagCode;
  /** The instruction that is being lowered. */
  step!: Step;
  /** What ESP and EBP hold in front of it. */
  stack!: StackState;
  /** Arithmetic flags that somebody may read behind the instruction. */
  live = 0;
  /** Numbers of the sites that the region uses. */
  readonly siteNumbers: number[] = [];
  /** How many of the `regionImports` the region needs. */
  imports = 0;
  readonly states: LocalState[] = [];
  /** One of the states: the x87 unit, when the region has translated code for it. */
  x87: X87Code | undefined = undefined;
  /** Another one: the vector unit, when the region has instructions on XMM registers. */
  vector: VectorCode | undefined = undefined;

  private readonly registers: GeneralRegisters;
  /** Local of the address space's translation cache. */
  private readonly cache: number;
  readonly memory: MemoryCode;
  /** Instructions that may still run. */
  readonly budget: number;
  private readonly site: number;
  private readonly target: number;
  private readonly slot: number;
  private readonly segmentBases = new Map<number, number>();
  private readonly sites: Sites;
  /** Steps of the current block from the current one on. */
  private refund = 0;
  private stepSite = -1;
  /** Nesting at which branches to the common exits are relative. */
  private sideExit = 0;
  private readonly exits: Exit[] = [];

  /**
   * @param windows that the region's entry finds
   * @param mayLeaveCarry whether an INC or DEC of the region keeps a CF that somebody may read
   */
  constructor(layout: Layout, sites: Sites, windows: readonly StackWindow[], mayLeaveCarry: boolean) {
    const { code } = this;
    this.layout = layout;
    this.sites = sites;
    this.registers = new GeneralRegisters(code, layout);
    this.cache = code.local(ValueType.I32);
    this.budget = code.local(ValueType.I32);
    this.site = code.local(ValueType.I32);
    this.target = code.local(ValueType.I32);
    this.slot = code.local(ValueType.I32);
    this.memory = new MemoryCode(this, this.cache, windows);
    this.flags = new FlagCode(code, mayLeaveCarry, () => this.importFunction("arithmetic"));
  }

  // ---- general registers ----

  /** Pushes a register's value, zero-extended. */
  getRegister(register: number, size: Size = 4): Code {
    return this.registers.get(register, size);
  }

  /** Pops a value into a register; what lies above the size is ignored. */
  setRegister(register: number, size: Size = 4): Code {
    return this.registers.set(register, size);
  }

  // ---- memory ----

  /**
   * Pushes the linear address of the instruction's memory operand. @param stackOffset added when ESP is its base
   * (POP)
   */
  address(instruction: Instruction = this.step.instruction, stackOffset = 0): Code {
    this.offset(instruction, stackOffset);
    const { segment } = instruction.address!;
    if (segment === Segment.FS || segment === Segment.GS) this.code.get(this.segmentBase(segment)).op(Op.I32_ADD);
    return this.code;
  }

  /** Pushes the operand's offset in its segment. */
  offset(instruction: Instruction, stackOffset = 0): Code {
    const { code } = this;
    const { base, index, scale, displacement } = instruction.address!;
    const offset = (displacement + (base === ESP ? stackOffset : 0)) | 0;
    let terms = 0;
    const add = (): void => {
      if (terms++ > 0) code.op(Op.I32_ADD);
    };
    if (base >= 0) {
      this.getRegister(base);
      add();
    }
    if (index >= 0) {
      this.getRegister(index);
      if (scale !== 0) code.i32(scale).op(Op.I32_SHL);
      add();
    }
    if (offset !== 0 || terms === 0) {
      code.i32(offset);
      add();
    }
    if (instruction.addressSize === 2) code.i32(0xffff).op(Op.I32_AND);
    return code;
  }

  /** Local with the base of FS or GS; the region is entered only if the segment has no limit. */
  private segmentBase(segment: number): number {
    let local = this.segmentBases.get(segment);
    if (local === undefined) {
      local = this.code.local(ValueType.I32);
      this.segmentBases.set(segment, local);
    }
    return local;
  }

  /** Pushes a value from a local onto the guest's stack. */
  push(value: number, size: 2 | 4 = 4): void {
    const { code, memory } = this;
    const place = memory.near(ESP, -size, size, true);
    code.get(value);
    memory.store(place, size);
    memory.release(place);
    this.getRegister(ESP).i32(size).op(Op.I32_SUB);
    this.setRegister(ESP);
  }

  /** Pushes what is at a place, zero-extended, and gives the place back. */
  load(place: MemoryPlace, size: Size): Code {
    this.memory.load(place, size);
    this.memory.release(place);
    return this.code;
  }

  // ---- operands ----

  /** Size of an operand of the current instruction. */
  sizeOf(index: number): Size {
    const { size } = this.step.instruction.operands[index]!;
    return size === 1 || size === 2 ? size : 4;
  }

  /** Pushes an operand's value, zero-extended; immediates are cut to `size`. */
  read(index: number, size: Size = this.sizeOf(index)): Code {
    const operand = this.step.instruction.operands[index]!;
    switch (operand.kind) {
      case Kind.REGISTER:
        return this.getRegister(operand.register, size);
      case Kind.MEMORY:
        return this.load(this.memory.operand(size, false), size);
      default:
        return this.code.i32(size === 4 ? operand.value : operand.value & (size === 2 ? 0xffff : 0xff));
    }
  }

  /** The same into a temporary local. */
  readLocal(index: number, size: Size = this.sizeOf(index)): number {
    const local = this.code.temporary();
    this.read(index, size).set(local);
    return local;
  }

  /**
   * Makes a register or memory operand ready to be written, without reading it: the value to store is pushed later.
   */
  destination(index: number): () => void {
    const operand = this.step.instruction.operands[index]!;
    const size = this.sizeOf(index);
    if (operand.kind === Kind.REGISTER) return () => void this.setRegister(operand.register, size);
    const { memory } = this;
    const place = memory.operand(size, true);
    return () => {
      memory.store(place, size);
      memory.release(place);
    };
  }

  /** An operand that is read, then written. Its value is in a temporary local, which the caller releases. */
  modify(index: number): Place {
    const operand = this.step.instruction.operands[index]!;
    const size = this.sizeOf(index);
    const value = this.code.temporary();
    if (operand.kind === Kind.REGISTER) {
      this.getRegister(operand.register, size).set(value);
      return { value, store: () => void this.setRegister(operand.register, size) };
    }
    const { memory } = this;
    const place = memory.operand(size, true);
    memory.load(place, size).set(value);
    return {
      value,
      store: () => {
        memory.store(place, size);
        memory.release(place);
      },
    };
  }

  // ---- leaving ----

  /** Pops a number; unless it is 0, the interpreter executes the current instruction. */
  leaveIf(): void {
    const { code } = this;
    code
      .i32(this.currentSite())
      .set(this.site)
      .brIf(code.nesting - this.sideExit - 1);
  }

  /** The interpreter executes the current instruction. */
  leave(): void {
    const { code } = this;
    code
      .i32(this.currentSite())
      .set(this.site)
      .br(code.nesting - this.sideExit - 1);
  }

  private currentSite(): number {
    if (this.stepSite < 0) {
      this.stepSite = this.sites.add({ eip: this.step.eip, refund: this.refund });
      this.siteNumbers.push(this.stepSite);
    }
    return this.stepSite;
  }

  /**
   * Has the interpreter execute the current instruction, and goes on behind it. For instructions that change neither
   * EIP
   * nor the way of execution.
   */
  interpret(): void {
    const { code } = this;
    // The interpreter may change any of them.
    this.registers.useAll();
    this.flags.useAll();
    this.spill(code, EVERYTHING);
    code.i32(this.currentSite()).call(this.importFunction("interpret"));
    // The interpreter wants to go on itself: all is in the register file.
    code.if().i32(Outcome.WENT).op(Op.RETURN).end();
    this.reload(code);
    this.flags.state = UNKNOWN_FLAGS;
  }

  /**
   * Leaves the region behind the current instruction, when all is in the register file: the rest of the block is not
   * charged.
   */
  abandon(): void {
    const { code, layout, step, refund } = this;
    const budget = layout.word(Word.BUDGET);
    code.storeConstantAt(layout.word(Word.EIP), step.eip + step.instruction.length);
    code
      .i32(0)
      .loadAt(budget)
      .i32(refund - 1)
      .op(Op.I32_ADD)
      .access(Op.I32_STORE, budget);
    code.i32(Outcome.WENT).op(Op.RETURN);
  }

  /** Goes on behind the current instruction, outside the region: the rest of the block is not charged. */
  goBehind(linkOf: (eip: number) => number): void {
    const { code, step, refund } = this;
    const eip = (step.eip + step.instruction.length) >>> 0;
    code
      .get(this.budget)
      .i32(refund - 1)
      .op(Op.I32_ADD)
      .set(this.budget);
    this.branchOut({ from: undefined, eip, link: linkOf(eip) });
  }

  /** Goes to a constant address outside the region. @param link to the region that is, or will be, there */
  goOut(eip: number, link: number, from: number): void {
    this.branchOut({ from, eip, link });
  }

  /** Pops an address and goes there, by way of the lookup table. */
  goTo(lookup: (address: number) => void, from: number): void {
    const { code } = this;
    code.set(this.target);
    lookup(this.target);
    code.set(this.slot);
    this.branchOut({ from, eip: undefined, link: undefined });
  }

  /** The blocks of exits lie around the one of the side exits, the first one innermost. */
  private branchOut(exit: Exit): void {
    const { code } = this;
    code.br(code.nesting - this.sideExit + this.exits.length);
    this.exits.push(exit);
  }

  /** What was written since the last call: general registers, then flag words (FlagCode), one bit each. */
  takeWrites(): number {
    return this.registers.takeWrites() | (this.flags.takeWrites() << REGISTERS);
  }

  // ---- blocks and regions ----

  /** Starts a block: charges its instructions. @param checks the cost to check first, or 0 */
  enterBlock(eip: number, steps: number, cost: number): void {
    const { code } = this;
    if (cost > 0) {
      const number = this.sites.add({ eip, refund: 0 });
      this.siteNumbers.push(number);
      code.get(this.budget).i32(cost).op(Op.I32_LT_S);
      code
        .i32(number)
        .set(this.site)
        .brIf(code.nesting - this.sideExit - 1);
    }
    code.get(this.budget).i32(steps).op(Op.I32_SUB).set(this.budget);
  }

  enterStep(step: Step, refund: number, live: number, stack: StackState): void {
    this.step = step;
    this.stack = stack;
    this.refund = refund;
    this.live = live;
    this.stepSite = -1;
  }

  /** Index of a function of `regionImports`. */
  importFunction(name: string): number {
    const index = importIndices.get(name)!;
    this.imports = Math.max(this.imports, index + 1);
    return index;
  }

  /** @param written what may have been written on the way here, as takeWrites says it */
  spill(code: Code, written: number): void {
    const { layout } = this;
    this.registers.spill(code, written);
    code.storeAt(layout.word(Word.BUDGET), this.budget);
    this.flags.store(code, layout, written >> REGISTERS);
    for (const state of this.states) state.spill(code);
  }

  private reload(code: Code): void {
    const { layout } = this;
    this.registers.reload(code);
    code.loadAt(layout.word(Word.BUDGET)).set(this.budget);
    this.flags.load(code, layout);
    for (const state of this.states) state.reload(code);
  }

  /** Opens the block whose end is where side exits go; the body follows. */
  begin(): void {
    this.code.block();
    this.sideExit = this.code.nesting - 1;
  }

  /**
   * Writes the exits behind the body, and the entry in front of it.
   * @param variant link to the next variant of the region
   * @param writtenAt what may have been written on the way to the end of a block, by position
   */
  end(entry: Entry, variant: () => number, writtenAt: (position: number) => number): Code {
    const { code, layout } = this;
    code.op(Op.UNREACHABLE).end();
    this.spill(code, EVERYTHING);
    code.get(this.site).op(Op.RETURN);
    for (const exit of this.exits) {
      code.end();
      this.spill(code, exit.from === undefined ? EVERYTHING : writtenAt(exit.from));
      if (exit.link === undefined) {
        code.storeAt(layout.word(Word.EIP), this.target).get(this.slot);
        code.op(Op.RETURN_CALL).unsigned(this.importFunction("go"));
      } else {
        code.storeConstantAt(layout.word(Word.EIP), exit.eip!).link(exit.link).returnCallIndirect(REGION_TYPE_INDEX);
      }
    }

    const head = new Code();
    const toVariant = (): void => void head.if().link(variant()).returnCallIndirect(REGION_TYPE_INDEX).end();
    emitEntry(head, layout, { cache: this.cache, budget: this.budget, epoch: this.site }, entry, this.segmentBases);
    for (const state of this.states) state.enter(head, () => refuse(head));
    this.memory.enter(head, (register) => layout.word(register), toVariant);
    this.registers.enter(head);
    this.flags.load(head, layout);
    for (let exit = 0; exit < this.exits.length; exit++) head.block();
    code.prepend(head);
    return code;
  }
}
