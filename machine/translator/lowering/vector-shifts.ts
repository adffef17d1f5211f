/**
 * Shifts of integers in XMM registers, by an immediate or by the low half of an operand. Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-operands.ts. WebAssembly takes counts modulo the width; here, counts beyond it give zeros, or
 * copies of the
 * sign.
 */
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { onEither, onXmm, type VectorFile } from "./vector-operands.ts";

const BYTES = 16;
const COUNT_FIELD = 0xff;

interface Shift {
  readonly opcode: number;
  /** Bits of a lane. */
  readonly width: number;
  /** Whether copies of the sign come in. */
  readonly isArithmetic: boolean;
}

type ShiftLowering = (e: Emitter, file: VectorFile, instruction: Instruction) => void;

function byImmediate({ opcode, width, isArithmetic }: Shift): ShiftLowering {
  return (e, vector, { operands }) => {
    const { register } = operands[0]!;
    const count = operands[1]!.value & COUNT_FIELD;
    if (count >= width && !isArithmetic) e.code.zeroVector();
    else
      vector
        .get(register)
        .i32(Math.min(count, width - 1))
        .simd(opcode);
    vector.set(register);
  };
}

function byOperand({ opcode, width, isArithmetic }: Shift): ShiftLowering {
  return (e, vector, { operands }) => {
    const { code } = e;
    const { register } = operands[0]!;
    const count = code.temporary(ValueType.I64);
    vector.read(operands[1]!).lane(Simd.I64X2_EXTRACT_LANE, 0).set(count);
    const last = BigInt(width - 1);
    const isBeyond = (): void => void code.get(count).i64(last).op(Op.I64_GT_U);
    if (isArithmetic) {
      vector.get(register).i64(last).get(count);
      isBeyond();
      code.op(Op.SELECT, Op.I32_WRAP_I64).simd(opcode);
    } else {
      // A count as a mask: the shifted value, or zeros.
      vector.get(register).get(count).op(Op.I32_WRAP_I64).simd(opcode);
      isBeyond();
      code.i32(1).op(Op.I32_SUB).simd(Simd.I32X4_SPLAT).simd(Simd.V128_AND);
    }
    vector.set(register);
    code.release(count);
  };
}

function shift(opcode: number, width: number, isArithmetic = false): Lowering {
  const immediate = onEither(byImmediate({ opcode, width, isArithmetic }));
  const operand = onEither(byOperand({ opcode, width, isArithmetic }));
  return (e, instruction) => (instruction.operands[1]!.kind === Kind.IMMEDIATE ? immediate : operand)(e, instruction);
}

/** PSLLDQ and PSRLDQ: the whole register by bytes. */
function byteShift(direction: 1 | -1): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { register } = operands[0]!;
    const count = Math.min(operands[1]!.value & COUNT_FIELD, BYTES);
    // Bytes from 16 on are those of the zeros.
    const bytes = Array.from({ length: BYTES }, (_, byte) => {
      const from = byte - direction * count;
      return from < 0 || from >= BYTES ? BYTES : from;
    });
    vector.get(register);
    e.code.zeroVector().shuffle(bytes);
    vector.set(register);
  });
}

export const vectorShiftLowerings = {
  psllw: shift(Simd.I16X8_SHL, 16),
  psrlw: shift(Simd.I16X8_SHR_U, 16),
  psraw: shift(Simd.I16X8_SHR_S, 16, true),
  pslld: shift(Simd.I32X4_SHL, 32),
  psrld: shift(Simd.I32X4_SHR_U, 32),
  psrad: shift(Simd.I32X4_SHR_S, 32, true),
  psllq: shift(Simd.I64X2_SHL, 64),
  psrlq: shift(Simd.I64X2_SHR_U, 64),
  pslldq: byteShift(1),
  psrldq: byteShift(-1),
} satisfies LoweringMap;
