/**
 * Compares outcomes of a corner case on both sides, whose descriptor tables have the same contents in different places.
 */
import { mismatch } from "../hardware/facts.ts";
import type { KnownHost } from "../hardware/host.ts";
import type { Open } from "../hardware/situation.ts";
import type { EmulatedProcessor } from "./emulated.ts";
import { type CornerCase, type CornerResult, type Entries, HOST_ENTRIES, LITES_ENTRIES } from "./layout.ts";

/** All flags of a user program, and RF. */
const COMPARED_FLAGS = 0x25_7fd5;
const PAGE_FAULT_BITS = 7;
const PAGE_FAULT = 14;
const REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;
const SEGMENTS = ["es", "ss", "ds", "fs", "gs"] as const;

const flatten = (entries: Entries): number[] => Object.values(entries).flat();

const litesIndexOfHost = new Map<number, number>(flatten(HOST_ENTRIES).map((entry, index) => [entry, flatten(LITES_ENTRIES)[index]!]));

/** Whether a word says the same on both sides: it is the same, but for a selector of the same descriptor anywhere in it. */
function agrees(host: number, lites: number): boolean {
  if (host === lites) return true;
  return [0, 8, 16, 24].some((shift) => {
    // Of a selector that begins in the last byte, only this byte is here.
    const field = shift === 24 ? 0xff : 0xffff;
    const selector = (host >>> shift) & field;
    const entry = litesIndexOfHost.get(selector >> 3);
    if (entry === undefined) return false;
    return ((host & ~(field << shift)) | (((entry << 3) | (selector & 7)) << shift)) >>> 0 === lites >>> 0;
  });
}

/**
 * The differences in words; empty when there are none.
 *
 * @param ignoredFlags EFLAGS that the manual leaves undefined
 * @param open what the host's column in the table of facts leaves open
 */
export function differences(host: CornerResult, lites: CornerResult, ignoredFlags: number, open: Open = {}): string[] {
  const found: string[] = [];
  const compare = (name: string, wanted: number, got: number): void => {
    if (!agrees(wanted, got)) found.push(`${name}: expected ${wanted.toString(16)}, got ${got.toString(16)}`);
  };
  if (open.exit !== true) {
    compare("vector", host.vector, lites.vector);
    const errorBits = host.vector === PAGE_FAULT ? PAGE_FAULT_BITS : 0xffff;
    compare("error", host.error & errorBits, lites.error & errorBits);
    compare("address", host.address, lites.address);
    compare("eip", host.eip, lites.eip);
  }
  REGISTERS.forEach((name, register) => {
    if ((((open.registers ?? 0) >> register) & 1) === 0) compare(name, host.registers[register]!, lites.registers[register]!);
  });
  SEGMENTS.forEach((name, segment) => {
    compare(name, host.selectors[segment]!, lites.selectors[segment]!);
  });
  const flags = COMPARED_FLAGS & ~ignoredFlags & ~(open.flags ?? 0);
  compare("eflags", host.eflags & flags, lites.eflags & flags);
  if (open.memory === true) return found;
  host.peeks.forEach((value, peek) => {
    compare(`word ${peek}`, value, lites.peeks[peek]!);
  });
  compare("memory", host.hash, lites.hash);
  return found;
}

/**
 * How the result of a host differs from its column in the table of facts, in words.
 *
 * @param test with selectors of LITES_ENTRIES
 * @param processor that has given `lites`
 */
export function hostDifferences(
  test: CornerCase,
  expected: CornerResult,
  lites: CornerResult,
  ignoredFlags: number,
  host: KnownHost,
  processor: EmulatedProcessor,
): string[] {
  return mismatch(processor.situation(test, lites, host), ({ ending, open }) => differences(expected, ending, ignoredFlags, open));
}
