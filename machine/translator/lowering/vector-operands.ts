/**
 * Shapes that many vector instructions have. All lowerings of the vector unit are for XMM registers: instructions
 * on MMX registers are declined.
 *
 * Layer beneath: vector-code.ts.
 */
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import type { Code } from "../wasm/code.ts";
import type { Lowering } from "./lowering.ts";
import type { VectorCode } from "./vector-code.ts";

export type VectorLowering = (e: Emitter, vector: VectorCode, instruction: Instruction) => void;

export function onXmm(lowering: VectorLowering): Lowering {
  return (e, instruction) => {
    const { vector } = e;
    if (vector === undefined || instruction.operands.some(({ kind }) => kind === Kind.MMX)) return false;
    lowering(e, vector, instruction);
    return true;
  };
}

/** Combines destination and source, both of 16 bytes; `combine` finds them on the stack in this order. */
export function dyadic(combine: (code: Code) => void): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { register } = operands[0]!;
    vector.get(register);
    vector.read(operands[1]!);
    combine(e.code);
    vector.set(register);
  });
}

/** The same with the instruction of WebAssembly that does it. */
export function simple(opcode: number): Lowering {
  return dyadic((code) => void code.simd(opcode));
}

/** Shuffles bytes of destination (0…15) and source (16…31), as the immediate says. */
export function shuffled(bytes: (immediate: number) => readonly number[]): Lowering {
  return dyadicWithImmediate((code, immediate) => void code.shuffle(bytes(immediate)));
}

export function dyadicWithImmediate(combine: (code: Code, immediate: number) => void): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { register } = operands[0]!;
    vector.get(register);
    vector.read(operands[1]!);
    combine(e.code, operands[2]?.value ?? 0);
    vector.set(register);
  });
}
