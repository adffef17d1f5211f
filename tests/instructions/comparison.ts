/**
 * Compares outcomes of instruction cases, except for what masks.ts names.
 */
import type { InstructionCase, InstructionResult } from "./layout.ts";
import { type Mask, maskOf, overwrittenFlags, subject } from "./masks.ts";
import { Image, view } from "./units.ts";

/** Flags that mean something to a user program, without RF, which only the frame of a fault shows. */
const COMPARED_FLAGS = 0x24_4fd5;
const PAGE_FAULT_BITS = 7;
const PAGE_FAULT = 14;
const GENERAL_PROTECTION = 13;
const REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/* Status word: rounded up, underflow, exponent of a number at which underflow begins. */
const C1 = 0x200;
const UE = 0x10;
const SMALLEST_EXPONENT = 1;

/** The differences in words; empty when there are none. */
export function differences(test: InstructionCase, expected: InstructionResult, actual: InstructionResult): string[] {
  const mask = maskOf(test);
  const found: string[] = [];
  const compare = (name: string, wanted: number, got: number): void => {
    if (wanted !== got) found.push(`${name}: expected ${wanted.toString(16)}, got ${got.toString(16)}`);
  };
  compare("vector", expected.vector, actual.vector);
  const errorBits = expected.vector === PAGE_FAULT ? PAGE_FAULT_BITS : 0xffff;
  compare("error", expected.error & errorBits, actual.error & errorBits);
  compare("address", expected.address, actual.address);
  compare("eip", expected.eip, actual.eip);
  if (mask.partial && (expected.vector === PAGE_FAULT || expected.vector === GENERAL_PROTECTION)) return found;
  REGISTERS.forEach((name, register) => compare(name, expected.registers[register]!, actual.registers[register]!));
  const flags = COMPARED_FLAGS & ~overwrittenFlags(test, expected, mask.flags);
  compare("eflags", expected.eflags & flags, actual.eflags & flags);
  compare("segments", expected.segments, actual.segments);
  compare("memory", expected.hash, actual.hash);
  if (Buffer.compare(expected.units, actual.units) !== 0) compareUnits(expected.units, actual.units, test.units, mask, compare, found);
  return found;
}

function compareUnits(
  expected: Uint8Array,
  actual: Uint8Array,
  before: Uint8Array,
  mask: Mask,
  compare: (name: string, wanted: number, got: number) => void,
  found: string[],
): void {
  const wanted = view(expected);
  const got = view(actual);
  const smallest = (wanted.getUint16(Image.ST + 8, true) & 0x7fff) <= SMALLEST_EXPONENT;
  const status = mask.transcendental ? ~(C1 | (smallest ? UE : 0)) : ~0;
  compare("control word", wanted.getUint16(Image.CONTROL, true), got.getUint16(Image.CONTROL, true));
  compare("status word", wanted.getUint16(Image.STATUS, true) & status, got.getUint16(Image.STATUS, true) & status);
  compare("tags", expected[Image.TAGS]!, actual[Image.TAGS]!);
  compare("mxcsr", wanted.getUint32(Image.MXCSR, true), got.getUint32(Image.MXCSR, true));
  for (let i = 0; i < 8; i++) {
    const a = significantBits(wanted, i);
    const b = significantBits(got, i);
    const distance = a - b;
    if (distance !== 0n && !(mask.transcendental && distance >= -1n && distance <= 1n)) {
      found.push(`st${i}: expected ${a.toString(16)}, got ${b.toString(16)}`);
    }
  }
  for (let word = 0; word < 32; word++) {
    const at = Image.XMM + 4 * word;
    const a = wanted.getUint32(at, true);
    const b = got.getUint32(at, true);
    const isClose =
      mask.error > 0 &&
      a !== view(before).getUint32(at, true) &&
      areClose(wanted.getFloat32(at, true), got.getFloat32(at, true), mask.error);
    if (!isClose) compare(`xmm${word >> 2}[${word & 3}]`, a, b);
  }
}

/** Sign, exponent and significand as one integer, in which neighbours in magnitude are neighbours where both are normal. */
function significantBits(image: DataView, i: number): bigint {
  const exponent = BigInt(image.getUint16(Image.ST + 16 * i + 8, true));
  return (exponent << 64n) | image.getBigUint64(Image.ST + 16 * i, true);
}

/** Both within `error` of the same value. */
function areClose(a: number, b: number, error: number): boolean {
  return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= 2 * error * Math.max(Math.abs(a), Math.abs(b));
}

/** A case in words: its instructions and where they differ from what is expected. */
export function describe(test: InstructionCase, found: readonly string[]): string {
  const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const { length, row } = subject(test);
  const behind = test.code.slice(test.lead + length);
  const around = `${test.lead > 0 ? `[${hex(test.code.slice(0, test.lead))}] ` : ""}${hex(test.code.slice(test.lead, test.lead + length))}${
    behind.length > 0 ? ` [${hex(behind)}]` : ""
  }`;
  return `${row.mnemonic} ${around}: ${found.join("; ")}`;
}
