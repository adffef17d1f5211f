/**
 * A decoded instruction: what the decoder finds out from the bytes alone, independent of where they
 * lie, of the mode and of how they will be executed.
 *
 * The interpreter binds it to handlers (operation.ts); the disassembler prints it.
 */
import type { Row } from "./opcodes.ts";

/** Kinds of decoded operands. */
export const Kind = {
  REGISTER: 0,
  MEMORY: 1,
  IMMEDIATE: 2,
  /** Relative target; the displacement is in Instruction.immediate. */
  RELATIVE: 3,
  SEGMENT: 4,
  /** selector:offset in the instruction. */
  FAR: 5,
  /** Control or debug register. */
  SYSTEM: 6,
  MMX: 7,
  XMM: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export interface Operand {
  readonly kind: Kind;
  /** Bytes; 0 when the operand has no size of its own (LEA, table registers). */
  readonly size: number;
  /** Number of a register, in the processor's encoding; for 8-bit registers 4…7 are AH…BH. */
  readonly register: number;
  /** Value of an immediate operand, sign-extended to 32 bits. */
  readonly value: number;
}

/** Segment registers in the processor's encoding. */
export const Segment = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5 } as const;

/** A memory operand: segment:[base + (index << scale) + displacement], base and index -1 when absent. */
export interface Address {
  segment: number;
  base: number;
  index: number;
  scale: number;
  displacement: number;
}

/** Faults that are known from the bytes alone. */
export const Invalid = { NONE: 0, OPCODE: 1, TOO_LONG: 2 } as const;

export interface Instruction {
  readonly row: Row;
  /** Invalid.NONE, or why the instruction faults; the other fields are then meaningless. */
  readonly invalid: number;
  readonly length: number;
  /** Opcode byte, or 0x0F00 + second byte. */
  readonly opcode: number;
  /** 2 or 4. */
  readonly operandSize: number;
  /** 2 or 4. */
  readonly addressSize: number;
  readonly lock: boolean;
  /** 0, 0xF2 or 0xF3, whether it repeats or selects the row. */
  readonly repeat: number;
  /** Segment of memory operands: the override, or the default. */
  readonly segment: number;
  readonly modrm: number;
  readonly operands: readonly Operand[];
  /** The memory operand, if there is one. */
  readonly address: Address | undefined;
  /** Displacement of a relative operand, offset of a far one; second immediate of ENTER. */
  readonly immediate: number;
  /** Selector of a far operand. */
  readonly selector: number;
}
