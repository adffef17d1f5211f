/**
 * Bytes of a program with labels, and the lengths of its instructions, which tell where to go on after a fault.
 */
import { CODE, FLAGS_DEFINED } from "./layout.ts";

/** A memory operand; base and index are -1 when absent. */
export interface MemoryOperand {
  readonly base: number;
  readonly index: number;
  /** 0…3. */
  readonly scale: number;
  readonly displacement: number;
}

export interface Label {
  offset: number;
}

const ESP = 4;
const EBP = 5;

export function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, byte) => (value >>> (byte * 8)) & 0xff);
}

/** ModRM, SIB and displacement. */
export function memoryBytes(reg: number, { base, index, scale, displacement }: MemoryOperand): number[] {
  if (base < 0 && index < 0) return [(reg << 3) | 5, ...littleEndian(displacement, 4)];
  const isShort = base >= 0 && displacement >= -128 && displacement < 128;
  const mode = base < 0 ? 0 : displacement === 0 && base !== EBP ? 0 : isShort ? 1 : 2;
  const bytes = index >= 0 || base === ESP ? [(mode << 6) | (reg << 3) | 4] : [(mode << 6) | (reg << 3) | base];
  if (index >= 0 || base === ESP) bytes.push((scale << 6) | ((index < 0 ? ESP : index) << 3) | (base < 0 ? EBP : base));
  if (base < 0 || mode === 2) bytes.push(...littleEndian(displacement, 4));
  else if (mode === 1) bytes.push(displacement & 0xff);
  return bytes;
}

export class Assembler {
  readonly code: number[] = [];
  readonly skip: number[] = [];
  private readonly fixups: { at: number; label: Label; isRelative: boolean }[] = [];
  private readonly entries: (Label | number)[] = [];

  get here(): number {
    return this.code.length;
  }

  /** @param areFlagsDefined before the instruction; @returns its offset */
  instruction(bytes: readonly number[], areFlagsDefined: boolean): number {
    const at = this.here;
    this.code.push(...bytes);
    this.skip[at] = bytes.length | (areFlagsDefined ? FLAGS_DEFINED : 0);
    return at;
  }

  /** Bytes that are not executed. */
  gap(bytes: readonly number[]): void {
    this.code.push(...bytes);
  }

  label(): Label {
    return { offset: -1 };
  }

  place(label: Label): void {
    label.offset = this.here;
  }

  /** An instruction that ends in the 32-bit distance to a label. */
  relative(bytes: readonly number[], label: Label, areFlagsDefined: boolean): void {
    this.instruction([...bytes, 0, 0, 0, 0], areFlagsDefined);
    this.fixups.push({ at: this.here - 4, label, isRelative: true });
  }

  /** Puts the address of a label into the four bytes at an offset; what stands there is added. */
  absolute(at: number, label: Label): void {
    this.fixups.push({ at, label, isRelative: false });
  }

  patch(at: number, bytes: readonly number[]): void {
    bytes.forEach((byte, index) => {
      this.code[at + index] = byte;
    });
  }

  /** Appends words to the tables page. @returns index of the first */
  table(entries: readonly (Label | number)[]): number {
    const first = this.entries.length;
    this.entries.push(...entries);
    return first;
  }

  finish(): { code: Uint8Array; skip: Uint8Array; tables: Uint32Array } {
    for (const { at, label, isRelative } of this.fixups) {
      const old = this.code[at]! | (this.code[at + 1]! << 8) | (this.code[at + 2]! << 16) | (this.code[at + 3]! << 24);
      this.patch(at, littleEndian(isRelative ? label.offset - at - 4 : old + CODE + label.offset, 4));
    }
    const address = (entry: Label | number): number => (typeof entry === "number" ? entry : CODE + entry.offset);
    return {
      code: Uint8Array.from(this.code),
      skip: Uint8Array.from({ length: this.code.length }, (_, at) => this.skip[at] ?? 0),
      tables: Uint32Array.from(this.entries.map(address)),
    };
  }
}
