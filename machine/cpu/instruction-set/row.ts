/**
 * What the row of an instruction says: its encodings, and the facts that decoder, interpreter, translator and tests
 * need of it. Everything else about an instruction is its handler and its lowering.
 *
 * Source: Intel SDM vol. 2; flags: vol. 1, appendix A.
 *
 * Encodings are written as in the manual, separated by "|": opcode bytes, then operand codes.
 *   0F A3 Ev,Gv   two opcode bytes; 40-47 Zv: eight opcodes; 80/5: ModRM.reg is 5; NP, 66, F3, F2 in front: only
 *   behind this mandatory prefix (NP: none); :m, :r only with a memory operand, or only with a register, in ModRM.
 *
 * Operand codes (appendix A):
 *   E  register or memory by ModRM.rm      G  register by ModRM.reg     M  memory by ModRM.rm only
 *   R  register by ModRM.rm only           Z  register in opcode bits 0–2
 *   I  immediate     S  sign-extended byte immediate    J  relative target   O  memory offset without ModRM
 *   W  segment register by ModRM.reg       A  far pointer in the instruction
 *   C  control register  D  debug register
 *   X  memory at DS:(E)SI                  Y  memory at ES:(E)DI
 *   P  MMX register by ModRM.reg   Q  MMX register or memory   N  MMX register by ModRM.rm only
 *   V  XMM register by ModRM.reg   W  XMM register or memory (except Ww)   U  XMM register by ModRM.rm only
 * followed by a size: b byte, w word, d double word, v by operand size, z immediate of operand size
 * (at most 32 bits), p far pointer, a pair of v (BOUND), q 8 bytes, dq 16 bytes, x 512-byte FXSAVE image, s 6-byte
 * table register. The size of a vector register says how much of it is read or changed from its low end, of one that
 * is
 * moved to, how much is written.
 * Fixed operands: AL AX eAX (by operand size) CL DX 1 3, ES CS SS DS FS GS.
 */
import { ARITHMETIC_FLAGS, Flag } from "../flags.ts";

/** How an operand is used. */
export const Use = {
  /** The operand is decoded, and nothing is done with it; of memory, its address may be. */
  NONE: 0,
  READ: 1,
  WRITE: 2,
  MODIFY: 3,
  /** Read and perhaps written; the handler looks itself whether it can be. */
  PERHAPS: 5,
} as const;
export type Use = (typeof Use)[keyof typeof Use];

/** What an instruction does to the stack. */
export const Stack = {
  NONE: 0,
  /** Pushes a word of operand size. */
  PUSH: 1,
  POP: 2,
  /** Pops a word, and releases as many bytes as the immediate says. */
  RETURN: 3,
  /** ESP becomes EBP, then EBP is popped. */
  LEAVE: 4,
  /** Several words. */
  MANY: 5,
} as const;
export type Stack = (typeof Stack)[keyof typeof Stack];

/** What comes behind an instruction, if it is not simply the next one. */
export const Flow = {
  NEXT: 0,
  /** The next one, or a relative target. */
  BRANCH: 1,
  JUMP: 2,
  CALL: 3,
  RETURN: 4,
  /** Segments, the way of execution, or EIP change in another way. */
  LEAVE: 5,
  /** Raises #GP(0) in user mode once it is decoded. */
  PRIVILEGED: 6,
} as const;
export type Flow = (typeof Flow)[keyof typeof Flow];

export const Unit = { INTEGER: 0, X87: 1, VECTOR: 2 } as const;
export type Unit = (typeof Unit)[keyof typeof Unit];

/** EFLAGS bits that an instruction reads and changes. */
export interface FlagFacts {
  readonly reads: number;
  /** Those that it defines, whatever they were. */
  readonly writes: number;
  /** Those that the manual leaves undefined. */
  readonly undefined: number;
  /** Of the undefined ones those that this processor leaves as they were; the others it overwrites. */
  readonly kept: number;
  /** For shifts and rotates, which change nothing when the count is 0: what is undefined besides, by the count. */
  readonly counted: CountFacts | undefined;
}

export interface CountFacts {
  /** Undefined when the count is not 1. */
  readonly many: number;
  /** Undefined when the count exceeds the bits of the operand. */
  readonly beyond: number;
}

/** What a row says; see Facts for what is meant when it does not. */
export interface RowFacts {
  readonly uses?: readonly Use[];
  readonly flags?: Partial<FlagFacts>;
  readonly stack?: Stack;
  readonly writes?: number;
  readonly flow?: Flow;
  readonly unit?: Unit;
  readonly lock?: true;
  readonly repeats?: true;
  readonly reaches?: true;
  readonly raises?: true;
  readonly computes?: true;
  readonly unaligned?: true;
  readonly bitString?: true;
  readonly storesWord?: true;
  readonly interpreted?: true;
}

/** The facts of an instruction. */
export interface Facts {
  /** How operands are used, in their order; what is not named is read. */
  readonly uses: readonly Use[];
  readonly flags: FlagFacts;
  readonly stack: Stack;
  /** General registers that may be written without being operands, one bit each. ESP follows from `stack`. */
  readonly writes: number;
  readonly flow: Flow;
  readonly unit: Unit;
  /** LOCK is allowed when the first operand is in memory. */
  readonly lock: boolean;
  /** A string instruction, which honours REP. */
  readonly repeats: boolean;
  /** Accesses memory that is neither an operand with an address nor the stack. */
  readonly reaches: boolean;
  /** May raise an exception that is not one of its memory operands. */
  readonly raises: boolean;
  /** Floating-point arithmetic: depends on MXCSR. */
  readonly computes: boolean;
  /** A 16-byte memory operand may lie at any address. */
  readonly unaligned: boolean;
  /** A register as second operand is a bit offset, which moves the address of the first. */
  readonly bitString: boolean;
  /** A first operand in memory has 16 bits, whatever the operand size. */
  readonly storesWord: boolean;
  /** Has no lowering: translated code leaves it to the interpreter. */
  readonly interpreted: boolean;
}

/** A row: encodings, and facts whose types are kept, so that sets of mnemonics follow from them. */
export type InstructionRow<F extends RowFacts = RowFacts> = F & { readonly encodings: string };

export function row<const F extends RowFacts>(encodings: string, facts: F): InstructionRow<F> {
  return { encodings, ...facts };
}

const { CF, PF, AF, ZF, SF, OF } = Flag;

/** Condition names by the low four opcode bits. */
export const CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Flags that conditions depend on, by code >> 1. */
const CONDITION_FLAGS = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF] as const;

/** Flags that a condition depends on. @param condition low four opcode bits */
export function conditionReads(condition: number): number {
  return CONDITION_FLAGS[condition >> 1]!;
}

/** Something for each condition, named by a prefix and the condition. */
export function byCondition<P extends string, T>(prefix: P, make: (code: number) => T): Record<`${P}${Condition}`, T> {
  return Object.fromEntries(CONDITIONS.map((name, code) => [prefix + name, make(code)])) as Record<`${P}${Condition}`, T>;
}

/** The rows of JO, JNO …: all facts but the flags that are read. @param encodings with x for the condition's digit */
export function conditional<P extends string, const F extends RowFacts>(
  prefix: P,
  encodings: string,
  facts: F,
): Record<`${P}${Condition}`, InstructionRow<F>> {
  return byCondition(prefix, (code) =>
    row(encodings.replaceAll("x", code.toString(16).toUpperCase()), { ...facts, flags: { reads: conditionReads(code) } }),
  );
}

const NO_FLAGS: FlagFacts = { reads: 0, writes: 0, undefined: 0, kept: 0, counted: undefined };

/** The facts of a row, all of them. */
export function factsOf(row: RowFacts): Facts {
  return {
    uses: row.uses ?? [],
    flags: row.flags === undefined ? NO_FLAGS : { ...NO_FLAGS, ...row.flags },
    stack: row.stack ?? Stack.NONE,
    writes: row.writes ?? 0,
    flow: row.flow ?? Flow.NEXT,
    unit: row.unit ?? Unit.INTEGER,
    lock: row.lock === true,
    repeats: row.repeats === true,
    reaches: row.reaches === true,
    raises: row.raises === true,
    computes: row.computes === true,
    unaligned: row.unaligned === true,
    bitString: row.bitString === true,
    storesWord: row.storesWord === true,
    interpreted: row.interpreted === true,
  };
}

/** How an instruction uses an operand. */
export function useOf({ uses }: Facts, position: number): Use {
  return uses[position] ?? Use.READ;
}

/** Whether an instruction may write an operand. */
export function mayWrite(facts: Facts, position: number): boolean {
  const use = useOf(facts, position);
  return (use & Use.WRITE) !== 0 || use === Use.PERHAPS;
}

/**
 * Flags that a shift or rotate by `count` (already masked to 5 bits) leaves undefined, those of others whatever the
 * count.
 */
export function undefinedFlags({ flags }: Facts, count: number, bits: number): number {
  const { counted } = flags;
  if (counted === undefined) return flags.undefined;
  if (count === 0) return 0;
  return flags.undefined | (count === 1 ? 0 : counted.many) | (count > bits ? counted.beyond : 0);
}

/** Sets of flags that several rows have in common. */
export const FlagSet = {
  /** Sums, differences, comparisons. */
  SUM: { writes: ARITHMETIC_FLAGS },
  SUM_WITH_CARRY: { reads: CF, writes: ARITHMETIC_FLAGS },
  LOGIC: { writes: ARITHMETIC_FLAGS & ~AF, undefined: AF },
  COUNT: { writes: ARITHMETIC_FLAGS & ~CF },
  CARRY: { writes: CF },
  ZERO: { writes: ZF },
  PRODUCT: { writes: CF | OF, undefined: SF | ZF | AF | PF },
  QUOTIENT: { undefined: ARITHMETIC_FLAGS, kept: ARITHMETIC_FLAGS },
  BIT: { writes: CF, undefined: OF | SF | AF | PF, kept: OF | SF | AF | PF },
  SCAN: { writes: ZF, undefined: CF | OF | SF | AF | PF, kept: CF | OF | SF | AF | PF },
  ROTATE: { writes: CF | OF, counted: { many: OF, beyond: 0 } },
  ROTATE_WITH_CARRY: { reads: CF, writes: CF | OF, counted: { many: OF, beyond: 0 } },
  SHIFT: { writes: ARITHMETIC_FLAGS & ~AF, undefined: AF, counted: { many: OF, beyond: CF } },
  SIGNED_SHIFT: { writes: ARITHMETIC_FLAGS & ~AF, undefined: AF, counted: { many: OF, beyond: 0 } },
  DOUBLE_SHIFT: { writes: ARITHMETIC_FLAGS & ~AF, undefined: AF, counted: { many: OF, beyond: ARITHMETIC_FLAGS } },
} as const satisfies Record<string, Partial<FlagFacts>>;
