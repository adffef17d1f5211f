/**
 * Rows of the instructions that compute with, move and compare general registers and memory.
 */
import { ARITHMETIC_FLAGS, Flag } from "../flags.ts";
import { conditional, FlagSet, row, Use } from "./row.ts";

const { NONE, READ, WRITE, MODIFY } = Use;
const { CF, PF, AF, ZF, SF, OF, DF } = Flag;
const EAX = 1 << 0;
const ECX = 1 << 1;
const EDX = 1 << 2;
const ESI = 1 << 6;
const EDI = 1 << 7;

/** The ten forms of ADD OR ADC SBB AND SUB XOR CMP. */
const forms = (number: number): string => {
  const opcodes = ["Eb,Gb", "Ev,Gv", "Gb,Eb", "Gv,Ev", "AL,Ib", "eAX,Iz"].map(
    (operands, form) => `${(number * 8 + form).toString(16).padStart(2, "0")} ${operands}`,
  );
  return [...opcodes, `80/${number} Eb,Ib`, `81/${number} Ev,Iz`, `82/${number} Eb,Ib`, `83/${number} Ev,Sv`].join(" | ");
};

/** The six forms of shifts and rotates. */
const shiftForms = (number: number): string =>
  ["C0 Eb,Ib", "C1 Ev,Ib", "D0 Eb,1", "D1 Ev,1", "D2 Eb,CL", "D3 Ev,CL"].map((form) => form.replace(" ", `/${number} `)).join(" | ");

export const ARITHMETIC = {
  add: row(forms(0), { uses: [MODIFY], flags: FlagSet.SUM, lock: true }),
  or: row(forms(1), { uses: [MODIFY], flags: FlagSet.LOGIC, lock: true }),
  adc: row(forms(2), { uses: [MODIFY], flags: FlagSet.SUM_WITH_CARRY, lock: true }),
  sbb: row(forms(3), { uses: [MODIFY], flags: FlagSet.SUM_WITH_CARRY, lock: true }),
  and: row(forms(4), { uses: [MODIFY], flags: FlagSet.LOGIC, lock: true }),
  sub: row(forms(5), { uses: [MODIFY], flags: FlagSet.SUM, lock: true }),
  xor: row(forms(6), { uses: [MODIFY], flags: FlagSet.LOGIC, lock: true }),
  cmp: row(forms(7), { uses: [READ], flags: FlagSet.SUM }),
  test: row("84 Eb,Gb | 85 Ev,Gv | A8 AL,Ib | A9 eAX,Iz | F6/0 Eb,Ib | F6/1 Eb,Ib | F7/0 Ev,Iz | F7/1 Ev,Iz", {
    uses: [READ],
    flags: FlagSet.LOGIC,
  }),
  inc: row("40-47 Zv | FE/0 Eb | FF/0 Ev", { uses: [MODIFY], flags: FlagSet.COUNT, lock: true }),
  dec: row("48-4F Zv | FE/1 Eb | FF/1 Ev", { uses: [MODIFY], flags: FlagSet.COUNT, lock: true }),
  not: row("F6/2 Eb | F7/2 Ev", { uses: [MODIFY], lock: true }),
  neg: row("F6/3 Eb | F7/3 Ev", { uses: [MODIFY], flags: FlagSet.SUM, lock: true }),
  xadd: row("0F C0 Eb,Gb | 0F C1 Ev,Gv", { uses: [MODIFY, MODIFY], flags: FlagSet.SUM, lock: true }),
  cmpxchg: row("0F B0 Eb,Gb | 0F B1 Ev,Gv", { uses: [MODIFY], flags: FlagSet.SUM, writes: EAX, lock: true }),
  cmpxchg8b: row("0F C7/1 Mq", { uses: [MODIFY], flags: FlagSet.ZERO, writes: EAX | EDX, lock: true }),

  mul: row("F6/4 Eb | F7/4 Ev", { uses: [READ], flags: FlagSet.PRODUCT, writes: EAX | EDX }),
  /** IMUL with one operand. */
  imul1: row("F6/5 Eb | F7/5 Ev", { uses: [READ], flags: FlagSet.PRODUCT, writes: EAX | EDX }),
  imul: row("69 Gv,Ev,Iz | 6B Gv,Ev,Sv | 0F AF Gv,Ev", { uses: [MODIFY], flags: FlagSet.PRODUCT }),
  div: row("F6/6 Eb | F7/6 Ev", { uses: [READ], flags: FlagSet.QUOTIENT, writes: EAX | EDX, raises: true }),
  idiv: row("F6/7 Eb | F7/7 Ev", { uses: [READ], flags: FlagSet.QUOTIENT, writes: EAX | EDX, raises: true }),

  daa: row("27", { flags: { reads: CF | AF, writes: CF | AF | SF | ZF | PF, undefined: OF }, writes: EAX, interpreted: true }),
  das: row("2F", { flags: { reads: CF | AF, writes: CF | AF | SF | ZF | PF, undefined: OF }, writes: EAX, interpreted: true }),
  aaa: row("37", { flags: { reads: AF, writes: CF | AF, undefined: OF | SF | ZF | PF }, writes: EAX, interpreted: true }),
  aas: row("3F", { flags: { reads: AF, writes: CF | AF, undefined: OF | SF | ZF | PF }, writes: EAX, interpreted: true }),
  aam: row("D4 Ib", { flags: { writes: SF | ZF | PF, undefined: OF | AF | CF }, writes: EAX, raises: true, interpreted: true }),
  aad: row("D5 Ib", { flags: { writes: SF | ZF | PF, undefined: OF | AF | CF }, writes: EAX, interpreted: true }),
};

export const SHIFTS = {
  rol: row(shiftForms(0), { uses: [MODIFY], flags: FlagSet.ROTATE }),
  ror: row(shiftForms(1), { uses: [MODIFY], flags: FlagSet.ROTATE }),
  rcl: row(shiftForms(2), { uses: [MODIFY], flags: FlagSet.ROTATE_WITH_CARRY }),
  rcr: row(shiftForms(3), { uses: [MODIFY], flags: FlagSet.ROTATE_WITH_CARRY }),
  shl: row(`${shiftForms(4)} | ${shiftForms(6)}`, { uses: [MODIFY], flags: FlagSet.SHIFT }),
  shr: row(shiftForms(5), { uses: [MODIFY], flags: FlagSet.SHIFT }),
  sar: row(shiftForms(7), { uses: [MODIFY], flags: FlagSet.SIGNED_SHIFT }),
  shld: row("0F A4 Ev,Gv,Ib | 0F A5 Ev,Gv,CL", { uses: [MODIFY], flags: FlagSet.DOUBLE_SHIFT }),
  shrd: row("0F AC Ev,Gv,Ib | 0F AD Ev,Gv,CL", { uses: [MODIFY], flags: FlagSet.DOUBLE_SHIFT }),

  bt: row("0F A3 Ev,Gv | 0F BA/4 Ev,Ib", { uses: [READ], flags: FlagSet.BIT, bitString: true }),
  bts: row("0F AB Ev,Gv | 0F BA/5 Ev,Ib", { uses: [MODIFY], flags: FlagSet.BIT, bitString: true, lock: true }),
  btr: row("0F B3 Ev,Gv | 0F BA/6 Ev,Ib", { uses: [MODIFY], flags: FlagSet.BIT, bitString: true, lock: true }),
  btc: row("0F BB Ev,Gv | 0F BA/7 Ev,Ib", { uses: [MODIFY], flags: FlagSet.BIT, bitString: true, lock: true }),
  bsf: row("0F BC Gv,Ev", { uses: [MODIFY], flags: FlagSet.SCAN }),
  bsr: row("0F BD Gv,Ev", { uses: [MODIFY], flags: FlagSet.SCAN }),
};

export const MOVES = {
  /**
   * Where its first operand is a segment register it ends a block, with a control or debug register it is privileged.
   */
  mov: row(
    "88 Eb,Gb | 89 Ev,Gv | 8A Gb,Eb | 8B Gv,Ev | 8C Ev,Ww | 8E Ww,Ew | A0 AL,Ob | A1 eAX,Ov | A2 Ob,AL | A3 Ov,eAX | " +
      "B0-B7 Zb,Ib | B8-BF Zv,Iz | C6/0 Eb,Ib | C7/0 Ev,Iz | 0F 20 Rd,Cd | 0F 21 Rd,Dd | 0F 22 Cd,Rd | 0F 23 Dd,Rd",
    { uses: [WRITE] },
  ),
  movzx: row("0F B6 Gv,Eb | 0F B7 Gv,Ew", { uses: [WRITE] }),
  movsx: row("0F BE Gv,Eb | 0F BF Gv,Ew", { uses: [WRITE] }),
  lea: row("8D Gv,M", { uses: [WRITE, NONE] }),
  xchg: row("86 Eb,Gb | 87 Ev,Gv | 91-97 Zv,eAX", { uses: [MODIFY, MODIFY], lock: true }),
  bswap: row("0F C8-CF Zd", { uses: [MODIFY] }),
  cbw: row("98", { writes: EAX }),
  cwd: row("99", { writes: EDX }),
  xlat: row("D7", { writes: EAX, reaches: true }),
  ...conditional("cmov", "0F 4x Gv,Ev", { uses: [MODIFY] }),
  ...conditional("set", "0F 9x Eb", { uses: [WRITE] }),
  nop: row(
    "NP 90 | 66 90 | F2 90 | 0F 0D Ev | 0F 18/0:r Ev | 0F 18/1:r Ev | 0F 18/2:r Ev | 0F 18/3:r Ev | " +
      "0F 18/4 Ev | 0F 18/5 Ev | 0F 18/6 Ev | 0F 18/7 Ev | 0F 19-1F Ev",
    { uses: [NONE] },
  ),
  pause: row("F3 90", {}),
  prefetchnta: row("0F 18/0:m Mb", { uses: [NONE] }),
  prefetcht0: row("0F 18/1:m Mb", { uses: [NONE] }),
  prefetcht1: row("0F 18/2:m Mb", { uses: [NONE] }),
  prefetcht2: row("0F 18/3:m Mb", { uses: [NONE] }),

  lahf: row("9F", { flags: { reads: ARITHMETIC_FLAGS & ~OF }, writes: EAX }),
  sahf: row("9E", { flags: { writes: ARITHMETIC_FLAGS & ~OF } }),
  clc: row("F8", { flags: FlagSet.CARRY }),
  stc: row("F9", { flags: FlagSet.CARRY }),
  cmc: row("F5", { flags: { reads: CF, writes: CF } }),
  cld: row("FC", { flags: { writes: DF } }),
  std: row("FD", { flags: { writes: DF } }),
  salc: row("D6", { flags: { reads: CF }, writes: EAX }),
};

/** Each ends a block of the interpreter's, for it may stop between two repetitions. */
export const STRINGS = {
  movs: row("A4 Yb,Xb | A5 Yv,Xv", { uses: [WRITE], flags: { reads: DF }, writes: ECX | ESI | EDI, repeats: true, reaches: true }),
  cmps: row("A6 Xb,Yb | A7 Xv,Yv", {
    uses: [READ],
    flags: { reads: DF, writes: ARITHMETIC_FLAGS },
    writes: ECX | ESI | EDI,
    repeats: true,
    reaches: true,
  }),
  stos: row("AA Yb,AL | AB Yv,eAX", { uses: [WRITE], flags: { reads: DF }, writes: ECX | EDI, repeats: true, reaches: true }),
  lods: row("AC AL,Xb | AD eAX,Xv", { uses: [WRITE], flags: { reads: DF }, writes: ECX | ESI, repeats: true, reaches: true }),
  scas: row("AE AL,Yb | AF eAX,Yv", {
    uses: [READ],
    flags: { reads: DF, writes: ARITHMETIC_FLAGS },
    writes: ECX | EDI,
    repeats: true,
    reaches: true,
  }),
};
