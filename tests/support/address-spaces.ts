/**
 * Two processors for tests of what happens around regions: the interpreter, and one that translates by any policy.
 * Both have two
 * address spaces, in which frames of code are mapped at several addresses, as a library is in several processes, and
 * lose translations now and then.
 */
import { Context, Register } from "#machine/context.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import type { Random } from "#machine/translator/runtime/x87-test-values.ts";
import { DATA, type Start } from "./engines.ts";
import { type Policy, Translator } from "#machine/translator/translator.ts";

const STACK = 0x70001000;
const STACK_FRAME = 6;
const DATA_FRAME = 3;
const DATA_PAGES = 3;
const CODE_FRAME = 1;
/** Has what the second frame of code has. */
const TWIN_FRAME = 7;
const WRITABLE_DATA_PAGES = 2;

/** An address of the code in an address space: frames of its two pages. */
interface Mapping {
  readonly space: 0 | 1;
  readonly base: number;
  readonly frames: readonly [number, number];
}

const MAPPINGS: readonly Mapping[] = [
  { space: 0, base: 0x40000000, frames: [CODE_FRAME, CODE_FRAME + 1] },
  { space: 0, base: 0x40007000, frames: [CODE_FRAME, CODE_FRAME + 1] },
  { space: 1, base: 0x40000000, frames: [CODE_FRAME, TWIN_FRAME] },
  { space: 1, base: 0x5a7c3000, frames: [CODE_FRAME, CODE_FRAME + 1] },
];

class Machine {
  private readonly ram = new Ram(1 << 20, 64 << 20);
  private readonly spaces = [TranslationTable.create(this.ram)!, TranslationTable.create(this.ram)!] as const;
  private readonly context = new Context();
  private readonly processor: Interpreter;

  constructor(policy: Policy | undefined) {
    const { ram } = this;
    this.processor = new Interpreter(ram, { now: () => 0 }, policy && ((host) => new Translator(ram, host, policy)));
    for (const table of this.spaces) {
      table.map((STACK - PAGE_SIZE) >>> 12, STACK_FRAME, true);
      for (let page = 0; page < DATA_PAGES; page++) table.map((DATA >>> 12) + page, DATA_FRAME + page, page < WRITABLE_DATA_PAGES);
    }
    for (const mapping of MAPPINGS) for (const page of [0, 1] as const) this.map(mapping, page);
  }

  /** The first access to a page that was mapped takes the slow path. */
  map({ space, base, frames }: Mapping, page: 0 | 1): void {
    this.spaces[space].map((base >>> 12) + page, frames[page], true);
  }

  /** @param offset of the code in its first page */
  load(code: readonly number[], offset: number): void {
    const pages = new Uint8Array(2 * PAGE_SIZE).fill(0xcc);
    pages.set(code, offset);
    const first = pages.subarray(0, PAGE_SIZE);
    const second = pages.subarray(PAGE_SIZE);
    for (const [frame, bytes] of [
      [CODE_FRAME, first],
      [CODE_FRAME + 1, second],
      [TWIN_FRAME, second],
    ] as const) {
      this.ram.frame(frame).set(bytes);
      this.processor.invalidateFrame(frame);
    }
  }

  start({ registers, esp, eflags, data }: Start, eip: number): void {
    const { context, ram } = this;
    for (let page = 0; page < DATA_PAGES; page++) {
      ram.frame(DATA_FRAME + page).set(data.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    }
    ram.frame(STACK_FRAME).fill(0);
    context.registers.set(registers);
    context.registers[Register.ESP] = esp ?? STACK - 64;
    context.eip = eip;
    context.eflags = eflags;
    this.processor.instructions = 0;
  }

  /** @returns what a program can have changed in registers, and whether the slice was used up */
  run(space: 0 | 1, budget: number): { state: string; isSlice: boolean } {
    const { context, processor } = this;
    const { kind, vector, errorCode, address } = processor.run(context, this.spaces[space], budget);
    const { eip, eflags, registers } = context;
    const values = [vector, errorCode, address, eip, eflags, ...registers].map((value) => (value >>> 0).toString(16));
    return { state: `${kind} ${values.join(" ")} instructions ${processor.instructions}`, isSlice: kind === "slice" };
  }

  /** What a program can have changed in memory and the x87 unit. */
  rest(): readonly Uint8Array[] {
    this.processor.flushFloatingPoint(this.context);
    const memory = this.ram.u8.subarray(DATA_FRAME * PAGE_SIZE, (STACK_FRAME + 1) * PAGE_SIZE);
    return [memory, this.context.floatingPoint ?? new Uint8Array()];
  }
}

/** How often a program is run, and slices after which it is given up. */
const RUNS = 12;
const MAX_SLICES = 300;

export class Spaces {
  private readonly interpreter = new Machine(undefined);
  private readonly translator: Machine;

  constructor(policy: Policy) {
    this.translator = new Machine(policy);
  }

  /**
   * Runs a program several times on both, at random addresses, in random slices.
   * @param longest slice, in instructions
   * @returns a description of the first difference, or undefined
   */
  difference(random: Random, start: Start, longest: number): string | undefined {
    const both = [this.interpreter, this.translator];
    const offset = random.below(3) === 0 ? PAGE_SIZE - 1 - random.below(Math.min(start.code.length, PAGE_SIZE - 1)) : random.below(64);
    for (const machine of both) machine.load(start.code, offset);
    for (let run = 0; run < RUNS; run++) {
      const mapping = MAPPINGS[random.below(MAPPINGS.length)]!;
      for (const machine of both) machine.start(start, mapping.base + offset);
      const trail: number[] = [];
      for (let isSlice = true; isSlice && trail.length < MAX_SLICES; ) {
        const slice = 1 + random.below(longest);
        trail.push(slice);
        const results = both.map((machine) => machine.run(mapping.space, slice));
        const [expected, actual] = results;
        isSlice = expected!.isSlice;
        if (expected!.state !== actual!.state)
          return `run ${run} at ${mapping.base.toString(16)}+${offset}, slices ${trail.join(" ")}:\ninterpreter ${expected!.state}\ntranslator  ${actual!.state}`;
        if (random.below(6) === 0) {
          const page = random.below(2) === 0 ? 0 : 1;
          for (const machine of both) machine.map(mapping, page);
        }
      }
      const rest = this.translator.rest();
      if (this.interpreter.rest().some((bytes, part) => bytes.some((byte, index) => byte !== rest[part]![index])))
        return `run ${run}, slices ${trail.join(" ")}: memory or x87 unit differ`;
    }
    return undefined;
  }
}
