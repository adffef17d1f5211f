/**
 * The x87 instructions: one row for each operation, with what it does to its operand, to the stack and to the integer
 * flags.
 *
 * Operations are named in octal: escape opcode (D8 is 0), then the reg field of the ModR/M byte. i is the r/m field
 * of register
 * forms. Source: Intel SDM volume 2, tables; undocumented aliases are those that processors execute.
 */
import { Flag } from "../flags.ts";

/** What an instruction does to TOP: -1 pushes, 1 and 2 pop. */
export type StackChange = -1 | 0 | 1 | 2;

export interface MemoryForm {
  readonly name: string;
  /** Bytes of the operand; areas have these with 32-bit operand size. */
  readonly bytes: number;
  readonly isWritten: boolean;
  readonly change: StackChange;
}

/** What a register form does to ST(i) beside computing. */
export type Effect = "store" | "free" | "exchange" | undefined;

export interface RegisterForm {
  readonly name: string;
  /** The r/m fields that exist, one bit each. */
  readonly forms: number;
  readonly change: StackChange;
  readonly effect: Effect;
  /** Of an operation whose r/m field selects a function: changes by it. */
  readonly changes: readonly StackChange[] | undefined;
  /** Arithmetic flags of the processor that it reads and overwrites. */
  readonly reads: number;
  readonly writes: number;
  /** General registers that it writes, one bit each. */
  readonly registers: number;
}

const PUSH = -1;
const POP = 1;
const POP_TWO = 2;

type MemoryMaker = (name: string, bytes: number) => MemoryForm;
const maker =
  (isWritten: boolean, change: StackChange): MemoryMaker =>
  (name, bytes) => ({ name, bytes, isWritten, change });
const read = maker(false, 0);
const write = maker(true, 0);
const load = maker(false, PUSH);
const compareAndPop = maker(false, POP);
const storeAndPop = maker(true, POP);
/** #UD; the bytes are what a segment's limit is compared with before. */
const undefinedForm = maker(false, 0)("(invalid)", 1);

/** The eight operations with an operand in memory. */
function dyadics(stem: string, bytes: number): MemoryForm[] {
  return ["add", "mul", "com", "comp", "sub", "subr", "div", "divr"].map((name) =>
    (name === "comp" ? compareAndPop : read)(stem + name, bytes),
  );
}

/** Memory forms by operation. FISTTP came with SSE3: #UD. */
export const MEMORY_FORMS: readonly MemoryForm[] = [
  ...dyadics("f", 4),
  ...[load("fld", 4), undefinedForm, write("fst", 4), storeAndPop("fstp", 4)],
  ...[read("fldenv", 28), read("fldcw", 2), write("fnstenv", 28), write("fnstcw", 2)],
  ...dyadics("fi", 4),
  ...[load("fild", 4), write("(invalid)", 4), write("fist", 4), storeAndPop("fistp", 4)],
  ...[undefinedForm, load("fld", 10), undefinedForm, storeAndPop("fstp", 10)],
  ...dyadics("f", 8),
  ...[load("fld", 8), write("(invalid)", 8), write("fst", 8), storeAndPop("fstp", 8)],
  ...[read("frstor", 108), undefinedForm, write("fnsave", 108), write("fnstsw", 2)],
  ...dyadics("fi", 2),
  ...[load("fild", 2), write("(invalid)", 2), write("fist", 2), storeAndPop("fistp", 2)],
  ...[load("fbld", 10), load("fild", 8), storeAndPop("fbstp", 10), storeAndPop("fistp", 8)],
];

const { CF, PF, AF, ZF, SF, OF } = Flag;
const ARITHMETIC = CF | PF | AF | ZF | SF | OF;
const ALL = 0xff;
const NONE = 0;

function form(name: string, more: Partial<RegisterForm> = {}): RegisterForm {
  return { name, forms: ALL, change: 0, effect: undefined, changes: undefined, reads: 0, writes: 0, registers: 0, ...more };
}
const popping = (name: string): RegisterForm => form(name, { change: POP });
const storing = (name: string, change: StackChange): RegisterForm => form(name, { change, effect: "store" });
const exchange = form("fxch", { effect: "exchange" });
const moving = (name: string, reads: number): RegisterForm => form(name, { reads });
const comparing = (name: string, change: StackChange): RegisterForm => form(name, { change, writes: ARITHMETIC });
const absent = form("(invalid)", { forms: NONE });

/** Register forms by operation. */
export const REGISTER_FORMS: readonly RegisterForm[] = [
  // D8
  ...[form("fadd"), form("fmul"), form("fcom"), popping("fcomp"), form("fsub"), form("fsubr"), form("fdiv"), form("fdivr")],
  // D9: FLD, FXCH, FNOP, FSTP1; FCHS FABS FTST FXAM; constants; two groups of functions
  ...[form("fld", { change: PUSH }), exchange, form("fnop", { forms: 0x01 }), storing("fstp", POP)],
  form("fchs fabs - - ftst fxam", { forms: 0x33 }),
  form("fld1 fldl2t fldl2e fldpi fldlg2 fldln2 fldz", { forms: 0x7f, change: PUSH }),
  form("f2xm1 fyl2x fptan fpatan fxtract fprem1 fdecstp fincstp", { changes: [0, POP, PUSH, POP, PUSH, 0, 0, 0] }),
  form("fprem fyl2xp1 fsqrt fsincos frndint fscale fsin fcos", { changes: [0, POP, 0, PUSH, 0, 0, 0, 0] }),
  // DA
  ...[moving("fcmovb", CF), moving("fcmove", ZF), moving("fcmovbe", CF | ZF), moving("fcmovu", PF)],
  ...[absent, form("fucompp", { forms: 0x02, change: POP_TWO }), absent, absent],
  // DB
  ...[moving("fcmovnb", CF), moving("fcmovne", ZF), moving("fcmovnbe", CF | ZF), moving("fcmovnu", PF)],
  ...[form("feni fdisi fnclex fninit fsetpm", { forms: 0x1f }), comparing("fucomi", 0), comparing("fcomi", 0), absent],
  // DC: FCOM2, FCOMP3; subtraction and division with the reverse operands
  ...[form("fadd"), form("fmul"), form("fcom"), popping("fcomp"), form("fsubr"), form("fsub"), form("fdivr"), form("fdiv")],
  // DD: FFREE, FXCH4
  ...[form("ffree", { effect: "free" }), exchange, storing("fst", 0), storing("fstp", POP)],
  ...[form("fucom"), popping("fucomp"), absent, absent],
  // DE: FCOMP5
  ...[popping("faddp"), popping("fmulp"), popping("fcomp"), form("fcompp", { forms: 0x02, change: POP_TWO })],
  ...[popping("fsubrp"), popping("fsubp"), popping("fdivrp"), popping("fdivp")],
  // DF: FFREEP, FXCH7, FSTP8, FSTP9
  ...[form("ffreep", { change: POP, effect: "free" }), exchange, storing("fstp", POP), storing("fstp", POP)],
  ...[form("fnstsw", { forms: 0x01, registers: 1 << 0 }), comparing("fucomip", POP), comparing("fcomip", POP), absent],
];

/** The change of TOP by a register form. @param i r/m field */
export function registerChange({ change, changes }: RegisterForm, i: number): StackChange {
  return changes?.[i] ?? change;
}
