/**
 * MIN, MAX, CMP, COMIS and UCOMIS (Intel SDM vol. 2; vol. 1, 11.5.2). Beneath: state.ts.
 *
 * A comparison gives a relation; each instruction tests whether it is in a set of relations.
 */
import { Flag, type Flags } from "../../flags.ts";
import { Word } from "../../registers.ts";
import type { Element } from "./element.ts";
import { Mxcsr } from "./mxcsr.ts";
import type { FloatState } from "./state.ts";

/** Relations as bits, so that a set of them is a mask. */
const LESS = 1;
const EQUAL = 2;
const GREATER = 4;
const UNORDERED = 8;

/** By predicate of CMP: the relations that satisfy it, and whether it signals quiet NaNs, too. */
const PREDICATES = [
  { name: "EQ", relations: EQUAL, signalsQuiet: false },
  { name: "LT", relations: LESS, signalsQuiet: true },
  { name: "LE", relations: LESS | EQUAL, signalsQuiet: true },
  { name: "UNORD", relations: UNORDERED, signalsQuiet: false },
  { name: "NEQ", relations: LESS | GREATER | UNORDERED, signalsQuiet: false },
  { name: "NLT", relations: EQUAL | GREATER | UNORDERED, signalsQuiet: true },
  { name: "NLE", relations: GREATER | UNORDERED, signalsQuiet: true },
  { name: "ORD", relations: LESS | EQUAL | GREATER, signalsQuiet: false },
] as const;

/** What comparisons have to know about a format. */
interface ComparedFormat {
  readonly values: Float32Array | Float64Array;
  /** log2 of the words of a value: from word index to index of `values`. */
  readonly shift: 0 | 1;
  readonly lowestNormal: number;
  /** In the highest word of a value. */
  readonly quietBit: number;
}

export interface ComparisonElements {
  readonly minimum: Element;
  readonly maximum: Element;
  /** CMP: all ones or all zeros. */
  readonly mask: Element;
  /** COMIS and UCOMIS. They have no result, and set EFLAGS unless they fault. */
  readonly ordered: (a: number, b: number) => void;
  readonly unordered: (a: number, b: number) => void;
}

function createComparison(state: FloatState, flags: Flags, format: ComparedFormat): ComparisonElements {
  const { MXCSR } = Word;
  const { DENORMAL, DENORMALS_ARE_ZEROS, INVALID } = Mxcsr;
  const { values, shift, lowestNormal, quietBit } = format;
  const [less, equal, greater, unordered] = [LESS, EQUAL, GREATER, UNORDERED];
  const { words: R } = state.registers;
  const stage = state.stage.words;
  const { raised, settle } = state;
  const accepted = Uint8Array.from(PREDICATES, (predicate) => predicate.relations);
  const signalsQuiet = PREDICATES.map((predicate) => predicate.signalsQuiet);
  const eflags = new Uint8Array(UNORDERED + 1);
  eflags[LESS] = Flag.CF;
  eflags[EQUAL] = Flag.ZF;
  eflags[UNORDERED] = Flag.CF | Flag.PF | Flag.ZF;

  function isDenormal(value: number): boolean {
    return Math.abs(value) < lowestNormal && value !== 0;
  }

  function isSignaling(at: number): boolean {
    const value = values[at >> shift]!;
    return value !== value && (R[at + shift]! & quietBit) === 0;
  }

  function relation(a: number, b: number, signalQuiet: boolean): number {
    let x = values[a >> shift]!;
    let y = values[b >> shift]!;
    if (x !== x || y !== y) {
      if (signalQuiet || isSignaling(a) || isSignaling(b)) raised[0] = raised[0]! | INVALID;
      return unordered;
    }
    if (isDenormal(x) || isDenormal(y)) {
      if ((R[MXCSR]! & DENORMALS_ARE_ZEROS) === 0) raised[0] = raised[0]! | DENORMAL;
      else {
        if (isDenormal(x)) x = 0;
        if (isDenormal(y)) y = 0;
      }
    }
    return x < y ? less : x > y ? greater : equal;
  }

  /** An operand as DAZ leaves it. */
  function copy(from: number, out: number): void {
    const keep = (R[MXCSR]! & DENORMALS_ARE_ZEROS) === 0 || !isDenormal(values[from >> shift]!);
    if (shift === 1) stage[out] = keep ? R[from]! : 0;
    stage[out + shift] = keep ? R[from + shift]! : R[from + shift]! & -0x80000000;
  }

  function compareFlags(a: number, b: number, signalQuiet: boolean): void {
    const found = relation(a, b, signalQuiet);
    if (raised[0] !== 0) settle();
    flags.setArithmetic(eflags[found]!);
  }

  return {
    minimum: (a, b, out) => copy(relation(a, b, true) === less ? a : b, out),
    maximum: (a, b, out) => copy(relation(a, b, true) === greater ? a : b, out),
    mask: (a, b, out, immediate) => {
      const predicate = immediate & 7;
      const result = (relation(a, b, signalsQuiet[predicate]!) & accepted[predicate]!) === 0 ? 0 : -1;
      stage[out] = result;
      stage[out + shift] = result;
    },
    ordered: (a, b) => compareFlags(a, b, true),
    unordered: (a, b) => compareFlags(a, b, false),
  };
}

export function createSingleComparison(state: FloatState, flags: Flags): ComparisonElements {
  return createComparison(state, flags, { values: state.registers.singles, shift: 0, lowestNormal: 2 ** -126, quietBit: 0x400000 });
}

export function createDoubleComparison(state: FloatState, flags: Flags): ComparisonElements {
  return createComparison(state, flags, { values: state.registers.doubles, shift: 1, lowestNormal: 2 ** -1022, quietBit: 0x80000 });
}
