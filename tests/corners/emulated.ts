/**
 * Runs corner cases on the interpreter, with the kernel's answer to software interrupts.
 */
import { Context, type Descriptor } from "#machine/context.ts";
import { Flag } from "#machine/cpu/flags.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { Segment } from "#machine/cpu/instruction.ts";
import { Vector } from "#machine/exit.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import type { KnownHost } from "../hardware/host.ts";
import type { Change, Situation } from "../hardware/situation.ts";
import {
  CODE,
  type CornerCase,
  type CornerResult,
  DATA,
  fill,
  HASH_START,
  hash,
  LITES_ENTRIES,
  LOW,
  PEEKS,
  type SegmentDescription,
  SegmentFlag,
} from "./layout.ts";

/** First frame of each area. */
const LOW_FRAME = 1;
const DATA_FRAME = 3;
const CODE_FRAME = 6;
/** More than any case needs. */
const BUDGET = 100_000;
/** Software interrupts that have a gate for programs. */
const TRAP_GATES: readonly number[] = [Vector.BREAKPOINT, Vector.OVERFLOW];
const GATE = 2;
const INT_LENGTH = 2;
/** Index into CornerCase.selectors of each segment register, in the processor's encoding; CS is not among them. */
const SELECTOR_INDEX: Readonly<Record<number, number>> = {
  [Segment.ES]: 0,
  [Segment.SS]: 1,
  [Segment.DS]: 2,
  [Segment.FS]: 3,
  [Segment.GS]: 4,
};
const USER_CODE = LITES_ENTRIES.userCode * 8 + 3;

function descriptor({ base, limit, flags }: SegmentDescription): Descriptor | undefined {
  if (flags === 0) return undefined;
  return {
    base,
    limit: (flags & SegmentFlag.PAGES) !== 0 ? ((limit << 12) | 0xfff) >>> 0 : limit,
    present: true,
    writable: (flags & SegmentFlag.READ_ONLY) === 0,
    expandDown: (flags & SegmentFlag.EXPAND_DOWN) !== 0,
    pages: (flags & SegmentFlag.PAGES) !== 0,
    available: (flags & SegmentFlag.USEABLE) !== 0,
  };
}

export class EmulatedProcessor {
  private readonly ram = new Ram(1 << 20, 1 << 20);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly processor = new Interpreter(this.ram, { now: () => 0 });

  constructor() {
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

  /** Index in RAM of a byte that a case names. */
  private physical(address: number): number {
    return ((this.table.get(address >>> 12) & ~0xfff) >>> 0) + (address & 0xfff);
  }

  private poke(address: number, value: number): void {
    for (let byte = 0; byte < 4; byte++) this.ram.u8[this.physical(address + byte)] = value >>> (byte * 8);
  }

  private peek(address: number): number {
    let value = 0;
    for (let byte = 0; byte < 4; byte++) value |= this.ram.u8[this.physical(address + byte)]! << (byte * 8);
    return value >>> 0;
  }

  /** @param memory bytes that are there before, besides the case's */
  run(test: CornerCase, memory?: Change["memory"]): CornerResult {
    fill(this.words(DATA_FRAME, 2), test.seed);
    fill(this.words(LOW_FRAME, 2), (test.seed + 1) | 0);
    this.ram.u8.fill(0xcc, CODE_FRAME * PAGE_SIZE, (CODE_FRAME + 2) * PAGE_SIZE);
    for (let frame = LOW_FRAME; frame < CODE_FRAME + 2; frame++) this.processor.invalidateFrame(frame);
    test.code.forEach((byte, index) => {
      if (test.eip + index < CODE + 2 * PAGE_SIZE) this.ram.u8[this.physical(test.eip + index)] = byte;
    });
    for (const [address, value] of test.pokes) this.poke(address, value);
    for (const [address, byte] of memory ?? []) this.ram.u8[this.physical(address)] = byte;
    const context = new Context();
    context.registers.set(test.registers);
    context.eflags = test.eflags;
    context.eip = test.eip;
    test.segments.forEach((segment, index) => {
      context.tls[index + 1] = descriptor(segment);
    });
    [context.es, context.ss, context.ds, context.fs, context.gs] = test.selectors as [number, number, number, number, number];
    const exit = this.processor.run(context, this.table, BUDGET);
    let { vector, errorCode } = exit;
    if (exit.kind === "software" && !TRAP_GATES.includes(vector)) {
      errorCode = vector * 8 + GATE;
      vector = Vector.GENERAL_PROTECTION;
      context.eip -= INT_LENGTH;
      context.eflags |= Flag.RF;
    }
    const peeks = Array.from({ length: PEEKS }, (_, index) => {
      const address = test.peeks[index];
      if (address === undefined) return 0;
      const value = this.peek(address);
      this.poke(address, 0);
      return value;
    });
    return {
      registers: Array.from(context.registers, (value) => value >>> 0),
      eflags: context.eflags >>> 0,
      eip: context.eip,
      selectors: [context.es, context.ss, context.ds, context.fs, context.gs],
      vector: exit.kind === "slice" ? -1 : vector,
      error: errorCode,
      address: exit.address,
      peeks,
      hash: hash(hash(HASH_START, this.words(DATA_FRAME, 2)), this.words(LOW_FRAME, 2)),
    };
  }

  /** A case for the table of facts. */
  situation(test: CornerCase, ours: CornerResult, host: KnownHost): Situation<CornerResult> {
    const selector = (segment: number): number => (segment === Segment.CS ? USER_CODE : test.selectors[SELECTOR_INDEX[segment]!]!);
    return {
      host,
      code: test.code,
      eip: test.eip,
      lead: 0,
      registers: test.registers,
      eflags: test.eflags,
      ours,
      selector,
      base: (segment) => {
        const own = LITES_ENTRIES.own.indexOf(selector(segment) >> 3);
        return own > 0 ? test.segments[own - 1]!.base : 0;
      },
      again: ({ code = test.code, eip = test.eip, registers = test.registers, eflags = test.eflags, memory }) =>
        this.run({ ...test, code: [...code], eip, registers: [...registers], eflags }, memory),
    };
  }
}
