/**
 * A processor with a few pages, for tests: code, data and stack at fixed addresses.
 */
import { Context, Register } from "#machine/context.ts";
import type { Exit } from "#machine/exit.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { type ReferenceObserver, ReferenceTracer } from "#machine/reference-tracer.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import type { Accelerator, AcceleratorHost } from "#machine/cpu/accelerator.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";

export const CODE = 0x40000000;
/** The first code page again, at another address. */
export const CODE_ALIAS = 0x50000000;
export const DATA = 0x60000000;
export const READ_ONLY = 0x60002000;
/** Nothing is mapped from here on. */
export const HOLE = 0x60003000;
export const STACK = 0x70001000;

const CODE_FRAME = 1;
const DATA_FRAME = 3;
const STACK_FRAME = 6;

export class TestMachine {
  readonly ram = new Ram(1 << 20, 1 << 20);
  readonly table = TranslationTable.create(this.ram)!;
  readonly processor: Interpreter;
  readonly context = new Context();

  /**
   * @param observer is told of all references to pages
   * @param accelerate, report see Interpreter
   */
  constructor(observer?: ReferenceObserver, accelerate?: (host: AcceleratorHost) => Accelerator, report?: (message: string) => void) {
    const tracer = observer && new ReferenceTracer(this.ram.frameCount, observer);
    tracer?.watched.fill(1);
    this.processor = new Interpreter(this.ram, { now: () => 0 }, accelerate, tracer, report);
    for (let page = 0; page < 2; page++) this.map(CODE + page * PAGE_SIZE, CODE_FRAME + page, true);
    this.map(CODE_ALIAS, CODE_FRAME, true);
    for (let page = 0; page < 2; page++) this.map(DATA + page * PAGE_SIZE, DATA_FRAME + page, true);
    this.map(READ_ONLY, DATA_FRAME + 2, false);
    this.map(STACK - PAGE_SIZE, STACK_FRAME, true);
    this.context.eip = CODE;
    this.context.registers[Register.ESP] = STACK;
    // INT3 everywhere, so that a stray jump ends the run.
    this.ram.u8.fill(0xcc, CODE_FRAME * PAGE_SIZE, (CODE_FRAME + 2) * PAGE_SIZE);
  }

  map(address: number, frame: number, writable: boolean): void {
    this.table.map(address >>> 12, frame, writable);
  }

  /** Index in RAM of a mapped address. */
  physical(address: number): number {
    return ((this.table.get(address >>> 12) & ~0xfff) >>> 0) + (address & 0xfff);
  }

  /** Writes bytes behind the processor's back, and tells it. */
  write(address: number, ...bytes: number[]): void {
    bytes.forEach((byte, index) => {
      const at = this.physical(address + index);
      this.ram.u8[at] = byte;
      this.processor.invalidateFrame(at >>> 12);
    });
  }

  read32(address: number): number {
    let value = 0;
    for (let byte = 0; byte < 4; byte++) value |= this.ram.u8[this.physical(address + byte)]! << (byte * 8);
    return value >>> 0;
  }

  run(budget = 1000): Exit {
    return this.processor.run(this.context, this.table, budget);
  }

  /** Puts code at CODE and runs it from there. */
  execute(code: readonly number[], budget = 1000): Exit {
    this.write(CODE, ...code);
    this.context.eip = CODE;
    return this.run(budget);
  }

  get(register: keyof typeof Register): number {
    return this.context.registers[Register[register]]! >>> 0;
  }

  set(register: keyof typeof Register, value: number): void {
    this.context.registers[Register[register]] = value;
  }
}
