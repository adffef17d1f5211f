/**
 * Runs instruction cases on the interpreter.
 */
import { Context, Selector } from "#machine/context.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import { CODE, DATA, FS_SEGMENT, fill, HASH_START, hash, type InstructionCase, type InstructionResult, LOW } from "./layout.ts";

/** First frame of each area. */
const LOW_FRAME = 1;
const DATA_FRAME = 3;
const CODE_FRAME = 6;
const FS_SELECTOR = (6 << 3) | 3;
/** More than any case needs: a repeated instruction of at most 64 Ki iterations. */
const BUDGET = 100_000;

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

  run(test: InstructionCase): InstructionResult {
    fill(this.words(DATA_FRAME, 2), test.seed);
    fill(this.words(LOW_FRAME, 2), (test.seed + 1) | 0);
    this.ram.u8.fill(0xcc, CODE_FRAME * PAGE_SIZE, (CODE_FRAME + 2) * PAGE_SIZE);
    for (let frame = LOW_FRAME; frame < CODE_FRAME + 2; frame++) this.processor.invalidateFrame(frame);
    test.code.forEach((byte, index) => {
      this.ram.u8[this.physical(test.eip + index)] = byte;
    });
    for (const [address, value] of test.pokes) {
      for (let byte = 0; byte < 4; byte++) this.ram.u8[this.physical(address + byte)] = value >>> (byte * 8);
    }
    const context = new Context();
    context.registers.set(test.registers);
    context.eflags = test.eflags;
    context.eip = test.eip;
    context.tls[0] = { base: FS_SEGMENT.base, limit: FS_SEGMENT.limit, present: true, writable: true };
    context.fs = test.fs === 0 ? 0 : FS_SELECTOR;
    context.ds = Selector.USER_DATA;
    const exit = this.processor.run(context, this.table, BUDGET);
    const isException = exit.kind === "exception";
    return {
      registers: Array.from(context.registers, (value) => value >>> 0),
      eflags: context.eflags >>> 0,
      eip: context.eip,
      vector: isException ? exit.vector : -1,
      error: isException ? exit.errorCode : 0,
      address: isException ? exit.address : 0,
      hash: hash(hash(HASH_START, this.words(DATA_FRAME, 2)), this.words(LOW_FRAME, 2)),
    };
  }
}
