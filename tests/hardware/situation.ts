/**
 * A case as facts.ts sees it: what the instruction found, what the emulated processor made of it, and a way to ask what that would do if
 * the case were a little different. Harnesses of single instructions and of corners fill it in with results of their own.
 *
 * Layer beneath: host.ts.
 */
import { decode } from "#machine/cpu/decoder.ts";
import type { Instruction } from "#machine/cpu/instruction.ts";
import type { KnownHost } from "./host.ts";

/** How a case ended. Results of the harnesses have more. */
export interface Ending {
  registers: number[];
  eflags: number;
  eip: number;
  vector: number;
  error: number;
  address: number;
}

/** What is different from the case. */
export interface Change {
  /** All bytes of the code, and where they begin. */
  readonly code?: readonly number[];
  readonly eip?: number;
  readonly registers?: readonly number[];
  readonly eflags?: number;
  /** Bytes in memory before the run, by linear address. */
  readonly memory?: readonly (readonly [address: number, byte: number])[];
}

export interface Situation<E extends Ending> {
  readonly host: KnownHost;
  /** Bytes of the case, and the address of the first. */
  readonly code: readonly number[];
  readonly eip: number;
  /** Bytes before the instruction in question. */
  readonly lead: number;
  readonly registers: readonly number[];
  readonly eflags: number;
  /** What the emulated processor gives. */
  readonly ours: E;
  /** Selector in a segment register, in the processor's encoding. */
  selector(segment: number): number;
  /** Base address of the segment in a segment register. */
  base(segment: number): number;
  /** What the emulated processor gives for the case with a change. */
  again(change: Change): E;
}

/** What is not compared of an ending. */
export interface Open {
  /** Flags. */
  readonly flags?: number;
  /** General registers, a bit for each. */
  readonly registers?: number;
  /** Memory. */
  readonly memory?: true;
  /** Vector, error code, address and EIP. */
  readonly exit?: true;
}

/** An ending that a processor may come to. */
export interface Allowed<E extends Ending> {
  readonly ending: E;
  readonly open: Open;
}

const PREFIXES: ReadonlySet<number> = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** What the code pages of cases are filled with. */
const FILL = 0xcc;

export function byteAt({ code, eip }: Situation<Ending>, address: number): number {
  return code[address - eip] ?? FILL;
}

/** The instruction at an address of the case. */
export function instructionAt(situation: Situation<Ending>, address: number): Instruction {
  return decode({ fetch: (index) => byteAt(situation, address + index) });
}

/** Address of the first opcode byte of the instruction in question, behind its prefixes. */
export function opcodeAddress(situation: Situation<Ending>): number {
  let address = situation.eip + situation.lead;
  while (PREFIXES.has(byteAt(situation, address))) address++;
  return address;
}

/** Whether the instruction in question has a prefix. */
export function hasPrefix(situation: Situation<Ending>, prefix: number): boolean {
  const from = situation.lead;
  return situation.code.slice(from, opcodeAddress(situation) - situation.eip).includes(prefix);
}

/** The code of the case with other bytes at an address. */
export function replaced({ code, eip }: Situation<Ending>, address: number, bytes: readonly number[]): number[] {
  const changed = [...code];
  bytes.forEach((byte, index) => {
    changed[address - eip + index] = byte;
  });
  return changed;
}

/** Offset of a memory operand in its segment, given the registers. */
export function operandOffset({ address, addressSize }: Instruction, registers: readonly number[]): number {
  const { base, index, scale, displacement } = address!;
  const sum = (base < 0 ? 0 : registers[base]!) + (index < 0 ? 0 : registers[index]! << scale) + displacement;
  return addressSize === 4 ? sum >>> 0 : sum & 0xffff;
}
