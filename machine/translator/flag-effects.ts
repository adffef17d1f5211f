/**
 * Which arithmetic flags an instruction reads, and which it overwrites whatever it read: for the liveness of flags in
 * translated code. What the table does not name reads all and overwrites none.
 *
 * Source: Intel SDM vol. 1, appendix A; undefined flags as the interpreter's handlers leave them.
 */
import { ARITHMETIC_FLAGS, Flag } from "../cpu/flags.ts";
import { type Instruction, Kind } from "../cpu/instruction.ts";
import { Attribute, CONDITIONS } from "../cpu/opcodes.ts";
import { vectorBitLowerings } from "./lowering/vector.ts";

export interface FlagEffects {
  readonly reads: number;
  readonly kills: number;
}

const { CF, OF, PF, SF, ZF } = Flag;
const ALL = ARITHMETIC_FLAGS;

/** Flags that condition codes depend on, by code >> 1. */
const CONDITION_FLAGS = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF] as const;

const NONE: FlagEffects = { reads: 0, kills: 0 };
const UNKNOWN: FlagEffects = { reads: ALL, kills: 0 };
const RESULT: FlagEffects = { reads: 0, kills: ALL };
const COUNT: FlagEffects = { reads: 0, kills: ALL & ~CF };
const CHAINED: FlagEffects = { reads: CF, kills: ALL };
const CARRY: FlagEffects = { reads: 0, kills: CF };
const ZERO: FlagEffects = { reads: 0, kills: ZF };
const TURN: FlagEffects = { reads: 0, kills: CF | OF };
const TURN_CARRY: FlagEffects = { reads: CF, kills: CF | OF };
const CARRY_READER: FlagEffects = { reads: CF, kills: 0 };

const EFFECTS: Readonly<Record<string, FlagEffects>> = {
  add: RESULT,
  sub: RESULT,
  cmp: RESULT,
  neg: RESULT,
  and: RESULT,
  or: RESULT,
  xor: RESULT,
  test: RESULT,
  adc: CHAINED,
  sbb: CHAINED,
  inc: COUNT,
  dec: COUNT,
  mov: NONE,
  movzx: NONE,
  movsx: NONE,
  lea: NONE,
  xchg: NONE,
  not: NONE,
  nop: NONE,
  bswap: NONE,
  cbw: NONE,
  cwd: NONE,
  push: NONE,
  pop: NONE,
  leave: NONE,
  jmp: NONE,
  call: NONE,
  ret: NONE,
  loop: NONE,
  jcxz: NONE,
  xadd: RESULT,
  cmpxchg: RESULT,
  cmpxchg8b: ZERO,
  bt: CARRY,
  bts: CARRY,
  btr: CARRY,
  btc: CARRY,
  bsf: ZERO,
  bsr: ZERO,
  mul: RESULT,
  imul1: RESULT,
  imul: RESULT,
  div: NONE,
  idiv: NONE,
  lahf: { reads: ALL & ~OF, kills: 0 },
  sahf: { reads: 0, kills: ALL & ~OF },
  clc: CARRY,
  stc: CARRY,
  cmc: { reads: CF, kills: CF },
  salc: CARRY_READER,
  cld: NONE,
  std: NONE,
  xlat: NONE,
  movs: NONE,
  stos: NONE,
  lods: NONE,
  loope: { reads: ZF, kills: 0 },
  loopne: { reads: ZF, kills: 0 },
};

const CONDITIONAL = new Map<string, FlagEffects>(
  CONDITIONS.flatMap((name, code) =>
    ["j", "set", "cmov"].map((prefix): [string, FlagEffects] => [prefix + name, { reads: CONDITION_FLAGS[code >> 1]!, kills: 0 }]),
  ),
);

/** Shifts and rotates change no flags when the count, their last operand, is 0: what they do otherwise, and what with a count in CL. */
const SHIFTS: Readonly<Record<string, { readonly shifted: FlagEffects; readonly perhaps: FlagEffects }>> = {
  ...Object.fromEntries(["shl", "shr", "sar", "shld", "shrd"].map((name) => [name, { shifted: RESULT, perhaps: NONE }])),
  ...Object.fromEntries(["rol", "ror"].map((name) => [name, { shifted: TURN, perhaps: NONE }])),
  ...Object.fromEntries(["rcl", "rcr"].map((name) => [name, { shifted: TURN_CARRY, perhaps: CARRY_READER }])),
};

/** Comparing string instructions; repeated ones change no flags when ECX is 0. */
const COMPARISONS = new Set(["cmps", "scas"]);

/** Vector instructions that set flags; no others do. */
const NUMBER_COMPARISONS = new Set(["comiss", "comisd", "ucomiss", "ucomisd"]);

export function flagEffects(instruction: Instruction): FlagEffects {
  const { operands, repeat, row } = instruction;
  const { mnemonic } = row;
  if ((row.attributes & Attribute.VECTOR) !== 0) return NUMBER_COMPARISONS.has(mnemonic) ? RESULT : NONE;
  const shift = SHIFTS[mnemonic];
  if (shift !== undefined) {
    const count = operands[operands.length - 1]!;
    return count.kind === Kind.IMMEDIATE && (count.value & 31) !== 0 ? shift.shifted : shift.perhaps;
  }
  if (COMPARISONS.has(mnemonic)) return repeat === 0 ? RESULT : NONE;
  return EFFECTS[mnemonic] ?? CONDITIONAL.get(mnemonic) ?? UNKNOWN;
}

/** Instructions that cannot leave the region before they are done, unless they access memory. */
const SAFE = new Set([
  ...["add", "sub", "cmp", "neg", "and", "or", "xor", "test", "adc", "sbb", "inc", "dec", "mov", "movzx", "movsx", "lea", "xchg", "not"],
  ...["nop", "bswap", "cbw", "cwd", "jmp", "loop", "jcxz", "loope", "loopne", "xadd", "cmpxchg", "mul", "imul1", "imul"],
  ...["bt", "bts", "btr", "btc", "bsf", "bsr", "lahf", "sahf", "clc", "stc", "cmc", "salc", "cld", "std"],
  ...Object.keys(SHIFTS),
  ...CONDITIONAL.keys(),
]);

/** Vector instructions on registers that look at no numbers: moves, and operations on integers. */
function vectorMayExit({ operands, row }: Instruction): boolean {
  return operands.some(({ kind }) => kind === Kind.MMX) || vectorBitLowerings[row.mnemonic] === undefined;
}

/** Whether the translation of an instruction may leave the region before the instruction. */
export function mayExit(instruction: Instruction): boolean {
  if ((instruction.row.attributes & Attribute.VECTOR) !== 0) return instruction.address !== undefined || vectorMayExit(instruction);
  if (!SAFE.has(instruction.row.mnemonic)) return true;
  return instruction.address !== undefined && instruction.row.mnemonic !== "lea" && instruction.row.mnemonic !== "nop";
}
