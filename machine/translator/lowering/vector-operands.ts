/**
 * Shapes that many vector instructions have, on XMM registers alone or on MMX registers as well.
 *
 * Layer beneath: vector-code.ts, mmx-code.ts.
 */
import { type Instruction, Kind, type Operand } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import type { Code } from "../wasm/code.ts";
import type { Lowering } from "./lowering.ts";
import type { VectorCode } from "./vector-code.ts";

/** XMM or MMX registers as vectors; of MMX registers only the low half counts. */
export interface VectorFile {
  readonly isMmx: boolean;
  get(register: number): Code;
  set(register: number): Code;
  read(operand: Operand): Code;
}

export type VectorLowering = (e: Emitter, vector: VectorCode, instruction: Instruction) => void;

export function hasMmx({ operands }: Instruction): boolean {
  return operands.some(({ kind }) => kind === Kind.MMX);
}

/** Declines MMX registers. */
export function onXmm(lowering: VectorLowering): Lowering {
  return (e, instruction) => {
    const { vector } = e;
    if (vector === undefined || hasMmx(instruction)) return false;
    lowering(e, vector, instruction);
    return true;
  };
}

export function onEither(lowering: (e: Emitter, file: VectorFile, instruction: Instruction) => void): Lowering {
  return (e, instruction) => {
    const { vector } = e;
    if (vector === undefined) return false;
    const file = hasMmx(instruction) ? vector.mmx : vector;
    if (file === vector.mmx) vector.mmx.require();
    lowering(e, file, instruction);
    return true;
  };
}

/** Combines destination and source; `combine` finds them on the stack in this order. */
export function dyadic(combine: (code: Code, isMmx: boolean, immediate: number) => void): Lowering {
  return onEither((e, file, { operands }) => {
    const { register } = operands[0]!;
    file.get(register);
    file.read(operands[1]!);
    combine(e.code, file.isMmx, operands[2]?.value ?? 0);
    file.set(register);
  });
}

/** The same with the instruction of WebAssembly that does it. */
export function simple(opcode: number): Lowering {
  return dyadic((code) => void code.simd(opcode));
}

/** Shuffles bytes of destination (0…15) and source (16…31), as the immediate says. */
export function shuffled(bytes: (immediate: number, isMmx: boolean) => readonly number[]): Lowering {
  return dyadic((code, isMmx, immediate) => void code.shuffle(bytes(immediate, isMmx)));
}
