/**
 * The eight operations of D8…DE, and what goes by the same routines.
 *
 * Layer beneath: x87-code.ts, runtime/x87-routines.ts.
 */
import { C0, C2, C3 } from "../../cpu/x87/state.ts";
import type { Emitter } from "../emitter.ts";
import { add } from "../runtime/x87-addition.ts";
import { multiply } from "../runtime/x87-multiplication.ts";
import { type Precision, routineName } from "../runtime/x87-precision.ts";
import { getValue, type Inexactness, setValue, type Value } from "../runtime/x87-value.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import type { X87Code } from "./x87-code.ts";

const COMPARE = 2;
const COMPARE_POP = 3;
const CODES = C0 | C2 | C3;
/** Condition codes are eight bits above the flags that FCOMI sets instead. */
const FLAGS_BELOW_CODES = 8;

interface Operation {
  readonly name: string;
  /** Whether it takes the operands in reverse. */
  readonly isReversed: boolean;
  /** Its code for normal numbers, where that is short enough to be inline. */
  readonly inline?: Inline;
}

type Inline = (code: Code, a: Value, b: Value, result: Value, rare: () => void, precision: Precision, inexactness: Inexactness) => void;

const sum: Inline = (code, a, b, result, rare, precision, inexactness) => add(code, a, b, false, result, rare, precision, inexactness);
const difference: Inline = (code, a, b, result, rare, precision, inexactness) =>
  add(code, a, b, true, result, rare, precision, inexactness);

/** By reg field. */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  0: { name: "x87Add", isReversed: false, inline: sum },
  1: { name: "x87Multiply", isReversed: false, inline: multiply },
  4: { name: "x87Subtract", isReversed: false, inline: difference },
  5: { name: "x87Subtract", isReversed: true, inline: difference },
  6: { name: "x87Divide", isReversed: false },
  7: { name: "x87Divide", isReversed: true },
};

/** Whether the operation, a reg field, is one that rounds. */
export function isCalculation(operation: number): boolean {
  return operation !== COMPARE && operation !== COMPARE_POP;
}

/** ST(0) operation b, to `destination`; comparisons set the condition codes. */
export function operate(e: Emitter, x87: X87Code, operation: number, b: Value, destination: Value): void {
  const chosen = OPERATIONS[operation];
  if (chosen === undefined) {
    compare(e, x87, b, false);
    return;
  }
  const { code } = e;
  const [first, second] = chosen.isReversed ? [b, x87.register(0)] : [x87.register(0), b];
  const { precision } = x87;
  const call = (name: string): void => {
    getValue(code, first);
    getValue(code, second).call(e.importFunction(routineName(name, precision)));
    setValue(code, destination);
    x87.note(destination.head);
  };
  if (chosen.inline === undefined || !x87.admitsInline()) {
    call(chosen.name);
    return;
  }
  x87.clearC1();
  chosen.inline(code, first, second, destination, () => call(`${chosen.name}Rare`), precision, x87.inexactness);
}

/** ST(0), or ST(1), becomes a function of both. */
export function replaceByBoth(e: Emitter, x87: X87Code, routine: string, destination: Value): void {
  getValue(e.code, x87.register(0));
  getValue(e.code, x87.register(1)).call(e.importFunction(routine));
  setValue(e.code, destination);
  x87.note(destination.head);
}

/** ST(0) becomes a function of itself. */
export function replaceTop(e: Emitter, x87: X87Code, routine: string): void {
  const value = x87.register(0);
  getValue(e.code, value).call(e.importFunction(routine));
  setValue(e.code, value);
  x87.note(value.head);
}

/** Leaves condition codes and exceptions of ST(0) compared with b in a temporary local. */
function outcome(e: Emitter, x87: X87Code, b: Value, isQuiet: boolean): number {
  const { code } = e;
  const codes = code.temporary();
  getValue(code, x87.register(0));
  getValue(code, b).call(e.importFunction(isQuiet ? "x87CompareQuietly" : "x87Compare"));
  code.set(codes);
  x87.noteExceptions(codes);
  return codes;
}

export function compare(e: Emitter, x87: X87Code, b: Value, isQuiet: boolean): void {
  const codes = outcome(e, x87, b, isQuiet);
  x87.setConditionCodes(CODES, codes);
  x87.clearC1();
  e.code.release(codes);
}

/** FXAM. */
export function examine(e: Emitter, x87: X87Code): void {
  const { code } = e;
  const codes = code.temporary();
  getValue(code, x87.register(0)).call(e.importFunction("x87Examine")).set(codes);
  x87.setConditionCodes(CODES, codes);
  x87.note(codes);
  code.release(codes);
}

/** FCOMI and FUCOMI, which leave C1 as it is. */
export function compareToFlags(e: Emitter, x87: X87Code, b: Value, isQuiet: boolean): void {
  const codes = outcome(e, x87, b, isQuiet);
  e.code
    .get(codes)
    .i32(FLAGS_BELOW_CODES)
    .op(Op.I32_SHR_U)
    .i32(CODES >> FLAGS_BELOW_CODES)
    .op(Op.I32_AND);
  e.flags.setExplicit();
  e.code.release(codes);
}
