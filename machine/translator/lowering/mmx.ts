/**
 * Moves of MMX registers, and what has another form than the instructions on XMM registers. Source: Intel SDM vol. 2.
 *
 * Layer beneath: mmx-code.ts.
 */
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import { Op } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import type { MmxCode } from "./mmx-code.ts";
import type { VectorCode } from "./vector-code.ts";

type MmxLowering = (e: Emitter, mmx: MmxCode, instruction: Instruction, vector: VectorCode) => void;

function onMmx(lowering: MmxLowering): Lowering {
  return (e, instruction) => {
    const { vector } = e;
    if (vector === undefined) return false;
    vector.mmx.require();
    lowering(e, vector.mmx, instruction, vector);
    return true;
  };
}

/** Stores 4 or 8 bytes of a register. */
function store(e: Emitter, mmx: MmxCode, register: number, bytes: 4 | 8): void {
  const { code } = e;
  const place = e.memory.operand(bytes, true);
  code.get(place.local);
  mmx.get(register).laneAccess(bytes === 4 ? Simd.V128_STORE32_LANE : Simd.V128_STORE64_LANE, place.offset, 0);
  e.memory.release(place);
}

const movq = onMmx((e, mmx, { operands }) => {
  const [to, from] = operands;
  if (to!.kind === Kind.MEMORY) {
    store(e, mmx, from!.register, 8);
  } else {
    mmx.read(from!);
    mmx.set(to!.register);
  }
});

const movd = onMmx((e, mmx, { operands }) => {
  const [to, from] = operands;
  if (to!.kind === Kind.MEMORY) {
    store(e, mmx, from!.register, 4);
  } else if (to!.kind === Kind.REGISTER) {
    mmx.get(from!.register).lane(Simd.I32X4_EXTRACT_LANE, 0);
    e.setRegister(to!.register);
  } else {
    e.code.zeroVector();
    e.read(1, 4).lane(Simd.I32X4_REPLACE_LANE, 0);
    mmx.set(to!.register);
  }
});

const movq2dq = onMmx((_e, mmx, { operands }, vector) => {
  mmx.get(operands[1]!.register);
  vector.set(operands[0]!.register);
});

const movdq2q = onMmx((_e, mmx, { operands }, vector) => {
  vector.get(operands[1]!.register);
  mmx.set(operands[0]!.register);
});

const BYTE_SIGNS = 0xff;

const pmovmskb = onMmx((e, mmx, { operands }) => {
  mmx.get(operands[1]!.register).simd(Simd.I8X16_BITMASK).i32(BYTE_SIGNS).op(Op.I32_AND);
  e.setRegister(operands[0]!.register);
});

const HALVES = 3;

const pextrw = onMmx((e, mmx, { operands }) => {
  mmx.get(operands[1]!.register).lane(Simd.I16X8_EXTRACT_LANE_U, operands[2]!.value & HALVES);
  e.setRegister(operands[0]!.register);
});

const pinsrw = onMmx((e, mmx, { operands }) => {
  const { register } = operands[0]!;
  mmx.get(register);
  e.read(1, 2).lane(Simd.I16X8_REPLACE_LANE, operands[2]!.value & HALVES);
  mmx.set(register);
});

export const mmxLowerings = { movq, movntq: movq, movd, movq2dq, movdq2q, pmovmskb, pextrw, pinsrw } satisfies LoweringMap;
