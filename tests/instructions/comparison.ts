/**
 * Compares outcomes of instruction cases, except for what the manual leaves undefined.
 */
import { undefinedOutcome } from "./generator.ts";
import type { InstructionCase, InstructionResult } from "./layout.ts";

/** Flags that mean something to a user program, without RF, which only the frame of a fault shows. */
const COMPARED_FLAGS = 0x24_4fd5;
const PAGE_FAULT_BITS = 7;
const PAGE_FAULT = 14;

/** The differences in words; empty when there are none. */
export function differences(test: InstructionCase, expected: InstructionResult, actual: InstructionResult): string[] {
  const undefinedParts = undefinedOutcome(test);
  const found: string[] = [];
  const compare = (name: string, wanted: number, got: number): void => {
    if (wanted !== got) found.push(`${name}: expected ${wanted.toString(16)}, got ${got.toString(16)}`);
  };
  compare("vector", expected.vector, actual.vector);
  const errorBits = expected.vector === PAGE_FAULT ? PAGE_FAULT_BITS : 0xffff;
  compare("error", expected.error & errorBits, actual.error & errorBits);
  compare("address", expected.address, actual.address);
  compare("eip", expected.eip, actual.eip);
  if (undefinedParts.partial && expected.vector === PAGE_FAULT) return found;
  ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"].forEach((name, register) => {
    compare(name, expected.registers[register]!, actual.registers[register]!);
  });
  const flags = COMPARED_FLAGS & ~undefinedParts.flags;
  compare("eflags", expected.eflags & flags, actual.eflags & flags);
  compare("memory", expected.hash, actual.hash);
  return found;
}
