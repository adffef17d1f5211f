/**
 * Two processors for tests: the interpreter, and the translator that translates everything at once. Both get the same
 * program, data and registers, and must never differ, neither in what they leave nor in where a slice ends.
 */
import { Context, Register } from "#machine/context.ts";
import { type ClockedProcessor, createProcessor, type Engine } from "#machine/engine.ts";
import type { Exit } from "#machine/exit.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";

export const CODE = 0x40000000;
/** Two pages that can be written, one that cannot, and then none. */
export const DATA = 0x60000000;
export const HOLE = DATA + 3 * PAGE_SIZE;
const STACK = 0x70001000;

const CODE_FRAME = 1;
const DATA_FRAME = 3;
const DATA_PAGES = 3;
const STACK_FRAME = 6;
const ARENA = 64 << 20;
/** Frame of a page of data: what follows one in the address space does not in memory. */
const frameOf = (page: number): number => DATA_FRAME + ((2 * page) % DATA_PAGES);

/** Slices after which a program is given up. */
const MAX_SLICES = 400;

export interface Start {
  readonly code: readonly number[];
  readonly registers: readonly number[];
  /** Unless it is the page of the stack. */
  readonly esp?: number;
  readonly eflags: number;
  /** Fills the data pages. */
  readonly data: Uint8Array;
  /** Whether the data pages are as if just mapped: the first access to each takes the slow path. */
  readonly isFresh: boolean;
}

/** All that a program can have changed. */
interface State {
  readonly exit: Exit;
  readonly eip: number;
  readonly eflags: number;
  readonly registers: readonly number[];
  readonly instructions: number;
}

class Machine {
  private readonly ram = new Ram(1 << 20, ARENA);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly context = new Context();
  private readonly processor: ClockedProcessor;

  constructor(engine: Engine) {
    this.processor = createProcessor(engine, this.ram, { now: () => 0 });
    for (let page = 0; page < 2; page++) this.table.map((CODE >>> 12) + page, CODE_FRAME + page, true);
    this.table.map((STACK - PAGE_SIZE) >>> 12, STACK_FRAME, true);
    for (let page = 0; page < DATA_PAGES; page++) this.mapData(page);
  }

  private mapData(page: number): void {
    this.table.map((DATA >>> 12) + page, frameOf(page), page < DATA_PAGES - 1);
  }

  start({ code, registers, esp, eflags, data, isFresh }: Start): void {
    const { context, ram } = this;
    // INT3 everywhere, so that a program ends behind its last instruction.
    for (let page = 0; page < 2; page++) {
      ram.frame(CODE_FRAME + page).fill(0xcc);
      this.processor.invalidateFrame(CODE_FRAME + page);
    }
    ram.frame(CODE_FRAME).set(code);
    for (let page = 0; page < DATA_PAGES; page++) {
      if (isFresh) this.mapData(page);
      ram.frame(frameOf(page)).set(data.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    }
    ram.frame(STACK_FRAME).fill(0);
    context.registers.set(registers);
    context.registers[Register.ESP] = esp ?? STACK - 64;
    context.eip = CODE;
    context.eflags = eflags;
    this.processor.instructions = 0;
  }

  run(budget: number): State {
    const { context } = this;
    const exit = { ...this.processor.run(context, this.table, budget) };
    const { instructions } = this.processor;
    return { exit, eip: context.eip, eflags: context.eflags, registers: [...context.registers], instructions };
  }

  /** Data and stack. */
  memory(): Uint8Array {
    return this.ram.u8.subarray(DATA_FRAME * PAGE_SIZE, (STACK_FRAME + 1) * PAGE_SIZE);
  }
}

export class Engines {
  private readonly interpreter = new Machine("interpreter");
  private readonly translator = new Machine("translator");

  /**
   * Runs a program on both in slices until an exit.
   * @param slice instructions of a slice
   * @returns a description of the first difference, or undefined
   */
  difference(start: Start, slice: number): string | undefined {
    this.interpreter.start(start);
    this.translator.start(start);
    for (let turn = 0; turn < MAX_SLICES; turn++) {
      const expected = this.interpreter.run(slice);
      const actual = this.translator.run(slice);
      const [left, right] = [expected, actual].map(describe);
      if (left !== right) return `slice ${turn} of ${slice}:\ninterpreter ${left}\ntranslator  ${right}`;
      if (expected.exit.kind !== "slice") break;
    }
    const memory = this.translator.memory();
    const at = this.interpreter.memory().findIndex((byte, index) => byte !== memory[index]);
    return at < 0 ? undefined : `memory differs at byte ${at} of data and stack`;
  }
}

function describe({ exit, eip, eflags, registers, instructions }: State): string {
  const values = registers.map((value) => (value >>> 0).toString(16)).join(" ");
  const reason = `${exit.kind} ${exit.vector} ${exit.errorCode} ${exit.address.toString(16)}`;
  return `${reason} eip ${eip.toString(16)} eflags ${eflags.toString(16)} registers ${values} instructions ${instructions}`;
}
