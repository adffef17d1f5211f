/**
 * Rows of SSE and SSE2 that compute with floating-point numbers, and so depend on MXCSR.
 *
 * Source: Intel SDM vol. 2, appendix A.
 */
import { FlagSet, type InstructionRow, row, type RowFacts, Unit, Use } from "./row.ts";

const { READ, WRITE, MODIFY } = Use;
const NUMBERS = { unit: Unit.VECTOR, computes: true } as const;

const CHANGE = { ...NUMBERS, uses: [MODIFY] } as const;
/** The destination is written without being read. */
const MOVE = { ...NUMBERS, uses: [WRITE] } as const;
/** Approximations and conversions with MMX registers are rare. */
const RARE_MOVE = { ...MOVE, interpreted: true } as const;
const COMPARISON = { ...NUMBERS, uses: [READ], flags: FlagSet.SUM } as const;

/** The packed and scalar forms of an instruction in both precisions. @param more operands behind these */
function forms<S extends string, const F extends RowFacts>(
  stem: S,
  opcode: string,
  facts: F,
  more = "",
): Record<`${S}${"ps" | "pd" | "ss" | "sd"}`, InstructionRow<F>> {
  return {
    [`${stem}ps`]: row(`NP 0F ${opcode} Vdq,Wdq${more}`, facts),
    [`${stem}pd`]: row(`66 0F ${opcode} Vdq,Wdq${more}`, facts),
    [`${stem}ss`]: row(`F3 0F ${opcode} Vd,Wd${more}`, facts),
    [`${stem}sd`]: row(`F2 0F ${opcode} Vq,Wq${more}`, facts),
  } as Record<`${S}${"ps" | "pd" | "ss" | "sd"}`, InstructionRow<F>>;
}

export const VECTOR_NUMBERS = {
  ...forms("sqrt", "51", MOVE),
  rsqrtps: row("NP 0F 52 Vdq,Wdq", RARE_MOVE),
  rsqrtss: row("F3 0F 52 Vd,Wd", RARE_MOVE),
  rcpps: row("NP 0F 53 Vdq,Wdq", RARE_MOVE),
  rcpss: row("F3 0F 53 Vd,Wd", RARE_MOVE),
  ...forms("add", "58", CHANGE),
  ...forms("mul", "59", CHANGE),
  ...forms("sub", "5C", CHANGE),
  ...forms("min", "5D", CHANGE),
  ...forms("div", "5E", CHANGE),
  ...forms("max", "5F", CHANGE),
  ...forms("cmp", "C2", CHANGE, ",Ib"),
  ucomiss: row("NP 0F 2E Vd,Wd", COMPARISON),
  ucomisd: row("66 0F 2E Vq,Wq", COMPARISON),
  comiss: row("NP 0F 2F Vd,Wd", COMPARISON),
  comisd: row("66 0F 2F Vq,Wq", COMPARISON),
  cvtpi2ps: row("NP 0F 2A Vq,Qq", RARE_MOVE),
  cvtpi2pd: row("66 0F 2A Vdq,Qq", RARE_MOVE),
  cvtsi2ss: row("F3 0F 2A Vd,Ed", MOVE),
  cvtsi2sd: row("F2 0F 2A Vq,Ed", MOVE),
  cvttps2pi: row("NP 0F 2C Pq,Wq", RARE_MOVE),
  cvttpd2pi: row("66 0F 2C Pq,Wdq", RARE_MOVE),
  cvttss2si: row("F3 0F 2C Gd,Wd", MOVE),
  cvttsd2si: row("F2 0F 2C Gd,Wq", MOVE),
  cvtps2pi: row("NP 0F 2D Pq,Wq", RARE_MOVE),
  cvtpd2pi: row("66 0F 2D Pq,Wdq", RARE_MOVE),
  cvtss2si: row("F3 0F 2D Gd,Wd", MOVE),
  cvtsd2si: row("F2 0F 2D Gd,Wq", MOVE),
  cvtps2pd: row("NP 0F 5A Vdq,Wq", MOVE),
  cvtpd2ps: row("66 0F 5A Vdq,Wdq", MOVE),
  cvtss2sd: row("F3 0F 5A Vq,Wd", MOVE),
  cvtsd2ss: row("F2 0F 5A Vd,Wq", MOVE),
  cvtdq2ps: row("NP 0F 5B Vdq,Wdq", MOVE),
  cvtps2dq: row("66 0F 5B Vdq,Wdq", MOVE),
  cvttps2dq: row("F3 0F 5B Vdq,Wdq", MOVE),
  cvttpd2dq: row("66 0F E6 Vdq,Wdq", MOVE),
  cvtdq2pd: row("F3 0F E6 Vdq,Wq", MOVE),
  cvtpd2dq: row("F2 0F E6 Vdq,Wdq", MOVE),
};
