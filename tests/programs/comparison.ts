/**
 * Compares the outcomes of a program. Flags, registers and memory are compared whole: programs do not depend on what is undefined.
 */
import type { Outcome } from "./layout.ts";

const FLAGS = 0xcd5;
/** Parts of an FXSAVE image that are compared: control, status, tags; MXCSR; registers. Not last instruction and operand. */
const PARTS: readonly (readonly [string, number, number])[] = [
  ["control, status and tags", 0, 5],
  ["mxcsr", 24, 28],
  ["st and mmx", 32, 160],
  ["xmm", 160, 288],
];

/** The differences in words; empty when there are none. */
export function differences(expected: Outcome, actual: Outcome): string[] {
  const found: string[] = [];
  const compare = (name: string, wanted: number, got: number): void => {
    if (wanted !== got) found.push(`${name}: expected ${wanted.toString(16)}, got ${got.toString(16)}`);
  };
  compare("vector", expected.vector, actual.vector);
  compare("eip", expected.eip, actual.eip);
  compare("faults", expected.faults, actual.faults);
  compare("fault hash", expected.faultHash, actual.faultHash);
  compare("memory", expected.memoryHash, actual.memoryHash);
  ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"].forEach((name, register) => {
    compare(name, expected.registers[register]!, actual.registers[register]!);
  });
  compare("eflags", expected.eflags & FLAGS, actual.eflags & FLAGS);
  for (const [name, from, to] of PARTS) {
    const wanted = Buffer.from(expected.units.subarray(from, to)).toString("hex");
    const got = Buffer.from(actual.units.subarray(from, to)).toString("hex");
    if (wanted !== got) found.push(`${name}: expected ${wanted}, got ${got}`);
  }
  return found;
}
