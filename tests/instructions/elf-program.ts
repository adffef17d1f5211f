/**
 * A static i386 program on the bare processor, without kernel: for tests and measurements.
 *
 * `int 0x80` is answered here: exit (1) and write (4) only, with Linux's registers.
 */
import { Context, Register } from "#machine/context.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";

const STACK_TOP = 0xbf000000;
const STACK_PAGES = 64;
const PT_LOAD = 1;
const EXIT = 1;
const WRITE = 4;
const SLICE = 100_000;

export interface ProgramResult {
  /** Exit status, or -1 when the program ended with an exception. */
  status: number;
  output: string;
  instructions: number;
  /** Text of the exception. */
  exception: string;
}

/** Loads the segments of an ELF file and returns its entry point. */
function loadElf(image: Uint8Array, ram: Ram, table: TranslationTable, nextFrame: () => number): number {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const headers = view.getUint32(28, true);
  const count = view.getUint16(44, true);
  for (let header = headers; header < headers + count * 32; header += 32) {
    if (view.getUint32(header, true) !== PT_LOAD) continue;
    const offset = view.getUint32(header + 4, true);
    const address = view.getUint32(header + 8, true);
    const fileSize = view.getUint32(header + 16, true);
    const memorySize = view.getUint32(header + 20, true);
    const isWritable = (view.getUint32(header + 24, true) & 2) !== 0;
    for (let page = address >>> 12; page <= (address + memorySize - 1) >>> 12; page++) {
      if ((table.get(page) & ~0xfff) === 0) table.map(page, nextFrame(), isWritable);
    }
    for (let byte = 0; byte < fileSize; byte++) {
      const at = address + byte;
      ram.u8[(table.get(at >>> 12) & ~0xfff) + (at & 0xfff)] = image[offset + byte]!;
    }
  }
  return view.getUint32(24, true);
}

export function runProgram(image: Uint8Array, limit = Number.POSITIVE_INFINITY): ProgramResult {
  const ram = new Ram(32 << 20);
  const table = TranslationTable.create(ram)!;
  let frames = 1;
  const nextFrame = (): number => frames++;
  const context = new Context();
  context.eip = loadElf(image, ram, table, nextFrame);
  for (let page = 1; page <= STACK_PAGES; page++) table.map((STACK_TOP >>> 12) - page, nextFrame(), true);
  context.registers[Register.ESP] = STACK_TOP - PAGE_SIZE;
  const processor = new Interpreter(ram, { now: () => 0 });
  processor.clock = { now: () => processor.instructions * 10 };
  let output = "";
  while (processor.instructions < limit) {
    const exit = processor.run(context, table, SLICE);
    const r = context.registers;
    if (exit.kind === "exception") {
      const exception = `vector ${exit.vector} error ${exit.errorCode} address ${exit.address.toString(16)} eip ${context.eip.toString(16)}`;
      return { status: -1, output, instructions: processor.instructions, exception };
    }
    if (exit.kind !== "software") continue;
    if (r[Register.EAX] === EXIT) {
      return { status: r[Register.EBX]! & 0xff, output, instructions: processor.instructions, exception: "" };
    }
    if (r[Register.EAX] === WRITE) {
      for (let byte = 0; byte < r[Register.EDX]!; byte++) {
        const at = (r[Register.ECX]! + byte) >>> 0;
        output += String.fromCharCode(ram.u8[(table.get(at >>> 12) & ~0xfff) + (at & 0xfff)]!);
      }
      r[Register.EAX] = r[Register.EDX]!;
    } else {
      r[Register.EAX] = -38;
    }
  }
  return { status: -1, output, instructions: processor.instructions, exception: "limit" };
}
