import { expect, test } from "vitest";
import { Context, Register } from "../../context.ts";
import { createProcessor, type Engine } from "../../engine.ts";
import { PAGE_SIZE, Ram } from "../../ram.ts";
import { TranslationTable } from "../../translation-table.ts";
import { Random, testValue } from "../runtime/x87-test-values.ts";

const PROGRAMS = Number(process.env["X87_PROGRAMS"] ?? 60);
const SEED = Number(process.env["X87_SEED"] ?? 1);

const CODE = 0x40000000;
const DATA = 0x60000000;
const STACK = 0x70001000;
const CODE_FRAME = 1;
const DATA_FRAME = 2;
const STACK_FRAME = 3;

const BUDGET = 3000;
const ROUNDS = 6;
/** Slots of operands in the data page. */
const OPERANDS = 32;
const OPERAND_BYTES = 16;
/** Where programs keep environments and states. */
const IMAGES = 1024;
/** Where the control words are that programs load. */
const CONTROLS = 2048;
const CONTROL_WORDS = [0x037f, 0x0f7f, 0x027f, 0x0e7f, 0x007f, 0x077f, 0x037e];
/** How many of them, from the first on, programs work with. */
const USUAL_CONTROL_WORDS = 5;

class Machine {
  private readonly ram = new Ram(1 << 20, 64 << 20);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly context = new Context();
  private readonly processor;

  constructor(engine: Engine) {
    this.processor = createProcessor(engine, this.ram, { now: () => 0 });
    this.table.map(CODE >>> 12, CODE_FRAME, true);
    this.table.map(DATA >>> 12, DATA_FRAME, true);
    this.table.map((STACK - PAGE_SIZE) >>> 12, STACK_FRAME, true);
  }

  /** @returns all that a program can have changed */
  execute(code: readonly number[], data: Uint8Array): unknown {
    const { context, ram } = this;
    ram.frame(CODE_FRAME).fill(0xcc).set(code);
    ram.frame(DATA_FRAME).fill(0).set(data);
    this.processor.invalidateFrame(CODE_FRAME);
    context.eip = CODE;
    context.registers.fill(0);
    context.registers[Register.ESP] = STACK;
    context.registers[Register.EBX] = DATA;
    const exit = { ...this.processor.run(context, this.table, BUDGET) };
    this.processor.flushFloatingPoint(context);
    return {
      exit,
      registers: [...context.registers],
      eip: context.eip,
      eflags: context.eflags,
      unit: Buffer.from(context.floatingPoint!).toString("hex"),
      memory: Buffer.from(ram.frame(DATA_FRAME)).toString("hex"),
    };
  }
}

function operands(random: Random): Uint8Array {
  const data = new Uint8Array(PAGE_SIZE);
  const view = new DataView(data.buffer);
  for (let slot = 0; slot < OPERANDS; slot++) {
    const at = slot * OPERAND_BYTES;
    const { significand, signExponent } = testValue(random);
    switch (random.below(4)) {
      case 0:
        view.setBigUint64(at, significand, true);
        view.setUint16(at + 8, signExponent, true);
        break;
      case 1:
        view.setFloat64(at, random.below(1000) / 8 - 50, true);
        break;
      case 2:
        view.setInt32(at, (random.next() | 0) >> random.below(32), true);
        break;
      default:
        view.setFloat32(at, (random.next() | 0) / (1 + random.below(5000)), true);
    }
  }
  CONTROL_WORDS.forEach((word, index) => view.setUint16(CONTROLS + 2 * index, word, true));
  return data;
}

/** Memory forms by octal operation that push, pop, and leave the depth of the stack alone. */
const PUSHES = [0o10, 0o50, 0o35, 0o30, 0o70, 0o75];
const POPS = [0o13, 0o53, 0o33, 0o73, 0o77, 0o37, 0o03, 0o43];
const OTHERS = [
  0o00, 0o01, 0o02, 0o04, 0o05, 0o06, 0o07, 0o40, 0o41, 0o44, 0o46, 0o47, 0o20, 0o21, 0o60, 0o64, 0o12, 0o52, 0o32, 0o72, 0o57, 0o17,
];
/** Register forms: escape opcode, first byte, last byte. */
const FORMS = [
  [0, 0xc0, 0xff],
  [4, 0xc0, 0xff],
  [6, 0xc0, 0xc7],
  [6, 0xe0, 0xff],
  [1, 0xc0, 0xcf],
  [1, 0xe0, 0xef],
  [1, 0xf0, 0xff],
  [2, 0xc0, 0xdf],
  [3, 0xc0, 0xdf],
  [3, 0xe8, 0xf7],
  [5, 0xc8, 0xef],
  [7, 0xe8, 0xf7],
] as const;

class Program {
  readonly code: number[] = [];
  private readonly random: Random;
  /** Where the control word is that the program works with. */
  private readonly usual: number;
  private depth = 0;

  constructor(random: Random) {
    this.random = random;
    this.code.push(0xdb, 0xe3, 0xb9, ROUNDS, 0, 0, 0); // FNINIT, MOV ECX, ROUNDS
    this.usual = CONTROLS + 2 * random.below(USUAL_CONTROL_WORDS);
    this.address(1, 5, this.usual); // FLDCW
    for (let count = random.below(6); count > 0; count--) this.memory(PUSHES);
    if (random.below(3) === 0) this.callInStates();
    else this.loop(() => this.body());
  }

  /** Rounds of what is emitted. */
  private loop(emit: () => void): void {
    const start = this.code.length;
    emit();
    this.code.push(0x49, 0x0f, 0x85); // DEC ECX, JNZ
    this.distance(start);
  }

  /** Displacement from behind it to an offset of the program. */
  private distance(target: number): void {
    const distance = target - this.code.length - 4;
    this.code.push(distance & 0xff, (distance >> 8) & 0xff, (distance >> 16) & 0xff, (distance >> 24) & 0xff);
  }

  private body(): void {
    const { depth, random } = this;
    for (let count = 4 + random.below(14); count > 0; count--) this.any();
    // Mostly the depth at the end of a round is that at its start.
    if (random.below(5) === 0) return;
    while (this.depth > depth) this.register(5, 0xd8);
    while (this.depth < depth) this.memory(PUSHES);
  }

  /** A function that is called with several control words, so that there are variants of its regions. */
  private callInStates(): void {
    const { code, random } = this;
    code.push(0xe9, 0, 0, 0, 0); // JMP
    const start = code.length;
    this.body();
    code.push(0xc3); // RET
    const length = code.length - start;
    code.splice(start - 4, 4, length & 0xff, length >> 8, 0, 0);
    this.loop(() => {
      for (let count = 2 + random.below(3); count > 0; count--) {
        this.address(1, 5, CONTROLS + 2 * random.below(USUAL_CONTROL_WORDS)); // FLDCW
        code.push(0xe8); // CALL
        this.distance(start);
      }
    });
  }

  private any(): void {
    const { random } = this;
    const choice = random.below(20);
    if (choice < 6) this.memory(this.depth < 2 || (this.depth < 6 && random.below(3) !== 0) ? PUSHES : POPS);
    else if (choice < 11) this.memory(OTHERS);
    else if (choice < 18) this.anyRegister();
    else if (choice === 18) this.control();
    else this.branchOnCondition();
  }

  /** With [EBX+disp32]. */
  private address(escape: number, reg: number, offset: number): void {
    this.code.push(0xd8 + escape, 0x83 | (reg << 3), offset & 0xff, (offset >> 8) & 0xff, 0, 0);
  }

  private memory(operations: readonly number[]): void {
    const operation = operations[this.random.below(operations.length)]!;
    this.address(operation >> 3, operation & 7, this.random.below(OPERANDS) * OPERAND_BYTES);
    if (PUSHES.includes(operation)) this.depth++;
    if (POPS.includes(operation)) this.depth--;
  }

  private register(escape: number, modrm: number): void {
    this.code.push(0xd8 + escape, modrm);
    if (escape === 5 && modrm >> 3 === 0x1b) this.depth--;
    if (escape === 6) this.depth -= modrm === 0xd9 ? 2 : 1;
    if (escape === 1 && (modrm < 0xc8 || (modrm >= 0xe8 && modrm < 0xef))) this.depth++;
  }

  private anyRegister(): void {
    const { random } = this;
    const [escape, first, last] = FORMS[random.below(FORMS.length)]!;
    let modrm = first + random.below(last - first + 1);
    // Mostly registers that are not empty.
    if (this.depth > 0 && random.below(8) !== 0 && escape !== 1) modrm = (modrm & ~7) | random.below(Math.min(this.depth, 8));
    this.register(escape, modrm);
  }

  private control(): void {
    const { random } = this;
    switch (random.below(8)) {
      case 0:
        this.code.push(0xdb, 0xe2); // FNCLEX
        break;
      case 1:
        this.code.push(0xdf, 0xe0); // FNSTSW AX
        break;
      case 2:
        this.address(1, 6, IMAGES); // FNSTENV, FLDENV
        this.address(1, 4, IMAGES);
        break;
      case 3:
        this.address(5, 6, IMAGES); // FNSAVE, FRSTOR
        this.address(5, 4, IMAGES);
        break;
      case 4: {
        const mostly = random.below(4) === 0 ? random.below(CONTROL_WORDS.length) : 1;
        this.address(1, 5, CONTROLS + 2 * mostly); // FLDCW, FIST, FLDCW
        this.address(3, 2, random.below(OPERANDS) * OPERAND_BYTES);
        this.address(1, 5, this.usual);
        break;
      }
      default:
        this.code.push(0x9b); // FWAIT
    }
  }

  /** Pops by one of two ways. */
  private branchOnCondition(): void {
    this.code.push(0xdb, 0xf0 | this.random.below(8), 0x72, 4, 0xdd, 0xd8, 0xeb, 2, 0xdd, 0xd9); // FCOMI, JB, FSTP ST(0), JMP, FSTP ST(1)
    this.depth--;
  }
}

test("regions leave the x87 unit as the interpreter does", () => {
  const interpreter = new Machine("interpreter");
  const translator = new Machine("translator");
  const random = new Random(SEED);
  for (let i = 0; i < PROGRAMS; i++) {
    const { code } = new Program(random);
    const data = operands(random);
    expect({ i, ...(translator.execute(code, data) as object) }).toEqual({ i, ...(interpreter.execute(code, data) as object) });
  }
});
