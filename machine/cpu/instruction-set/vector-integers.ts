/**
 * Rows of MMX, SSE and SSE2 that take their operands as bits or integers: moves, integer arithmetic, shuffles, and
 * the state
 * of the unit. Which prefixes are refused was compared with a processor.
 *
 * Source: Intel SDM vol. 2, appendix A. What has no row is an invalid opcode, SSE3 and later sets included.
 */
import { type InstructionRow, row, type RowFacts, Unit, Use } from "./row.ts";

const { READ, WRITE, MODIFY } = Use;
const { VECTOR } = Unit;

function vector<const F extends RowFacts>(encodings: string, facts: F): InstructionRow<F & { unit: typeof VECTOR }> {
  return row(encodings, { ...facts, unit: VECTOR });
}

/** The destination is written without being read. */
const move = (encodings: string) => vector(encodings, { uses: [WRITE] });
/** The destination is an operand, too. */
const change = (encodings: string) => vector(encodings, { uses: [MODIFY] });
/** A row of MMX and its twin of SSE2. */
const twins = (opcode: string) => change(`NP 0F ${opcode} Pq,Qq | 66 0F ${opcode} Vdq,Wdq`);
/** Interleaving of low halves, which reads half of an MMX operand. */
const lowTwins = (opcode: string) => change(`NP 0F ${opcode} Pq,Qd | 66 0F ${opcode} Vdq,Wdq`);
/** A shift by an immediate, and by a register or memory. */
const shift = (immediate: string, opcode: string) =>
  change(`NP 0F ${immediate} Nq,Ib | 66 0F ${immediate} Udq,Ib | NP 0F ${opcode} Pq,Qq | 66 0F ${opcode} Vdq,Wdq`);

export const VECTOR_MOVES = {
  movups: vector("NP 0F 10 Vdq,Wdq | NP 0F 11 Wdq,Vdq", { uses: [WRITE], unaligned: true }),
  movupd: vector("66 0F 10 Vdq,Wdq | 66 0F 11 Wdq,Vdq", { uses: [WRITE], unaligned: true }),
  movdqu: vector("F3 0F 6F Vdq,Wdq | F3 0F 7F Wdq,Vdq", { uses: [WRITE], unaligned: true }),
  movaps: move("NP 0F 28 Vdq,Wdq | NP 0F 29 Wdq,Vdq"),
  movapd: move("66 0F 28 Vdq,Wdq | 66 0F 29 Wdq,Vdq"),
  movdqa: move("66 0F 6F Vdq,Wdq | 66 0F 7F Wdq,Vdq"),
  movss: move("F3 0F 10 Vdq,Wd | F3 0F 11 Wd,Vd"),
  movsd: move("F2 0F 10 Vdq,Wq | F2 0F 11 Wq,Vq"),
  movlps: move("NP 0F 12:m Vq,Mq | NP 0F 13 Mq,Vq"),
  movhlps: move("NP 0F 12:r Vq,Udq"),
  movlpd: move("66 0F 12 Vq,Mq | 66 0F 13 Mq,Vq"),
  movhps: move("NP 0F 16:m Vdq,Mq | NP 0F 17 Mq,Vdq"),
  movlhps: move("NP 0F 16:r Vdq,Uq"),
  movhpd: move("66 0F 16 Vdq,Mq | 66 0F 17 Mq,Vdq"),
  movd: move("NP 0F 6E Pq,Ed | 66 0F 6E Vdq,Ed | NP 0F 7E Ed,Pd | 66 0F 7E Ed,Vd"),
  movq: move("NP 0F 6F Pq,Qq | F3 0F 7E Vdq,Wq | NP 0F 7F Qq,Pq | 66 0F D6 Wq,Vq"),
  movq2dq: move("F3 0F D6 Vdq,Nq"),
  movdq2q: move("F2 0F D6 Pq,Uq"),
  movntps: move("NP 0F 2B Mdq,Vdq"),
  movntpd: move("66 0F 2B Mdq,Vdq"),
  movntdq: move("66 0F E7 Mdq,Vdq"),
  movntq: move("NP 0F E7 Mq,Pq"),
  movnti: move("NP 0F C3 Md,Gd"),
  movmskps: move("NP 0F 50 Gd,Udq"),
  movmskpd: move("66 0F 50 Gd,Udq"),
  pmovmskb: move("NP 0F D7 Gd,Nq | 66 0F D7 Gd,Udq"),
  pextrw: move("NP 0F C5 Gd,Nq,Ib | 66 0F C5 Gd,Udq,Ib"),
  pinsrw: change("NP 0F C4 Pq,Ew,Ib | 66 0F C4 Vdq,Ew,Ib"),
  maskmovq: vector("NP 0F F7 Pq,Nq", { uses: [READ], reaches: true, interpreted: true }),
  maskmovdqu: vector("66 0F F7 Vdq,Udq", { uses: [READ], reaches: true, interpreted: true }),
};

export const VECTOR_SHUFFLES = {
  pshufw: move("NP 0F 70 Pq,Qq,Ib"),
  pshufd: move("66 0F 70 Vdq,Wdq,Ib"),
  pshufhw: move("F3 0F 70 Vdq,Wdq,Ib"),
  pshuflw: move("F2 0F 70 Vdq,Wdq,Ib"),
  shufps: change("NP 0F C6 Vdq,Wdq,Ib"),
  shufpd: change("66 0F C6 Vdq,Wdq,Ib"),
  unpcklps: change("NP 0F 14 Vdq,Wdq"),
  unpcklpd: change("66 0F 14 Vdq,Wdq"),
  unpckhps: change("NP 0F 15 Vdq,Wdq"),
  unpckhpd: change("66 0F 15 Vdq,Wdq"),
  punpcklbw: lowTwins("60"),
  punpcklwd: lowTwins("61"),
  punpckldq: lowTwins("62"),
  punpckhbw: twins("68"),
  punpckhwd: twins("69"),
  punpckhdq: twins("6A"),
  punpcklqdq: change("66 0F 6C Vdq,Wdq"),
  punpckhqdq: change("66 0F 6D Vdq,Wdq"),
  packsswb: twins("63"),
  packuswb: twins("67"),
  packssdw: twins("6B"),
};

export const VECTOR_INTEGERS = {
  andps: change("NP 0F 54 Vdq,Wdq"),
  andpd: change("66 0F 54 Vdq,Wdq"),
  andnps: change("NP 0F 55 Vdq,Wdq"),
  andnpd: change("66 0F 55 Vdq,Wdq"),
  orps: change("NP 0F 56 Vdq,Wdq"),
  orpd: change("66 0F 56 Vdq,Wdq"),
  xorps: change("NP 0F 57 Vdq,Wdq"),
  xorpd: change("66 0F 57 Vdq,Wdq"),
  pand: twins("DB"),
  pandn: twins("DF"),
  por: twins("EB"),
  pxor: twins("EF"),
  pcmpgtb: twins("64"),
  pcmpgtw: twins("65"),
  pcmpgtd: twins("66"),
  pcmpeqb: twins("74"),
  pcmpeqw: twins("75"),
  pcmpeqd: twins("76"),
  paddb: twins("FC"),
  paddw: twins("FD"),
  paddd: twins("FE"),
  paddq: twins("D4"),
  paddusb: twins("DC"),
  paddusw: twins("DD"),
  paddsb: twins("EC"),
  paddsw: twins("ED"),
  psubb: twins("F8"),
  psubw: twins("F9"),
  psubd: twins("FA"),
  psubq: twins("FB"),
  psubusb: twins("D8"),
  psubusw: twins("D9"),
  psubsb: twins("E8"),
  psubsw: twins("E9"),
  pminub: twins("DA"),
  pmaxub: twins("DE"),
  pminsw: twins("EA"),
  pmaxsw: twins("EE"),
  pavgb: twins("E0"),
  pavgw: twins("E3"),
  pmullw: twins("D5"),
  pmulhuw: twins("E4"),
  pmulhw: twins("E5"),
  pmuludq: twins("F4"),
  pmaddwd: twins("F5"),
  psadbw: twins("F6"),
  psrlw: shift("71/2", "D1"),
  psraw: shift("71/4", "E1"),
  psllw: shift("71/6", "F1"),
  psrld: shift("72/2", "D2"),
  psrad: shift("72/4", "E2"),
  pslld: shift("72/6", "F2"),
  psrlq: shift("73/2", "D3"),
  psllq: shift("73/6", "F3"),
  psrldq: change("66 0F 73/3 Udq,Ib"),
  pslldq: change("66 0F 73/7 Udq,Ib"),
};

export const VECTOR_STATE = {
  fxsave: vector("NP 0F AE/0 Mx", { uses: [WRITE], interpreted: true }),
  fxrstor: vector("NP 0F AE/1 Mx", { uses: [READ], raises: true, interpreted: true }),
  ldmxcsr: vector("NP 0F AE/2 Md", { uses: [READ], raises: true, interpreted: true }),
  stmxcsr: vector("NP 0F AE/3 Md", { uses: [WRITE] }),
  emms: vector("NP 0F 77", { raises: true, interpreted: true }),
  clflush: vector("NP 0F AE/7:m Mb", { uses: [READ], interpreted: true }),
  lfence: vector("NP 0F AE/5:r", {}),
  mfence: vector("NP 0F AE/6:r", {}),
  sfence: vector("NP 0F AE/7:r", {}),
};
