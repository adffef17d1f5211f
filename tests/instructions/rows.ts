/**
 * The rows of the opcode table that are compared with hardware, and why others are not.
 */
import { allRows, type RowPlace } from "#machine/cpu/opcodes.ts";

/** Instructions that have no answer which hardware and emulation must share, with the reason. */
export const EXCLUDED: Readonly<Record<string, string>> = {
  cpuid: "identifies the processor; this one is another than the host's",
  rdtsc: "reads a clock",
  sgdt: "answered by the kernel: user-mode instruction prevention",
  sidt: "answered by the kernel: user-mode instruction prevention",
  sldt: "answered by the kernel: user-mode instruction prevention",
  str: "answered by the kernel: user-mode instruction prevention",
  smsw: "answered by the kernel: user-mode instruction prevention",
  fisttp: "came with SSE3; the host has it",
  sysenter: "enters the host's kernel at its own entry",
};

/** Name of a row in reports and on the command line: bytes, mnemonic and operands. */
export function rowName({ row, prefix, opcode, member, form }: RowPlace): string {
  const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
  const bytes = [...(prefix === 0 ? [] : [prefix]), ...opcode].map(hex).join(" ");
  const selection = `${member < 0 ? "" : ` /${member}`}${form === "any" ? "" : ` ${form}`}`;
  return `${row.mnemonic} ${row.operands.join(",")} (${bytes}${selection})`.replace("  ", " ");
}

/** All rows that can be compared with hardware. */
export function comparableRows(): RowPlace[] {
  return allRows().filter(({ row }) => !(row.mnemonic in EXCLUDED));
}
