/**
 * All instructions of an i686 with MMX, SSE and SSE2, and the sets of mnemonics that follow from their rows: maps by
 * mnemonic are records of these types, so that a gap does not compile.
 */
import { PRIVILEGED_INSTRUCTIONS, STACK, SYSTEM, TRANSFERS } from "./control.ts";
import { ARITHMETIC, MOVES, SHIFTS, STRINGS } from "./integers.ts";
import { type Facts, factsOf, type Flow, type InstructionRow, row, Unit } from "./row.ts";
import { VECTOR_INTEGERS, VECTOR_MOVES, VECTOR_SHUFFLES, VECTOR_STATE } from "./vector-integers.ts";
import { VECTOR_NUMBERS } from "./vector-numbers.ts";

/** The escape opcodes are one row each; their instructions are in x87/instruction-table.ts. */
const FLOATING_POINT = {
  x87: row("D8-DF E", { unit: Unit.X87, raises: true }),
  wait: row("9B", { unit: Unit.X87, raises: true }),
};

export const INSTRUCTIONS = {
  ...ARITHMETIC,
  ...SHIFTS,
  ...MOVES,
  ...STRINGS,
  ...STACK,
  ...TRANSFERS,
  ...SYSTEM,
  ...PRIVILEGED_INSTRUCTIONS,
  ...FLOATING_POINT,
  ...VECTOR_MOVES,
  ...VECTOR_SHUFFLES,
  ...VECTOR_INTEGERS,
  ...VECTOR_STATE,
  ...VECTOR_NUMBERS,
};

type Rows = typeof INSTRUCTIONS;
export type Mnemonic = keyof Rows;

/** The mnemonics whose rows say something. */
type Saying<F> = { [M in Mnemonic]: Rows[M] extends F ? M : never }[Mnemonic];

/** Those that a program may execute: the interpreter has a handler for each. */
export type UserMnemonic = Exclude<Mnemonic, Saying<{ readonly flow: typeof Flow.PRIVILEGED }>>;

/** Those that end a block of translated code, or are left to the interpreter. */
type Untranslated = Saying<{ readonly flow: Exclude<Flow, typeof Flow.NEXT> } | { readonly interpreted: true }>;

/** Those that the translator has a lowering for. */
export type LoweredMnemonic = Exclude<Mnemonic, Untranslated>;

/** Facts by mnemonic. */
export const FACTS = Object.fromEntries(
  Object.entries(INSTRUCTIONS).map(([mnemonic, instruction]: [string, InstructionRow]) => [mnemonic, factsOf(instruction)]),
) as Readonly<Record<Mnemonic, Facts>>;
