/**
 * Random programs: functions of straight lines, branches on all conditions, nested loops, calls and jumps through tables, string
 * instructions, code that changes itself. The same seed gives the same program.
 *
 * Every statement draws its numbers from its own name, which follows from its place among its parent's parts. So leaving one out (to
 * find the smallest program that still fails) does not change the others.
 */
import type { KnownHost } from "../hardware/host.ts";
import { Random } from "../instructions/random.ts";
import { Assembler, type Label, littleEndian } from "./assembler.ts";
import { conditionReads } from "#machine/cpu/instruction-set/row.ts";
import { ARENA, CODE_PAGES, COUNTERS, PAGE_SIZE, type Program, STACK, STACK_PAGES, TABLES } from "./layout.ts";
import { changeCode } from "./self-modification.ts";
import { ARENA_BASE, EAX, EBP, EBX, ECX, EDI, EDX, ESI, ESP, type State, StraightLine } from "./straight-line.ts";

/** Instructions that a program executes, about; and one in ten. */
const BUDGET = 50_000;
const LARGE_BUDGET = 500_000;
/** A body that runs more often is hot. */
const HOT = 40;
const MAX_DEPTH = 3;
/** Spreads names. */
const NAME_STEP = 0x9e3779b1;
const GENERAL = [EAX, ECX, EDX, EBX, ESI, EDI];
const LOOP_COUNTS = [2, 3, 5, 20, 100, 1000, 20_000];
/** Forms of memory counters: DEC m32 and SUB m32,1. */
const COUNT_DOWN = [
  [0xff, 0x0d],
  [0x83, 0x2d],
] as const;

export interface GeneratorOptions {
  /** Names of statements that are left out. */
  readonly omitted?: ReadonlySet<number>;
  /** Whether the program changes its own code. */
  readonly changesCode?: boolean;
  /** Where the program will run: what the host's column in the table of facts has otherwise is left out. */
  readonly host?: KnownHost;
}

export interface GeneratedProgram extends Program {
  /** Names of the statements, outer ones first. */
  readonly statements: readonly number[];
}

interface Function {
  readonly label: Label;
  /** Instructions that a call executes, about. */
  readonly cost: number;
}

/** Where a statement stands. */
interface Place {
  readonly state: State;
  readonly depth: number;
}

export class Generator {
  readonly assembler = new Assembler();
  random: Random;
  line: StraightLine;
  private readonly options: GeneratorOptions;
  private readonly functions: Function[] = [];
  private readonly statements: number[] = [];
  private parent: { readonly name: number; children: number };
  private counters = 0;

  constructor(seed: number, options: GeneratorOptions) {
    this.parent = { name: Math.imul(seed, NAME_STEP), children: 0 };
    this.options = options;
    this.random = new Random(seed);
    this.line = new StraightLine(this.random, this.assembler, this.options.host);
  }

  generate(): GeneratedProgram {
    const { assembler, random } = this;
    assembler.gap(Array.from({ length: random.below(PAGE_SIZE) }, () => 0xcc));
    const functionCount = 1 + random.below(4);
    const seed = random.next();
    const registers = Array.from({ length: 8 }, () => random.value());
    registers[EBP] = ARENA_BASE;
    registers[ESP] = STACK + STACK_PAGES * PAGE_SIZE - 256;
    for (let index = 0; index < functionCount; index++) this.function();
    const entry = assembler.here;
    const state: State = { free: GENERAL, undefinedFlags: 0, isHot: false };
    const budget = random.chance(10) ? LARGE_BUDGET : BUDGET;
    let cost = 0;
    for (let count = 0; count < 8 && cost < budget; count++) cost += this.statement({ state, depth: 0 }, budget - cost);
    this.line.define(state);
    assembler.instruction([0xcc], true);
    if (assembler.here > CODE_PAGES * PAGE_SIZE) throw new Error("the program is too long");
    return { ...assembler.finish(), entry, registers, seed, statements: this.statements };
  }

  private function(): void {
    const { assembler } = this;
    // Some functions begin on another page.
    if (this.random.chance(30)) assembler.gap(Array.from({ length: this.random.below(PAGE_SIZE) }, () => 0xcc));
    const label = assembler.label();
    assembler.place(label);
    const state: State = { free: GENERAL, undefinedFlags: 0, isHot: true };
    let cost = 2;
    const length = 1 + this.random.below(3);
    for (let count = 0; count < length; count++) cost += this.statement({ state, depth: 1 }, 200);
    this.line.define(state);
    assembler.instruction([0xc3], true);
    this.functions.push({ label, cost });
  }

  /** @returns about how many instructions it executes */
  private statement(place: Place, budget: number): number {
    return this.named(() => this.choose(place, budget));
  }

  /** Writes something with a name and random numbers of its own. @returns its cost, 0 when it is left out */
  private named(write: () => number): number {
    const { parent, random, line } = this;
    const name = Math.imul(parent.name ^ ++parent.children, NAME_STEP) ^ (parent.name >>> 15);
    this.statements.push(name);
    if (this.options.omitted?.has(name) === true) return 0;
    this.parent = { name, children: 0 };
    this.random = new Random(name);
    this.line = new StraightLine(this.random, this.assembler, this.options.host);
    const cost = write();
    this.parent = parent;
    this.random = random;
    this.line = line;
    return cost;
  }

  private choose(place: Place, budget: number): number {
    const { random } = this;
    const kind = random.below(20);
    if (place.depth < MAX_DEPTH && budget > 50) {
      if (kind < 5) return this.loop(place, budget);
      if (kind < 8) return this.branch(place, budget);
      if (kind === 8) return this.switch(place, budget);
    }
    if (kind < 11 && this.functions.length > 0 && place.state.free === GENERAL) return this.call(place, budget);
    if (kind === 11) return this.string(place);
    if (kind === 12) return this.stack(place);
    if (kind < 16 && this.options.changesCode === true) return changeCode(this, place.state);
    return this.straight(place);
  }

  private straight({ state }: Place): number {
    const length = 1 + this.random.below(12);
    for (let count = 0; count < length; count++) {
      this.named(() => {
        this.line.instruction(state);
        return 1;
      });
    }
    return length;
  }

  private block(place: Place, budget: number): number {
    const length = 1 + this.random.below(4);
    let cost = 0;
    for (let count = 0; count < length && cost < budget; count++) cost += this.statement(place, budget - cost);
    return cost;
  }

  private loop(place: Place, budget: number): number {
    const { assembler, random, line } = this;
    const { state } = place;
    const top = assembler.label();
    const wanted = random.pick(LOOP_COUNTS);
    const isInRegister = random.chance(50) && state.free.includes(ECX);
    const free = isInRegister ? state.free.filter((register) => register !== ECX) : state.free;
    const isLoop = isInRegister && random.chance(30);
    const counter = COUNTERS + 4 * this.counters++;
    let patch: number;
    if (isInRegister) patch = line.emit([0xb8 | ECX, 0, 0, 0, 0], state) + 1;
    else patch = line.emit([0xc7, 0x05, ...littleEndian(counter, 4), 0, 0, 0, 0], state) + 6;
    line.define(state);
    assembler.place(top);
    const inner: State = { free, undefinedFlags: 0, isHot: state.isHot || wanted > HOT };
    const body = Math.max(1, this.block({ state: inner, depth: place.depth + 1 }, Math.min(budget / 2, 400)) + 2);
    const count = Math.max(1, Math.min(wanted, Math.floor(budget / body)));
    assembler.patch(patch, littleEndian(count, 4));
    line.define(inner);
    if (isLoop) {
      // LOOP reaches 128 bytes: it jumps to a jump.
      const again = assembler.label();
      const out = assembler.label();
      line.emit([0xe2, 5], inner);
      assembler.relative([0xe9], out, true);
      assembler.place(again);
      assembler.relative([0xe9], top, true);
      assembler.place(out);
    } else if (isInRegister) {
      line.emit([0x48 | ECX], inner);
      assembler.relative([0x0f, 0x85], top, true);
    } else {
      const [opcode, modrm] = random.pick(COUNT_DOWN);
      line.emit([opcode, modrm, ...littleEndian(counter, 4), ...(opcode === 0x83 ? [1] : [])], inner);
      assembler.relative([0x0f, 0x85], top, true);
    }
    state.undefinedFlags = 0;
    return count * body;
  }

  private branch(place: Place, budget: number): number {
    const { assembler, random, line } = this;
    const { state } = place;
    const condition = random.below(16);
    if ((conditionReads(condition) & state.undefinedFlags) !== 0) line.define(state);
    const other = assembler.label();
    const end = assembler.label();
    assembler.relative([0x0f, 0x80 | condition], other, state.undefinedFlags === 0);
    const before = state.undefinedFlags;
    let cost = 1 + this.block({ ...place, depth: place.depth + 1 }, budget / 2);
    const after = state.undefinedFlags;
    assembler.relative([0xe9], end, after === 0);
    assembler.place(other);
    state.undefinedFlags = before;
    if (random.chance(60)) cost = Math.max(cost, this.block({ ...place, depth: place.depth + 1 }, budget / 2));
    assembler.place(end);
    state.undefinedFlags |= after;
    return cost + 2;
  }

  /** A jump through a table of four places. */
  private switch(place: Place, budget: number): number {
    const { assembler, random, line } = this;
    const { state } = place;
    const register = random.pick(state.free);
    line.emit([0x83, 0xe0 | register, 3], state);
    line.define(state);
    const labels = [0, 1, 2, 3].map(() => assembler.label());
    const end = assembler.label();
    const table = TABLES + 4 * assembler.table(labels);
    // JMP [register * 4 + table], or through the register.
    const modrm = random.chance(50) ? 0x24 : (register << 3) | 4;
    line.emit([modrm === 0x24 ? 0xff : 0x8b, modrm, 0x85 | (register << 3), ...littleEndian(table, 4)], state);
    if (modrm !== 0x24) line.emit([0xff, 0xe0 | register], state);
    let cost = 0;
    let undefinedFlags = 0;
    for (const label of labels) {
      assembler.place(label);
      state.undefinedFlags = 0;
      cost = Math.max(cost, this.statement({ ...place, depth: place.depth + 1 }, budget / 4));
      undefinedFlags |= state.undefinedFlags;
      assembler.relative([0xe9], end, state.undefinedFlags === 0);
    }
    assembler.place(end);
    state.undefinedFlags = undefinedFlags;
    return cost + 5;
  }

  /** A call, direct, through a register or through a table; functions write all registers that are free. */
  private call({ state }: Place, budget: number): number {
    const { assembler, random, line } = this;
    const { label, cost } = random.pick(this.functions);
    if (cost > budget) return 0;
    line.define(state);
    const kind = random.below(4);
    if (kind === 0) {
      const at = line.emit([0xb8, 0, 0, 0, 0], state) + 1;
      assembler.absolute(at, label);
      line.emit([0xff, 0xd0], state);
    } else if (kind === 1) {
      const table = TABLES + 4 * assembler.table([label]);
      line.emit([0xff, 0x15, ...littleEndian(table, 4)], state);
    } else if (kind === 2) {
      // PUSH of the return address, JMP.
      const back = assembler.label();
      assembler.absolute(line.emit([0x68, 0, 0, 0, 0], state) + 1, back);
      assembler.relative([0xe9], label, true);
      assembler.place(back);
    } else assembler.relative([0xe8], label, true);
    state.undefinedFlags = 0;
    return cost + 2;
  }

  private string({ state }: Place): number {
    const { random, line } = this;
    if (![EAX, ECX, ESI, EDI].every((register) => state.free.includes(register))) return 0;
    const opcode = random.pick([0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
    const count = random.pick([0, 1, 2, 7, 30, 100]);
    // Ends of the arena are reached now and then.
    const reach = state.isHot ? 0x3000 : 0x4000;
    const isBackward = random.chance(20);
    const from = ARENA + 0x400 + random.below(reach - 0x400);
    const to = random.chance(40) ? from + random.below(17) - 8 : ARENA + 0x400 + random.below(reach - 0x400);
    line.emit([0xb8 | ESI, ...littleEndian(from, 4)], state);
    line.emit([0xb8 | EDI, ...littleEndian(to, 4)], state);
    line.emit([0xb8 | ECX, ...littleEndian(count, 4)], state);
    if (isBackward) line.emit([0xfd], state);
    // CMPS and SCAS of nothing leave the flags as they were.
    line.define(state);
    const repeat = random.pick([[], [0xf3], [0xf3], [0xf2]]);
    line.emit([...repeat, ...(random.chance(20) ? [0x66] : []), opcode], state);
    line.emit([0xfc], state);
    return count + 6;
  }

  /** Pushes, something between, pops. */
  private stack({ state }: Place): number {
    const { random, line } = this;
    const depth = 1 + random.below(4);
    const slots: number[] = [];
    for (let slot = 0; slot < depth; slot++) {
      const kind = random.below(5);
      const size = random.chance(15) ? 2 : 4;
      const prefix = size === 2 ? [0x66] : [];
      slots.push(size);
      if (kind === 0) line.emit([...prefix, 0x6a, random.below(256)], state);
      else if (kind === 1) line.emit([...prefix, 0x68, ...littleEndian(random.value(), size)], state);
      else if (kind === 2) line.emit([...prefix, 0xff, 0x35, ...littleEndian(ARENA + random.below(0x3ff0), 4)], state);
      else if (kind === 3 && size === 4) {
        if (state.undefinedFlags !== 0) line.define(state);
        line.emit([0x9c], state);
      } else line.emit([...prefix, 0x50 | random.pick(GENERAL)], state);
    }
    if (random.chance(60)) {
      // MOV and ADD with the topmost slot.
      const register = random.pick(state.free);
      line.emit([random.pick([0x8b, 0x89]), (register << 3) | 4, 0x24], state);
      line.emit([0x01, (register << 3) | 4, 0x24], state);
      state.undefinedFlags = 0;
    }
    while (slots.length > 0) {
      const size = slots.pop()!;
      const prefix = size === 2 ? [0x66] : [];
      const kind = random.below(10);
      if (kind < 2) {
        line.emit([0x83, 0xc4, size], state);
        state.undefinedFlags = 0;
      } else if (kind < 4) line.emit([...prefix, 0x8f, 0x05, ...littleEndian(ARENA + random.below(0x3ff0), 4)], state);
      else line.emit([...prefix, 0x58 | random.pick(state.free)], state);
    }
    return 2 * depth + 2;
  }
}

export function generateProgram(seed: number, options: GeneratorOptions = {}): GeneratedProgram {
  return new Generator(seed, options).generate();
}
