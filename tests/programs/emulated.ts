/**
 * Runs programs on the emulated processor, answering faults as runner.c does.
 */
import { Context } from "#machine/context.ts";
import { type ClockedProcessor, createProcessor, type Engine } from "#machine/engine.ts";
import { Vector } from "#machine/exit.ts";
import { Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import {
  ALIAS,
  ARENA,
  ARENA_PAGES,
  CODE,
  CODE_PAGES,
  COUNTERS,
  FLAGS_DEFINED,
  fill,
  HASH_START,
  hashWords,
  MAX_FAULTS,
  mix,
  type Outcome,
  PAGE_SIZE,
  type Program,
  STACK,
  STACK_PAGES,
  TABLES,
  UNITS_BYTES,
} from "./layout.ts";

const CODE_FRAME = 1;
const ARENA_FRAME = CODE_FRAME + CODE_PAGES;
const COUNTERS_FRAME = ARENA_FRAME + ARENA_PAGES + 1;
const TABLES_FRAME = COUNTERS_FRAME + 1;
const STACK_FRAME = TABLES_FRAME + 1;
const END_FRAME = STACK_FRAME + STACK_PAGES;
/** Slices end at odd places, where budgets must be exact. */
const SLICE = 9973;
const MAX_INSTRUCTIONS = 20_000_000;
const FAULT_FLAGS = 0xcd5;
const ARITHMETIC_FLAGS = 0x8d5;
const PAGE_FAULT_BITS = 7;
const INITIAL_CONTROL = 0x37f;
const INITIAL_MXCSR = 0x1f80;

export interface EmulatedOutcome extends Outcome {
  /** Instructions executed, which all engines must agree on. */
  instructions: number;
}

export class EmulatedProcessor {
  private readonly ram = new Ram(END_FRAME * PAGE_SIZE, 4 << 20);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly processor: ClockedProcessor;

  /** @param create makes the processor for the memory */
  constructor(engine: Engine, create: (ram: Ram) => ClockedProcessor = (ram) => createProcessor(engine, ram, { now: () => 0 })) {
    this.processor = create(this.ram);
    const map = (address: number, frame: number, pages: number, isWritable: boolean): void => {
      for (let page = 0; page < pages; page++) this.table.map((address >>> 12) + page, frame + page, isWritable);
    };
    map(CODE, CODE_FRAME, CODE_PAGES, true);
    map(ALIAS, CODE_FRAME, CODE_PAGES, true);
    map(ARENA, ARENA_FRAME, ARENA_PAGES, true);
    map(ARENA + ARENA_PAGES * PAGE_SIZE, ARENA_FRAME + ARENA_PAGES, 1, false);
    map(COUNTERS, COUNTERS_FRAME, 1, true);
    map(TABLES, TABLES_FRAME, 1, false);
    map(STACK, STACK_FRAME, STACK_PAGES, true);
  }

  private bytes(frame: number, pages: number): Uint8Array {
    return this.ram.u8.subarray(frame * PAGE_SIZE, (frame + pages) * PAGE_SIZE);
  }

  private words(frame: number, pages: number): Int32Array {
    return this.ram.i32.subarray((frame * PAGE_SIZE) >> 2, ((frame + pages) * PAGE_SIZE) >> 2);
  }

  private load(program: Program): Context {
    this.bytes(CODE_FRAME, CODE_PAGES).fill(0xcc);
    this.bytes(CODE_FRAME, CODE_PAGES).set(program.code);
    this.words(TABLES_FRAME, 1).fill(0);
    this.words(TABLES_FRAME, 1).set(program.tables);
    this.words(COUNTERS_FRAME, 1).fill(0);
    this.words(STACK_FRAME, STACK_PAGES).fill(0);
    fill(this.words(ARENA_FRAME, ARENA_PAGES), program.seed);
    for (let frame = CODE_FRAME; frame < END_FRAME; frame++) this.processor.invalidateFrame(frame);
    const context = new Context();
    context.registers.set(program.registers);
    context.eip = CODE + program.entry;
    return context;
  }

  /** @param slice instructions that the processor runs at a time */
  run(program: Program, slice = SLICE): EmulatedOutcome {
    const { processor } = this;
    const context = this.load(program);
    const start = processor.instructions;
    let faults = 0;
    let faultHash = HASH_START;
    let vector = -1;
    while (vector < 0 && processor.instructions - start < MAX_INSTRUCTIONS) {
      const exit = processor.run(context, this.table, slice);
      if (exit.kind === "slice") continue;
      const at = (context.eip - CODE) >>> 0;
      const entry = program.skip[at] ?? 0;
      if (exit.kind === "software" || exit.vector === Vector.BREAKPOINT || entry === 0 || faults === MAX_FAULTS) {
        vector = exit.vector;
        if (vector !== Vector.BREAKPOINT && (entry & FLAGS_DEFINED) === 0) context.eflags &= ~ARITHMETIC_FLAGS;
        continue;
      }
      faults++;
      const isPageFault = exit.vector === Vector.PAGE_FAULT;
      faultHash = mix(mix(faultHash, exit.vector), at);
      faultHash = mix(faultHash, isPageFault ? exit.errorCode & PAGE_FAULT_BITS : exit.errorCode);
      faultHash = mix(faultHash, isPageFault ? exit.address : 0);
      faultHash = mix(faultHash, (entry & FLAGS_DEFINED) === 0 ? 0 : context.eflags & FAULT_FLAGS);
      for (const register of context.registers) faultHash = mix(faultHash, register);
      context.eip += entry & ~FLAGS_DEFINED;
    }
    processor.flushFloatingPoint(context);
    const outcome = {
      registers: Array.from(context.registers, (value) => value >>> 0),
      eflags: context.eflags,
      eip: context.eip >>> 0,
      vector,
      faults,
      faultHash: faultHash >>> 0,
      memoryHash: hashWords(hashWords(HASH_START, this.words(ARENA_FRAME, ARENA_PAGES)), this.words(CODE_FRAME, CODE_PAGES)) >>> 0,
      units: context.floatingPoint?.slice(0, UNITS_BYTES) ?? initialUnits(),
      instructions: processor.instructions - start,
    };
    processor.release(context);
    return outcome;
  }
}

function initialUnits(): Uint8Array {
  const units = new Uint8Array(UNITS_BYTES);
  const view = new DataView(units.buffer);
  view.setUint16(0, INITIAL_CONTROL, true);
  view.setUint16(24, INITIAL_MXCSR, true);
  return units;
}
