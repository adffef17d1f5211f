/**
 * The opcode table of an i686 with MMX, SSE and SSE2, with the operand codes of the manuals.
 *
 * The one source for the decoder, the interpreter (which binds a handler to each mnemonic), the
 * disassembler and the differential tests. Source: Intel SDM vol. 2, appendix A. The vector rows are in vector-opcodes.ts.
 *
 * Operand codes:
 *   E  register or memory by ModRM.rm      G  register by ModRM.reg     M  memory by ModRM.rm only
 *   R  register by ModRM.rm only           Z  register in opcode bits 0–2
 *   I  immediate     S  sign-extended byte immediate    J  relative target   O  memory offset without ModRM
 *   W  segment register by ModRM.reg       A  far pointer in the instruction
 *   X  memory at DS:(E)SI                  Y  memory at ES:(E)DI        U  string scratch: none
 *   P  MMX register by ModRM.reg   Q  MMX register or memory   N  MMX register by ModRM.rm only
 *   V  XMM register by ModRM.reg   W  XMM register or memory (except Ww)   U  XMM register by ModRM.rm only
 * followed by a size: b byte, w word, d double word, v by operand size, z immediate of operand size
 * (at most 32 bits), p far pointer, a pair of v (BOUND), q 8 bytes, dq 16 bytes, x 512-byte FXSAVE image, s 6-byte
 * table register. The size of a vector register says how much of it is read or changed from its low end, of one that is
 * moved to, how much is written.
 * Fixed operands: AL AX eAX (by operand size) CL DX 1 3, ES CS SS DS FS GS.
 */
import { VECTOR_MOVES, VECTOR_READERS, VECTOR_ROWS, VECTOR_UNALIGNED } from "./vector-opcodes.ts";

/** Attributes of a row. */
export const Attribute = {
  /** LOCK is allowed when the first operand is in memory. */
  LOCK: 1,
  /** Ends a block of straight-line instructions: EIP, or the way of execution, changes. */
  END: 2,
  /** Raises #GP(0) in user mode once it is decoded. */
  PRIVILEGED: 4,
  /** The relative jump is conditional: the block goes on behind it. */
  CONDITIONAL: 8,
  /** A string instruction, which honours REP. */
  STRING: 16,
  /** A vector instruction. */
  VECTOR: 32,
  /** The first operand is written without being read (vector rows only). */
  MOVE: 64,
  /** The first operand is only read (vector rows only). */
  READ: 128,
  /** A 16-byte memory operand may lie at any address. */
  UNALIGNED: 256,
} as const;

export interface Row {
  readonly mnemonic: string;
  readonly operands: readonly string[];
  readonly attributes: number;
}

/** Two rows, of which ModRM.mod chooses one. */
export interface Forms {
  readonly memory: Row | undefined;
  readonly register: Row | undefined;
}

/** A row whose meaning depends on ModRM.reg. */
export interface Group {
  readonly rows: readonly (Row | Forms | undefined)[];
}

/** An opcode whose meaning depends on its prefix: none, 66, F3, F2 (PREFIXES). */
export interface Prefixed {
  readonly prefixed: readonly (Row | Forms | Group | undefined)[];
}

export type Entry = Row | Forms | Group | Prefixed | undefined;

/** The mandatory prefixes in the order of Prefixed; F3 and F2 win over 66, the last of them over the others. */
export const PREFIXES = [0, 0x66, 0xf3, 0xf2] as const;

const { LOCK, END, PRIVILEGED, CONDITIONAL, STRING, VECTOR, MOVE, READ, UNALIGNED } = Attribute;

function row(mnemonic: string, operands = "", attributes = 0): Row {
  return { mnemonic, operands: operands === "" ? [] : operands.split(","), attributes };
}

function group(...rows: (Row | Forms | undefined)[]): Group {
  return { rows };
}

export function isGroup(entry: NonNullable<Entry>): entry is Group {
  return "rows" in entry;
}

export function isForms(entry: NonNullable<Entry>): entry is Forms {
  return "memory" in entry;
}

export function isPrefixed(entry: NonNullable<Entry>): entry is Prefixed {
  return "prefixed" in entry;
}

/** Condition names by the low four opcode bits. */
export const CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"] as const;

const ARITHMETIC = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"] as const;
const SHIFTS = ["rol", "ror", "rcl", "rcr", "shl", "shr", "shl", "sar"] as const;

const lockUnlessCompare = (mnemonic: string): number => (mnemonic === "cmp" ? 0 : LOCK);

const arithmeticGroup = (operands: string): Group => group(...ARITHMETIC.map((m) => row(m, operands, lockUnlessCompare(m))));
const shiftGroup = (operands: string): Group => group(...SHIFTS.map((m) => row(m, operands)));

const unaryGroup = (e: string, i: string): Group =>
  group(
    row("test", `${e},${i}`),
    row("test", `${e},${i}`),
    row("not", e, LOCK),
    row("neg", e, LOCK),
    row("mul", e),
    row("imul1", e),
    row("div", e),
    row("idiv", e),
  );

/** One-byte opcodes. Prefixes are the decoder's and have no row. */
export const ONE_BYTE: Entry[] = new Array<Entry>(256).fill(undefined);
/** Opcodes after 0F. */
export const TWO_BYTE: Entry[] = new Array<Entry>(256).fill(undefined);

function place(map: Entry[], first: number, ...entries: Entry[]): void {
  entries.forEach((entry, index) => {
    map[first + index] = entry;
  });
}

function repeat(count: number, make: (index: number) => Entry): Entry[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

ARITHMETIC.forEach((m, index) => {
  place(
    ONE_BYTE,
    index * 8,
    row(m, "Eb,Gb", lockUnlessCompare(m)),
    row(m, "Ev,Gv", lockUnlessCompare(m)),
    row(m, "Gb,Eb"),
    row(m, "Gv,Ev"),
    row(m, "AL,Ib"),
    row(m, "eAX,Iz"),
  );
});
place(ONE_BYTE, 0x06, row("push", "ES"), row("pop", "ES", END));
place(ONE_BYTE, 0x0e, row("push", "CS"));
place(ONE_BYTE, 0x16, row("push", "SS"), row("pop", "SS", END));
place(ONE_BYTE, 0x1e, row("push", "DS"), row("pop", "DS", END));
place(ONE_BYTE, 0x27, row("daa"));
place(ONE_BYTE, 0x2f, row("das"));
place(ONE_BYTE, 0x37, row("aaa"));
place(ONE_BYTE, 0x3f, row("aas"));
place(ONE_BYTE, 0x40, ...repeat(8, () => row("inc", "Zv")));
place(ONE_BYTE, 0x48, ...repeat(8, () => row("dec", "Zv")));
place(ONE_BYTE, 0x50, ...repeat(8, () => row("push", "Zv")));
place(ONE_BYTE, 0x58, ...repeat(8, () => row("pop", "Zv")));
place(
  ONE_BYTE,
  0x60,
  row("pusha"),
  row("popa"),
  row("bound", "Gv,Ma"),
  row("arpl", "Ew,Gw"),
  undefined,
  undefined,
  undefined,
  undefined,
  row("push", "Iz"),
  row("imul", "Gv,Ev,Iz"),
  row("push", "Sv"),
  row("imul", "Gv,Ev,Sv"),
  row("ins", "Yb", PRIVILEGED),
  row("ins", "Yv", PRIVILEGED),
  row("outs", "Xb", PRIVILEGED),
  row("outs", "Xv", PRIVILEGED),
);
place(ONE_BYTE, 0x70, ...repeat(16, (cc) => row(`j${CONDITIONS[cc]!}`, "Jb", CONDITIONAL)));
place(
  ONE_BYTE,
  0x80,
  arithmeticGroup("Eb,Ib"),
  arithmeticGroup("Ev,Iz"),
  arithmeticGroup("Eb,Ib"),
  arithmeticGroup("Ev,Sv"),
  row("test", "Eb,Gb"),
  row("test", "Ev,Gv"),
  row("xchg", "Eb,Gb", LOCK),
  row("xchg", "Ev,Gv", LOCK),
  row("mov", "Eb,Gb"),
  row("mov", "Ev,Gv"),
  row("mov", "Gb,Eb"),
  row("mov", "Gv,Ev"),
  row("mov", "Ev,Ww"),
  row("lea", "Gv,M"),
  row("mov", "Ww,Ew", END),
  group(row("pop", "Ev")),
  { prefixed: [row("nop"), row("nop"), row("pause"), row("nop")] },
  ...repeat(7, () => row("xchg", "Zv,eAX")),
  row("cbw"),
  row("cwd"),
  row("callf", "Ap", END),
  row("wait"),
  row("pushf"),
  row("popf", "", END),
  row("sahf"),
  row("lahf"),
  row("mov", "AL,Ob"),
  row("mov", "eAX,Ov"),
  row("mov", "Ob,AL"),
  row("mov", "Ov,eAX"),
  row("movs", "Yb,Xb", STRING | END),
  row("movs", "Yv,Xv", STRING | END),
  row("cmps", "Xb,Yb", STRING | END),
  row("cmps", "Xv,Yv", STRING | END),
  row("test", "AL,Ib"),
  row("test", "eAX,Iz"),
  row("stos", "Yb,AL", STRING | END),
  row("stos", "Yv,eAX", STRING | END),
  row("lods", "AL,Xb", STRING | END),
  row("lods", "eAX,Xv", STRING | END),
  row("scas", "AL,Yb", STRING | END),
  row("scas", "eAX,Yv", STRING | END),
  ...repeat(8, () => row("mov", "Zb,Ib")),
  ...repeat(8, () => row("mov", "Zv,Iz")),
  shiftGroup("Eb,Ib"),
  shiftGroup("Ev,Ib"),
  row("ret", "Iw", END),
  row("ret", "", END),
  row("les", "Gv,Mp", END),
  row("lds", "Gv,Mp", END),
  group(row("mov", "Eb,Ib")),
  group(row("mov", "Ev,Iz")),
  row("enter", "Iw,Ib"),
  row("leave"),
  row("retf", "Iw", END),
  row("retf", "", END),
  row("int3", "", END),
  row("int", "Ib", END),
  row("into", "", END),
  row("iret", "", END),
  shiftGroup("Eb,1"),
  shiftGroup("Ev,1"),
  shiftGroup("Eb,CL"),
  shiftGroup("Ev,CL"),
  row("aam", "Ib"),
  row("aad", "Ib"),
  row("salc"),
  row("xlat"),
  ...repeat(8, () => row("x87", "E")),
  row("loopne", "Jb", CONDITIONAL),
  row("loope", "Jb", CONDITIONAL),
  row("loop", "Jb", CONDITIONAL),
  row("jcxz", "Jb", CONDITIONAL),
  row("in", "AL,Ib", PRIVILEGED),
  row("in", "eAX,Ib", PRIVILEGED),
  row("out", "Ib,AL", PRIVILEGED),
  row("out", "Ib,eAX", PRIVILEGED),
  row("call", "Jz", END),
  row("jmp", "Jz", END),
  row("jmpf", "Ap", END),
  row("jmp", "Jb", END),
  row("in", "AL,DX", PRIVILEGED),
  row("in", "eAX,DX", PRIVILEGED),
  row("out", "DX,AL", PRIVILEGED),
  row("out", "DX,eAX", PRIVILEGED),
  undefined,
  row("int1", "", END),
  undefined,
  undefined,
  row("hlt", "", PRIVILEGED),
  row("cmc"),
  unaryGroup("Eb", "Ib"),
  unaryGroup("Ev", "Iz"),
  row("clc"),
  row("stc"),
  row("cli", "", PRIVILEGED),
  row("sti", "", PRIVILEGED),
  row("cld"),
  row("std"),
  group(row("inc", "Eb", LOCK), row("dec", "Eb", LOCK)),
  group(
    row("inc", "Ev", LOCK),
    row("dec", "Ev", LOCK),
    row("call", "Ev", END),
    row("callf", "Mp", END),
    row("jmp", "Ev", END),
    row("jmpf", "Mp", END),
    row("push", "Ev"),
  ),
);

const hint = row("nop", "Ev");
place(
  TWO_BYTE,
  0x00,
  group(
    row("sldt", "Ev"),
    row("str", "Ev"),
    row("lldt", "Ew", PRIVILEGED),
    row("ltr", "Ew", PRIVILEGED),
    row("verr", "Ew"),
    row("verw", "Ew"),
  ),
  group(
    row("sgdt", "Ms"),
    row("sidt", "Ms"),
    row("lgdt", "Ms", PRIVILEGED),
    row("lidt", "Ms", PRIVILEGED),
    row("smsw", "Ev"),
    undefined,
    row("lmsw", "Ew", PRIVILEGED),
    row("invlpg", "M", PRIVILEGED),
  ),
  row("lar", "Gv,Ew"),
  row("lsl", "Gv,Ew"),
  undefined,
  undefined,
  row("clts", "", PRIVILEGED),
  undefined,
  row("invd", "", PRIVILEGED),
  row("wbinvd", "", PRIVILEGED),
  undefined,
  row("ud2"),
  undefined,
  hint,
);
const prefetch = (mnemonic: string): Forms => ({ memory: row(mnemonic, "Mb"), register: hint });
place(
  TWO_BYTE,
  0x18,
  group(
    prefetch("prefetchnta"),
    prefetch("prefetcht0"),
    prefetch("prefetcht1"),
    prefetch("prefetcht2"),
    ...Array.from({ length: 4 }, () => hint),
  ),
  ...repeat(7, () => hint),
);
place(
  TWO_BYTE,
  0x20,
  row("mov", "Rd,Cd", PRIVILEGED),
  row("mov", "Rd,Dd", PRIVILEGED),
  row("mov", "Cd,Rd", PRIVILEGED),
  row("mov", "Dd,Rd", PRIVILEGED),
);
place(TWO_BYTE, 0x30, row("wrmsr", "", PRIVILEGED), row("rdtsc"), row("rdmsr", "", PRIVILEGED), row("rdpmc", "", PRIVILEGED));
place(TWO_BYTE, 0x34, row("sysenter", "", PRIVILEGED), row("sysexit", "", PRIVILEGED));
/* UD0 has operands, which are fetched like those of UD1. */
place(TWO_BYTE, 0xff, row("ud0", "Gv,Ev"));
place(TWO_BYTE, 0x40, ...repeat(16, (cc) => row(`cmov${CONDITIONS[cc]!}`, "Gv,Ev")));
place(TWO_BYTE, 0x80, ...repeat(16, (cc) => row(`j${CONDITIONS[cc]!}`, "Jz", CONDITIONAL)));
place(TWO_BYTE, 0x90, ...repeat(16, (cc) => row(`set${CONDITIONS[cc]!}`, "Eb")));
place(
  TWO_BYTE,
  0xa0,
  row("push", "FS"),
  row("pop", "FS", END),
  row("cpuid"),
  row("bt", "Ev,Gv"),
  row("shld", "Ev,Gv,Ib"),
  row("shld", "Ev,Gv,CL"),
  undefined,
  undefined,
  row("push", "GS"),
  row("pop", "GS", END),
  undefined,
  row("bts", "Ev,Gv", LOCK),
  row("shrd", "Ev,Gv,Ib"),
  row("shrd", "Ev,Gv,CL"),
  undefined,
  row("imul", "Gv,Ev"),
  row("cmpxchg", "Eb,Gb", LOCK),
  row("cmpxchg", "Ev,Gv", LOCK),
  row("lss", "Gv,Mp", END),
  row("btr", "Ev,Gv", LOCK),
  row("lfs", "Gv,Mp", END),
  row("lgs", "Gv,Mp", END),
  row("movzx", "Gv,Eb"),
  row("movzx", "Gv,Ew"),
  undefined,
  row("ud1", "Gv,Ev"),
  group(
    undefined,
    undefined,
    undefined,
    undefined,
    row("bt", "Ev,Ib"),
    row("bts", "Ev,Ib", LOCK),
    row("btr", "Ev,Ib", LOCK),
    row("btc", "Ev,Ib", LOCK),
  ),
  row("btc", "Ev,Gv", LOCK),
  row("bsf", "Gv,Ev"),
  row("bsr", "Gv,Ev"),
  row("movsx", "Gv,Eb"),
  row("movsx", "Gv,Ew"),
  row("xadd", "Eb,Gb", LOCK),
  row("xadd", "Ev,Gv", LOCK),
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  group(undefined, row("cmpxchg8b", "Mq", LOCK)),
  ...repeat(8, () => row("bswap", "Zd")),
);

function vectorRow(text: string): Row {
  const [mnemonic, operands] = text.split(" ") as [string, string?];
  const attributes =
    VECTOR |
    (VECTOR_MOVES.has(mnemonic) ? MOVE : 0) |
    (VECTOR_READERS.has(mnemonic) ? READ : 0) |
    (VECTOR_UNALIGNED.has(mnemonic) ? UNALIGNED : 0);
  return row(mnemonic, operands, attributes);
}

/** "A / B": A with a memory operand, B with a register; a name in parentheses is none of this processor's. */
function vectorForms(text: string | undefined): Row | Forms | undefined {
  if (text === undefined) return undefined;
  const [memory, register] = text.split(" / ");
  if (register === undefined) return vectorRow(text);
  return { memory: memory!.startsWith("(") ? undefined : vectorRow(memory!), register: vectorRow(register) };
}

for (const [opcode, ...cells] of VECTOR_ROWS) {
  const prefixed = PREFIXES.map((_, index) => {
    const cell = cells[index];
    return typeof cell === "object" ? { rows: cell.map(vectorForms) } : vectorForms(cell);
  });
  place(TWO_BYTE, opcode, { prefixed });
}

/** A row and the bytes that select it. */
export interface RowPlace {
  readonly row: Row;
  /** Mandatory prefix, 0 when there is none. */
  readonly prefix: number;
  /** Without the prefix. */
  readonly opcode: readonly number[];
  /** ModRM.reg of a group member, else -1. */
  readonly member: number;
  /** Which forms of ModRM select the row; "any" also where there is no ModRM. */
  readonly form: "any" | "memory" | "register";
}

function placesOf(entry: Entry, found: Omit<RowPlace, "row">): RowPlace[] {
  if (entry === undefined) return [];
  if (isPrefixed(entry)) return entry.prefixed.flatMap((part, index) => placesOf(part, { ...found, prefix: PREFIXES[index]! }));
  if (isGroup(entry)) return entry.rows.flatMap((part, member) => placesOf(part, { ...found, member }));
  if (!isForms(entry)) return [{ ...found, row: entry }];
  return [...placesOf(entry.memory, { ...found, form: "memory" }), ...placesOf(entry.register, { ...found, form: "register" })];
}

/** All rows of the table with their places. */
export function allRows(): RowPlace[] {
  const places = (map: readonly Entry[], escape: readonly number[]): RowPlace[] =>
    map.flatMap((entry, byte) => placesOf(entry, { prefix: 0, opcode: [...escape, byte], member: -1, form: "any" }));
  return [...places(ONE_BYTE, []), ...places(TWO_BYTE, [0x0f])];
}

/**
 * EFLAGS that an instruction leaves undefined (SDM vol. 2), for comparisons with hardware. Rotates and
 * shifts: besides these, OF is undefined when the count is not 1, AF always, and CF when the count
 * exceeds the operand; `shiftUndefined` says so per count.
 */
const CF = 1,
  PF = 4,
  AF = 16,
  ZF = 64,
  SF = 128,
  OF = 2048;
export const UNDEFINED_FLAGS: Readonly<Record<string, number>> = {
  and: AF,
  or: AF,
  xor: AF,
  test: AF,
  aaa: OF | SF | ZF | PF,
  aas: OF | SF | ZF | PF,
  aam: OF | AF | CF,
  aad: OF | AF | CF,
  daa: OF,
  das: OF,
  mul: SF | ZF | AF | PF,
  imul1: SF | ZF | AF | PF,
  imul: SF | ZF | AF | PF,
  div: CF | OF | SF | ZF | AF | PF,
  idiv: CF | OF | SF | ZF | AF | PF,
  bsf: CF | OF | SF | AF | PF,
  bsr: CF | OF | SF | AF | PF,
  bt: OF | SF | AF | PF,
  bts: OF | SF | AF | PF,
  btr: OF | SF | AF | PF,
  btc: OF | SF | AF | PF,
};

/** Flags that a shift or rotate by `count` (already masked to 5 bits) leaves undefined. */
export function shiftUndefined(mnemonic: string, count: number, bits: number): number {
  if (count === 0) return 0;
  const overflow = count === 1 ? 0 : OF;
  switch (mnemonic) {
    case "rol":
    case "ror":
    case "rcl":
    case "rcr":
      return overflow;
    case "shld":
    case "shrd":
      return count > bits ? CF | PF | AF | ZF | SF | OF : AF | overflow;
    case "shl":
    case "shr":
      return AF | overflow | (count > bits ? CF : 0);
    case "sar":
      return AF | overflow;
    default:
      return 0;
  }
}
