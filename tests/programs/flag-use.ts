/**
 * Which flags instructions read and leave undefined, so that programs never depend on flags that the manual leaves undefined.
 *
 * Layer beneath: the rows of the instruction set.
 */
import { ARITHMETIC_FLAGS } from "#machine/cpu/flags.ts";
import { type Facts, undefinedFlags } from "#machine/cpu/instruction-set/row.ts";

export const ALL_FLAGS = ARITHMETIC_FLAGS;

/** Arithmetic flags that an instruction reads. */
export function flagsRead({ flags }: Facts): number {
  return flags.reads & ALL_FLAGS;
}

/**
 * Flags that are undefined after an instruction.
 * @param before those before it
 * @param count of a shift, -1 when it is not known
 * @param mayFault the flags may stay as they were
 */
export function undefinedAfter(facts: Facts, before: number, count: number, bits: number, mayFault: boolean): number {
  const { counted, writes, undefined: never } = facts.flags;
  if (counted !== undefined && count < 0) return before | never | counted.many | counted.beyond;
  const masked = count & 31;
  if (counted !== undefined && masked === 0) return before;
  return (before & ~(mayFault ? 0 : writes)) | undefinedFlags(facts, masked, bits);
}
