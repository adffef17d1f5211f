/**
 * Writes a loop: instructions, labels, operands, and statements that leave all flags as they are. Every part draws its random numbers
 * from its own name, so that leaving one out, to make a failing loop small, does not change the others.
 *
 * Layers beneath: ../programs/assembler.ts, flag-flow.ts.
 */
import { Random } from "../instructions/random.ts";
import { Assembler, type Label, littleEndian, memoryBytes } from "../programs/assembler.ts";
import { conditionReads } from "#machine/cpu/instruction-set/row.ts";
import { ARENA, COUNTERS, PAGE_SIZE } from "../programs/layout.ts";
import { FlagFlow } from "./flag-flow.ts";

export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
/** Points to the arena all the time. */
export const EBP = 5;
export const ESI = 6;
/** Takes in all results. */
export const EDI = 7;
export const ARENA_BASE = ARENA + 0x1000;
/** Registers with data, which anything may change. */
const DATA = [EAX, ECX, EDX, EBX, ESI] as const;
const BYTES = [EAX, ECX, EDX, EBX] as const;
/** Lowest offset of the arena from EBP, and how much lies above that where operands are. */
const LOWEST = -0x1000;
const REACH = 0x3b00;
const NAME_STEP = 0x9e3779b1;

export type Size = 1 | 2 | 4;

/** Units whose state lives through the loop. */
export interface Units {
  readonly x87: boolean;
  readonly vector: boolean;
  readonly mmx: boolean;
}

export class Writer {
  readonly assembler = new Assembler();
  readonly flow = new FlagFlow();
  readonly units: Units;
  random: Random;
  /** Instructions that a round executes, about. */
  cost = 0;
  /** Where the number of rounds after which something happens once stands, to be filled in. */
  readonly onces: number[] = [];
  /** Parts in the order of writing, outer ones first. */
  readonly parts: number[] = [];
  private readonly omitted: ReadonlySet<number>;
  private parent: { readonly name: number; children: number };
  private slots = 0;
  private readonly beginnings: (() => void)[] = [];

  constructor(seed: number, units: Units, omitted: ReadonlySet<number>) {
    this.parent = { name: Math.imul(seed, NAME_STEP), children: 0 };
    this.random = new Random(this.parent.name);
    this.units = units;
    this.omitted = omitted;
  }

  /** Writes something with a name and random numbers of its own, unless it is left out. */
  part(write: () => void): void {
    const { parent, random } = this;
    const name = Math.imul(parent.name ^ ++parent.children, NAME_STEP) ^ (parent.name >>> 15);
    this.parts.push(name);
    if (this.omitted.has(name)) return;
    this.parent = { name, children: 0 };
    this.random = new Random(name);
    write();
    this.parent = parent;
    this.random = random;
  }

  // ---- instructions ----

  /** @returns the offset of an instruction */
  emit(...bytes: readonly number[]): number {
    this.cost++;
    return this.assembler.instruction(bytes, this.flow.isDefined);
  }

  /** A jump or call to a label, which the bytes end in. */
  jump(bytes: readonly number[], label: Label): void {
    this.cost++;
    this.assembler.relative(bytes, label, this.flow.isDefined);
  }

  label(): Label {
    return this.assembler.label();
  }

  place(label: Label): void {
    this.assembler.place(label);
  }

  /** JMP. */
  go(label: Label): void {
    this.jump([0xe9], label);
  }

  /** JECXZ; its distance does not matter. */
  jumpIfZero(label: Label): void {
    const other = this.label();
    const over = this.label();
    // JECXZ +5 reaches a jump behind another one.
    this.emit(0xe3, 5);
    this.go(over);
    this.place(other);
    this.go(label);
    this.place(over);
  }

  /** A word that nothing else reaches. */
  slot(): number {
    return COUNTERS + 4 * this.slots++;
  }

  /** Something to be written in front of the loop. */
  beforehand(write: () => void): void {
    this.beginnings.push(write);
  }

  writeBeginnings(): void {
    for (const write of this.beginnings) write();
  }

  // ---- operands ----

  size(): Size {
    return this.random.pick([1, 2, 4, 4, 4] as const);
  }

  prefix(size: Size): number[] {
    return size === 2 ? [0x66] : [];
  }

  register(size: Size = 4): number {
    const { random } = this;
    return size === 1 ? random.pick(BYTES) | (random.chance(30) ? 4 : 0) : random.pick(DATA);
  }

  /** Offset of `size` bytes from EBP, aligned. */
  offset(size: number): number {
    return LOWEST + size * this.random.below(Math.floor(REACH / size));
  }

  /** ModRM and what follows for memory: in the arena, in the stack's upper part, across two pages now and then. */
  memory(reg: number, size: number): number[] {
    const { random } = this;
    const kind = random.below(16);
    if (kind === 0 && size <= 8 && size > 1) {
      const displacement = LOWEST + PAGE_SIZE * (1 + random.below(3)) - 1 - random.below(size - 1);
      return memoryBytes(reg, { base: EBP, index: -1, scale: 0, displacement });
    }
    if (kind < 4) return memoryBytes(reg, { base: ESP, index: -1, scale: 0, displacement: 32 + 16 * random.below(8) });
    if (kind < 6 && size <= 4) {
      const index = random.pick(BYTES);
      // MOVZX, which leaves the flags.
      this.emit(0x0f, 0xb6, 0xc0 | (index << 3) | random.pick(BYTES));
      return memoryBytes(reg, { base: EBP, index, scale: 2, displacement: this.offset(size) });
    }
    return memoryBytes(reg, { base: EBP, index: -1, scale: 0, displacement: this.offset(size) });
  }

  /** ModRM and what follows for a register with data or memory. */
  operand(reg: number, size: Size): number[] {
    return this.random.chance(65) ? [0xc0 | (reg << 3) | this.register(size)] : this.memory(reg, size);
  }

  // ---- what leaves the flags ----

  /** Mixes a register into EDI: LEA EDI,[EDI + register * scale + constant]. */
  mix(register: number): void {
    this.emit(0x8d, ...memoryBytes(EDI, { base: EDI, index: register, scale: this.random.below(4), displacement: this.random.next() | 0 }));
  }

  /** Jumps over what is written, if a condition holds whose flags are defined, or a byte of memory is 0; both paths meet behind. */
  branchOver(write: () => void): void {
    const { flow, random } = this;
    const over = this.label();
    const condition = random.below(16);
    // A condition looks at the flags, and so may settle them: not always.
    if ((conditionReads(condition) & flow.undefined) === 0 && random.chance(60)) {
      this.jump([0x0f, 0x80 | condition], over);
    } else {
      this.emit(0x8b, ...memoryBytes(ECX, { base: EBP, index: -1, scale: 0, displacement: this.offset(4) }));
      this.emit(0x0f, 0xb6, 0xc9);
      this.jumpIfZero(over);
    }
    const skipped = flow.clone();
    write();
    flow.merge(skipped);
    this.place(over);
  }

  /** A count in memory goes down by one; ECX has the low byte of what it was, or all. */
  private countDown(slot: number, isByte: boolean): void {
    this.emit(0x8b, 0x0d, ...littleEndian(slot, 4));
    this.emit(0x8d, 0x49, 0xff);
    this.emit(0x89, 0x0d, ...littleEndian(slot, 4));
    if (isByte) this.emit(0x0f, 0xb6, 0xc9);
  }

  /** Executes what is written in one of 256 rounds. */
  rarely(write: () => void): void {
    const slot = this.slot();
    this.countDown(slot, true);
    this.unlessCounted(write);
  }

  /** Executes what is written in one round, some way on. */
  once(write: () => void): void {
    const slot = this.slot();
    this.beforehand(() => {
      this.onces.push(this.emit(0xc7, 0x05, ...littleEndian(slot, 4), 0, 0, 0, 0) + 6);
    });
    this.countDown(slot, false);
    this.unlessCounted(write);
  }

  private unlessCounted(write: () => void): void {
    const { flow, cost } = this;
    const now = this.label();
    const over = this.label();
    this.emit(0xe3, 5);
    this.go(over);
    this.place(now);
    const skipped = flow.clone();
    write();
    flow.merge(skipped);
    this.place(over);
    this.cost = cost + 2;
  }
}
