/**
 * Which flags instructions read and define, so that programs never depend on flags that the manual leaves undefined.
 *
 * Source: Intel SDM vol. 1, appendix A; layer beneath: the opcode table.
 */
import { CONDITIONS, shiftUndefined, UNDEFINED_FLAGS } from "#machine/cpu/opcodes.ts";

const CF = 1;
const PF = 4;
const AF = 16;
const ZF = 64;
const SF = 128;
const OF = 2048;
export const ALL_FLAGS = CF | PF | AF | ZF | SF | OF;

const READ_BY_CONDITION = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, SF | OF | ZF];

const READS: Readonly<Record<string, number>> = {
  adc: CF,
  sbb: CF,
  rcl: CF,
  rcr: CF,
  cmc: CF,
  salc: CF,
  daa: CF | AF,
  das: CF | AF,
  aaa: AF,
  aas: AF,
  lahf: ALL_FLAGS & ~OF,
  pushf: ALL_FLAGS,
};

const DEFINES: Readonly<Record<string, number>> = {
  add: ALL_FLAGS,
  sub: ALL_FLAGS,
  adc: ALL_FLAGS,
  sbb: ALL_FLAGS,
  cmp: ALL_FLAGS,
  neg: ALL_FLAGS,
  xadd: ALL_FLAGS,
  cmpxchg: ALL_FLAGS,
  and: ALL_FLAGS,
  or: ALL_FLAGS,
  xor: ALL_FLAGS,
  test: ALL_FLAGS,
  inc: ALL_FLAGS & ~CF,
  dec: ALL_FLAGS & ~CF,
  shl: ALL_FLAGS,
  shr: ALL_FLAGS,
  sar: ALL_FLAGS,
  shld: ALL_FLAGS,
  shrd: ALL_FLAGS,
  rol: CF | OF,
  ror: CF | OF,
  rcl: CF | OF,
  rcr: CF | OF,
  clc: CF,
  stc: CF,
  mul: ALL_FLAGS,
  imul: ALL_FLAGS,
  imul1: ALL_FLAGS,
  div: ALL_FLAGS,
  idiv: ALL_FLAGS,
  bt: ALL_FLAGS & ~ZF,
  bts: ALL_FLAGS & ~ZF,
  btr: ALL_FLAGS & ~ZF,
  btc: ALL_FLAGS & ~ZF,
  bsf: ALL_FLAGS,
  bsr: ALL_FLAGS,
  comiss: ALL_FLAGS,
  comisd: ALL_FLAGS,
  ucomiss: ALL_FLAGS,
  ucomisd: ALL_FLAGS,
  sahf: ALL_FLAGS & ~OF,
  aaa: ALL_FLAGS,
  aas: ALL_FLAGS,
  aam: ALL_FLAGS,
  aad: ALL_FLAGS,
  daa: ALL_FLAGS,
  das: ALL_FLAGS,
  popf: ALL_FLAGS,
};

/** Flags that a condition reads. */
export function conditionReads(condition: number): number {
  return READ_BY_CONDITION[condition >> 1]!;
}

/** Flags that a mnemonic reads. */
export function flagsRead(mnemonic: string): number {
  const ending = /^(?:set|cmov|j)(.+)$/.exec(mnemonic)?.[1];
  const condition = ending === undefined ? -1 : CONDITIONS.findIndex((name) => name === ending);
  return condition >= 0 ? conditionReads(condition) : (READS[mnemonic] ?? 0);
}

/**
 * Flags that are undefined after an instruction.
 * @param before those before it
 * @param count of a shift, -1 when it is not known
 * @param mayFault the flags may stay as they were
 */
export function undefinedAfter(mnemonic: string, before: number, count: number, bits: number, mayFault: boolean): number {
  if (/^(ro[lr]|rc[lr]|sh[lr]|sar|sh[lr]d)$/.test(mnemonic)) {
    if (count < 0) return before | (mnemonic.startsWith("r") ? OF : mnemonic.endsWith("d") ? ALL_FLAGS : OF | AF | CF);
    const masked = count & 31;
    if (masked === 0) return before;
    const defined = mayFault ? 0 : DEFINES[mnemonic]!;
    return (before & ~defined) | shiftUndefined(mnemonic, masked, bits);
  }
  return (before & ~(mayFault ? 0 : (DEFINES[mnemonic] ?? 0))) | (UNDEFINED_FLAGS[mnemonic] ?? 0);
}
