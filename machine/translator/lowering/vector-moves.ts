/**
 * Moves of XMM registers, whole and in part, masks of signs, and instructions that only concern caches. Source: Intel
 * SDM vol. 2.
 *
 * Layer beneath: vector-operands.ts. Non-temporal moves are moves: there is no cache.
 */
import { Kind } from "../../cpu/instruction.ts";
import { Word } from "../../cpu/registers.ts";
import { DOUBLE, SINGLE } from "../runtime/vector-real.ts";
import { Op } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { onXmm, type VectorLowering } from "./vector-operands.ts";

/** Chooses by which operand is in memory. */
function forms(registers: VectorLowering, load: VectorLowering, store: VectorLowering): Lowering {
  return onXmm((e, vector, instruction) => {
    const [first, second] = instruction.operands;
    const form = first!.kind === Kind.MEMORY ? store : second!.kind === Kind.MEMORY ? load : registers;
    form(e, vector, instruction);
  });
}

function whole(isAligned: boolean): Lowering {
  return forms(
    (_e, vector, { operands }) => {
      const [to, from] = operands;
      vector.get(from!.register);
      vector.set(to!.register);
      vector.copyTame(from!.register, to!.register);
    },
    (_e, vector, { operands }) => {
      vector.load(Simd.V128_LOAD, 16, isAligned);
      vector.set(operands[0]!.register);
    },
    (_e, vector, { operands }) => vector.store(operands[1]!.register, Simd.V128_STORE, 16, { isAligned }),
  );
}

const aligned = whole(true);
const unaligned = whole(false);

const load64: VectorLowering = (_e, vector, { operands }) => {
  vector.load(Simd.V128_LOAD64_ZERO, 8);
  vector.set(operands[0]!.register);
};

/** Stores 8 bytes of the source. */
function store64(lane: number): VectorLowering {
  return (_e, vector, { operands }) => vector.store(operands[1]!.register, Simd.V128_STORE64_LANE, 8, { lane });
}

/** Loads 8 bytes into a lane of the destination. */
function loadLane(lane: number): VectorLowering {
  return (e, vector, { operands }) => {
    const { code } = e;
    const { register } = operands[0]!;
    const place = e.memory.operand(8, false);
    code.get(place.local);
    vector.get(register).laneAccess(Simd.V128_LOAD64_LANE, place.offset, lane);
    vector.set(register);
    e.memory.release(place);
  };
}

/** Puts a lane of 8 bytes of the source into one of the destination. */
function moveLane(from: number, to: number): VectorLowering {
  return (_e, vector, { operands }) => {
    const [first, second] = operands;
    vector.get(first!.register);
    vector.get(second!.register).lane(Simd.F64X2_EXTRACT_LANE, from).lane(Simd.F64X2_REPLACE_LANE, to);
    vector.set(first!.register);
  };
}

const movss = forms(
  (_e, vector, { operands }) => {
    const [to, from] = operands;
    vector.get(to!.register);
    vector.get(from!.register).lane(Simd.F32X4_EXTRACT_LANE, 0).lane(Simd.F32X4_REPLACE_LANE, 0);
    const isTame = vector.isTame(from!.register, SINGLE, 1);
    vector.set(to!.register);
    if (isTame) vector.markTame(to!.register, SINGLE, 1);
  },
  (_e, vector, { operands }) => {
    vector.load(Simd.V128_LOAD32_ZERO, 4);
    vector.set(operands[0]!.register);
  },
  (_e, vector, { operands }) => vector.store(operands[1]!.register, Simd.V128_STORE32_LANE, 4, { lane: 0 }),
);

const movsd = forms(
  (e, vector, instruction) => {
    const [to, from] = instruction.operands;
    const isTame = vector.isTame(from!.register, DOUBLE, 1);
    moveLane(0, 0)(e, vector, instruction);
    if (isTame) vector.markTame(to!.register, DOUBLE, 1);
  },
  load64,
  store64(0),
);

const movq = forms(
  (e, vector, { operands }) => {
    e.code.zeroVector();
    vector.get(operands[1]!.register).lane(Simd.F64X2_EXTRACT_LANE, 0).lane(Simd.F64X2_REPLACE_LANE, 0);
    vector.set(operands[0]!.register);
  },
  load64,
  store64(0),
);

const movd = onXmm((e, vector, { operands }) => {
  const [to, from] = operands;
  if (to!.kind === Kind.XMM && from!.kind === Kind.MEMORY) {
    vector.load(Simd.V128_LOAD32_ZERO, 4);
    vector.set(to!.register);
  } else if (to!.kind === Kind.XMM) {
    e.code.zeroVector();
    e.read(1, 4).lane(Simd.I32X4_REPLACE_LANE, 0);
    vector.set(to!.register);
  } else if (to!.kind === Kind.MEMORY) {
    vector.store(from!.register, Simd.V128_STORE32_LANE, 4, { lane: 0 });
  } else {
    vector.get(from!.register).lane(Simd.I32X4_EXTRACT_LANE, 0);
    e.setRegister(to!.register);
  }
});

const low = forms(moveLane(0, 0), loadLane(0), store64(0));
const high = forms(moveLane(0, 1), loadLane(1), store64(1));

const movnti: Lowering = (e) => {
  const place = e.memory.operand(4, true);
  e.read(1, 4);
  e.memory.store(place, 4);
  e.memory.release(place);
};

function signs(opcode: number): Lowering {
  return onXmm((e, vector, { operands }) => {
    vector.get(operands[1]!.register).simd(opcode);
    e.setRegister(operands[0]!.register);
  });
}

const HALVES = 7;

const pextrw = onXmm((e, vector, { operands }) => {
  vector.get(operands[1]!.register).lane(Simd.I16X8_EXTRACT_LANE_U, operands[2]!.value & HALVES);
  e.setRegister(operands[0]!.register);
});

const pinsrw = onXmm((e, vector, { operands }) => {
  const { register } = operands[0]!;
  vector.get(register);
  e.read(1, 2).lane(Simd.I16X8_REPLACE_LANE, operands[2]!.value & HALVES);
  vector.set(register);
});

const stmxcsr: Lowering = (e) => {
  if (e.vector === undefined) return false;
  const place = e.memory.operand(4, true);
  e.code.loadAt(e.layout.word(Word.MXCSR), Op.I32_LOAD);
  e.memory.store(place, 4);
  e.memory.release(place);
  return true;
};

const nothing: Lowering = () => true;

export const vectorMoveLowerings = {
  movaps: aligned,
  movapd: aligned,
  movdqa: aligned,
  movntps: aligned,
  movntpd: aligned,
  movntdq: aligned,
  movups: unaligned,
  movupd: unaligned,
  movdqu: unaligned,
  movss,
  movsd,
  movq,
  movd,
  movlps: low,
  movlpd: low,
  movhps: high,
  movhpd: high,
  movhlps: onXmm(moveLane(1, 0)),
  movlhps: onXmm(moveLane(0, 1)),
  movnti,
  pmovmskb: signs(Simd.I8X16_BITMASK),
  movmskps: signs(Simd.I32X4_BITMASK),
  movmskpd: signs(Simd.I64X2_BITMASK),
  pextrw,
  pinsrw,
  stmxcsr,
  pause: nothing,
  lfence: nothing,
  mfence: nothing,
  sfence: nothing,
  prefetchnta: nothing,
  prefetcht0: nothing,
  prefetcht1: nothing,
  prefetcht2: nothing,
} satisfies LoweringMap;
