/**
 * Runs instruction cases on the emulated processor.
 */
import { Context, Selector } from "#machine/context.ts";
import { createProcessor, type Engine } from "#machine/engine.ts";
import { type Exit, Vector } from "#machine/exit.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import { Segment } from "#machine/cpu/instruction.ts";
import type { KnownHost } from "../hardware/host.ts";
import type { Change, Situation } from "../hardware/situation.ts";
import {
  CODE,
  DATA,
  dataPattern,
  FS_SEGMENT,
  fill,
  HASH_START,
  hash,
  type InstructionCase,
  type InstructionResult,
  LOW,
  lowPattern,
  READ_ONLY_SEGMENT,
  SELECTORS,
  SelectorKind,
} from "./layout.ts";
import { loadUnits, storeUnits } from "./units.ts";

/** First frame of each area. */
const LOW_FRAME = 1;
const DATA_FRAME = 3;
const CODE_FRAME = 6;
/** More than any case needs: a repeated instruction of at most 64 Ki iterations. */
const BUDGET = 100_000;
/** Error code of INT n without a gate for user mode: the entry of the interrupt table. */
const gateError = (vector: number): number => vector * 8 + 2;

export class EmulatedProcessor {
  private readonly ram = new Ram(1 << 20, 1 << 20);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly processor;
  private readonly data = this.words(DATA_FRAME, 2);
  private readonly low = this.words(LOW_FRAME, 2);

  constructor(engine: Engine) {
    this.processor = createProcessor(engine, this.ram, { now: () => 0 });
    for (let page = 0; page < 2; page++) {
      this.table.map((LOW >>> 12) + page, LOW_FRAME + page, true);
      this.table.map((DATA >>> 12) + page, DATA_FRAME + page, true);
      this.table.map((CODE >>> 12) + page, CODE_FRAME + page, true);
    }
    this.table.map((DATA >>> 12) + 2, DATA_FRAME + 2, false);
    fill(this.words(DATA_FRAME + 2, 1), 1);
  }

  private words(frame: number, pages: number): Int32Array {
    return this.ram.i32.subarray((frame * PAGE_SIZE) >> 2, ((frame + pages) * PAGE_SIZE) >> 2);
  }

  private poke(address: number, byte: number): void {
    const physical = ((this.table.get(address >>> 12) & ~0xfff) >>> 0) + (address & 0xfff);
    this.ram.u8[physical] = byte;
  }

  /** Fills memory and makes the context of a case. */
  private prepare(test: InstructionCase, memory: Change["memory"]): Context {
    this.data.set(dataPattern(test.seed));
    this.low.set(lowPattern(test.seed));
    this.ram.u8.fill(0xcc, CODE_FRAME * PAGE_SIZE, (CODE_FRAME + 2) * PAGE_SIZE);
    for (let frame = LOW_FRAME; frame < CODE_FRAME + 2; frame++) this.processor.invalidateFrame(frame);
    test.code.forEach((byte, index) => this.poke(test.eip + index, byte));
    for (const [address, value] of test.pokes) {
      for (let byte = 0; byte < 4; byte++) this.poke(address + byte, value >>> (byte * 8));
    }
    for (const [address, byte] of memory ?? []) this.poke(address, byte);
    const context = new Context();
    context.registers.set(test.registers);
    context.eflags = test.eflags;
    context.eip = test.eip;
    context.tls[0] = {
      base: FS_SEGMENT.base,
      limit: FS_SEGMENT.limit,
      present: true,
      writable: true,
      expandDown: false,
      pages: false,
      available: true,
    };
    context.tls[1] = {
      base: READ_ONLY_SEGMENT.base,
      limit: READ_ONLY_SEGMENT.limit,
      present: true,
      writable: false,
      expandDown: false,
      pages: false,
      available: true,
    };
    context.fs = fsOf(test);
    context.ds = Selector.USER_DATA;
    loadUnits(context, test.units);
    if (test.selector !== 0) this.putSelector(test, context);
    return context;
  }

  private putSelector(test: InstructionCase, context: Context): void {
    const selector = SELECTORS[test.selector & 0xff]! | (test.selector >> 8);
    const place = test.selectorPlace;
    if (place < 8) {
      context.registers[place] = (context.registers[place]! & ~0xffff) | selector;
    } else {
      this.poke(place, selector);
      this.poke(place + 1, selector >> 8);
    }
  }

  /** @param memory bytes that are there before, besides the case's */
  run(test: InstructionCase, memory?: Change["memory"]): InstructionResult {
    const context = this.prepare(test, memory);
    const exit = this.processor.run(context, this.table, BUDGET);
    for (let byte = 0; byte < test.blank[1]; byte++) this.poke(test.blank[0] + byte, 0);
    const result: InstructionResult = {
      registers: Array.from(context.registers, (value) => value >>> 0),
      eflags: context.eflags >>> 0,
      eip: context.eip,
      ...outcome(exit),
      hash: hash(hash(HASH_START, this.data, dataPattern(test.seed)), this.low, lowPattern(test.seed)),
      segments: ((context.ds & 0xff) | ((context.es & 0xff) << 8) | ((context.fs & 0xff) << 16) | ((context.gs & 0xff) << 24)) >>> 0,
      units: storeUnits(this.processor, context),
    };
    // INT n is a fault of the instruction where the kernel has no gate.
    if (exit.kind === "software" && result.vector === Vector.GENERAL_PROTECTION) result.eip = test.eip + test.lead;
    this.processor.release(context);
    return result;
  }

  /** A case for the table of facts. */
  situation(test: InstructionCase, ours: InstructionResult, host: KnownHost): Situation<InstructionResult> {
    const selectors: Readonly<Record<number, number>> = {
      [Segment.CS]: Selector.USER_CODE,
      [Segment.FS]: fsOf(test),
      [Segment.GS]: 0,
    };
    return {
      host,
      code: test.code,
      eip: test.eip,
      lead: test.lead,
      registers: test.registers,
      eflags: test.eflags,
      ours,
      selector: (segment) => selectors[segment] ?? Selector.USER_DATA,
      base: (segment) => (segment === Segment.FS && test.fs === 1 ? FS_SEGMENT.base : 0),
      again: ({ code = test.code, eip, registers = test.registers, eflags = test.eflags, memory }) => {
        const place = eip === undefined ? { eip: test.eip, lead: test.lead } : { eip, lead: 0 };
        return this.run({ ...test, ...place, code: [...code], registers: [...registers], eflags }, memory);
      },
    };
  }
}

function fsOf(test: InstructionCase): number {
  return test.fs === 0 ? 0 : SELECTORS[SelectorKind.SEGMENT] | 3;
}

/** What the processor reports, with software interrupts as the gates of Linux answer them. */
function outcome(exit: Exit): { vector: number; error: number; address: number } {
  if (exit.kind === "exception") return { vector: exit.vector, error: exit.errorCode, address: exit.address };
  if (exit.kind === "slice") return { vector: -1, error: 0, address: 0 };
  if (exit.vector === Vector.BREAKPOINT || exit.vector === Vector.OVERFLOW) return { vector: exit.vector, error: 0, address: 0 };
  return { vector: Vector.GENERAL_PROTECTION, error: gateError(exit.vector), address: 0 };
}
