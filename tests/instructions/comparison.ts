/**
 * Compares outcomes of instruction cases, except for what masks.ts names and what a host's column in the table of facts leaves open.
 */
import { mismatch } from "../hardware/facts.ts";
import { type KnownHost, RECORDED } from "../hardware/host.ts";
import type { Open } from "../hardware/situation.ts";
import { areApproximations, areTranscendentals, type Extended } from "../hardware/tolerance.ts";
import type { EmulatedProcessor } from "./emulated.ts";
import type { InstructionCase, InstructionResult } from "./layout.ts";
import { maskOf, overwrittenFlags, subject } from "./masks.ts";
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

/**
 * The differences in words; empty when there are none.
 *
 * @param host whose result is expected
 * @param open what it leaves open
 */
export function differences(
  test: InstructionCase,
  expected: InstructionResult,
  actual: InstructionResult,
  host: KnownHost = RECORDED,
  open: Open = {},
): string[] {
  const mask = maskOf(test);
  const found: string[] = [];
  const compare = (name: string, wanted: number, got: number): void => {
    if (wanted !== got) found.push(`${name}: expected ${wanted.toString(16)}, got ${got.toString(16)}`);
  };
  if (open.exit !== true) {
    compare("vector", expected.vector, actual.vector);
    const errorBits = expected.vector === PAGE_FAULT ? PAGE_FAULT_BITS : 0xffff;
    compare("error", expected.error & errorBits, actual.error & errorBits);
    compare("address", expected.address, actual.address);
    compare("eip", expected.eip, actual.eip);
  }
  if (mask.partial && (expected.vector === PAGE_FAULT || expected.vector === GENERAL_PROTECTION)) return found;
  REGISTERS.forEach((name, register) => {
    if ((((open.registers ?? 0) >> register) & 1) === 0) compare(name, expected.registers[register]!, actual.registers[register]!);
  });
  const flags = COMPARED_FLAGS & ~overwrittenFlags(test, expected, mask.flags) & ~(open.flags ?? 0);
  compare("eflags", expected.eflags & flags, actual.eflags & flags);
  compare("segments", expected.segments, actual.segments);
  if (open.memory !== true) compare("memory", expected.hash, actual.hash);
  if (Buffer.compare(expected.units, actual.units) !== 0) compareUnits(test, expected.units, actual.units, host, compare, found);
  return found;
}

/**
 * How the result of a host differs from its column in the table of facts, in words.
 *
 * @param processor that has given `actual`
 */
export function hostDifferences(
  test: InstructionCase,
  expected: InstructionResult,
  actual: InstructionResult,
  host: KnownHost,
  processor: EmulatedProcessor,
): string[] {
  return mismatch(processor.situation(test, actual, host), ({ ending, open }) => differences(test, expected, ending, host, open));
}

function compareUnits(
  test: InstructionCase,
  expected: Uint8Array,
  actual: Uint8Array,
  host: KnownHost,
  compare: (name: string, wanted: number, got: number) => void,
  found: string[],
): void {
  const { transcendental, approximated } = maskOf(test);
  const wanted = view(expected);
  const got = view(actual);
  const smallest = (wanted.getUint16(Image.ST + 8, true) & 0x7fff) <= SMALLEST_EXPONENT;
  const status = transcendental.length > 0 ? ~(C1 | (smallest ? UE : 0)) : ~0;
  compare("control word", wanted.getUint16(Image.CONTROL, true), got.getUint16(Image.CONTROL, true));
  compare("status word", wanted.getUint16(Image.STATUS, true) & status, got.getUint16(Image.STATUS, true) & status);
  compare("tags", expected[Image.TAGS]!, actual[Image.TAGS]!);
  compare("mxcsr", wanted.getUint32(Image.MXCSR, true), got.getUint32(Image.MXCSR, true));
  const { modrm } = subject(test);
  const argument = stackRegister(view(test.units), 0);
  for (let i = 0; i < 8; i++) {
    const a = stackRegister(wanted, i);
    const b = stackRegister(got, i);
    if (a.signExponent === b.signExponent && a.significand === b.significand) continue;
    if (transcendental.includes(i) && areTranscendentals(host, modrm, argument, a, b)) continue;
    found.push(`st${i}: expected ${extendedText(a)}, got ${extendedText(b)}`);
  }
  for (let word = 0; word < 32; word++) {
    const a = wanted.getUint32(Image.XMM + 4 * word, true);
    const b = got.getUint32(Image.XMM + 4 * word, true);
    const isApproximated = word >= approximated[0] && word < approximated[1];
    if (!isApproximated || !areApproximations(a, b)) compare(`xmm${word >> 2}[${word & 3}]`, a, b);
  }
}

function stackRegister(image: DataView, i: number): Extended {
  const at = Image.ST + 16 * i;
  return { signExponent: image.getUint16(at + 8, true), significand: image.getBigUint64(at, true) };
}

function extendedText({ signExponent, significand }: Extended): string {
  return `${signExponent.toString(16)}:${significand.toString(16)}`;
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
