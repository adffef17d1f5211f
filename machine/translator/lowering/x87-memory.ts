/**
 * x87 instructions with a memory operand.
 *
 * Layer beneath: x87-arithmetic.ts, x87-code.ts. Source: Intel SDM volume 2, tables.
 */
import { CONTROL_FIXED, CONTROL_WRITABLE, TOP_SHIFT } from "../../cpu/x87/state.ts";
import type { Emitter } from "../emitter.ts";
import type { MemoryPlace } from "../memory-code.ts";
import { storeInteger } from "../runtime/x87-integers.ts";
import { DOUBLE, loadReal, type RealFormat, SINGLE, storeReal } from "../runtime/x87-reals.ts";
import { getValue, markSpecial, releaseValue, setValue, temporaryValue, type Value } from "../runtime/x87-value.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { isCalculation, operate } from "./x87-arithmetic.ts";
import type { X87Code } from "./x87-code.ts";
import { ALL_MASKS, isNearest, isTruncating } from "../analysis/x87-effects.ts";

/** A memory format: bytes, and the load that leaves an i64. */
interface Format {
  readonly bytes: number;
  readonly load: number;
  readonly store: number;
  /** Undefined for integers. */
  readonly real?: RealFormat;
}

const REAL_32: Format = { bytes: 4, load: Op.I64_LOAD32_U, store: Op.I64_STORE32, real: SINGLE };
const REAL_64: Format = { bytes: 8, load: Op.I64_LOAD, store: Op.I64_STORE, real: DOUBLE };
const INTEGER_16: Format = { bytes: 2, load: Op.I64_LOAD16_S, store: Op.I64_STORE16 };
const INTEGER_32: Format = { bytes: 4, load: Op.I64_LOAD32_S, store: Op.I64_STORE32 };
const INTEGER_64: Format = { bytes: 8, load: Op.I64_LOAD, store: Op.I64_STORE };
const EXTENDED_BYTES = 10;

/** Formats of the operands of arithmetic by escape opcode. */
const OPERANDS: Readonly<Record<number, Format>> = { 0: REAL_32, 2: INTEGER_32, 4: REAL_64, 6: INTEGER_16 };
const LOADS: Readonly<Record<number, Format>> = { 0o10: REAL_32, 0o50: REAL_64, 0o30: INTEGER_32, 0o70: INTEGER_16, 0o75: INTEGER_64 };

/** Emits the conversion of a value to bits, with flags, by a fast path; `rare` emits it for all values. */
type Conversion = (code: Code, value: Value, bits: number, flags: number, rare: () => void) => void;

interface Rounding {
  readonly routine: string;
  readonly inline: Conversion;
}

interface Store {
  readonly format: Format;
  readonly toNearest: Rounding;
  /** What takes its place when the control word says truncation; undefined when the interpreter has to. */
  readonly truncating: Rounding | undefined;
}

function realStore(format: Format, real: RealFormat, routine: string): Store {
  const inline: Conversion = (code, value, bits, flags, rare) => storeReal(code, real, value, bits, flags, rare);
  return { format, toNearest: { routine, inline }, truncating: undefined };
}

function integerStore(format: Format): Store {
  const size = format.bytes * 8;
  const rounding = (routine: string, isTruncated: boolean): Rounding => ({
    routine: `${routine}${size}`,
    inline: (code, value, bits, flags, rare) => storeInteger(code, value, size, isTruncated, bits, flags, rare),
  });
  return { format, toNearest: rounding("x87StoreInteger", false), truncating: rounding("x87Truncate", true) };
}

const SINGLE_STORE = realStore(REAL_32, SINGLE, "x87StoreSingle");
const DOUBLE_STORE = realStore(REAL_64, DOUBLE, "x87StoreDouble");

const STORES: Readonly<Record<number, Store>> = {
  0o12: SINGLE_STORE,
  0o13: SINGLE_STORE,
  0o52: DOUBLE_STORE,
  0o53: DOUBLE_STORE,
  0o32: integerStore(INTEGER_32),
  0o33: integerStore(INTEGER_32),
  0o72: integerStore(INTEGER_16),
  0o73: integerStore(INTEGER_16),
  0o77: integerStore(INTEGER_64),
};

/** Pushes the bits of the operand, recorded as such. */
function readOperand(e: Emitter, x87: X87Code, { bytes, load }: Format): void {
  const place = translate(e, x87, bytes, false);
  e.code.get(place.local).access(load, place.offset);
  e.memory.release(place);
}

/** @returns the translated place of the operand; the instruction is recorded and will not leave the region any more */
function translate(e: Emitter, x87: X87Code, bytes: number, isWrite: boolean): MemoryPlace {
  const { code } = e;
  const place = e.memory.operand(bytes, isWrite);
  const address = code.temporary();
  e.address().set(address);
  x87.record(address);
  code.release(address);
  return place;
}

/**
 * Pops the bits of an operand into a value.
 * @param isOperand whether an operation will report what is special about it
 * @param special emits what follows when it is not a normal number
 */
function convert(e: Emitter, { real }: Format, isOperand: boolean, value: Value, special?: () => void): void {
  const { code } = e;
  if (real === undefined) {
    code.call(e.importFunction("x87LoadInteger"));
    setValue(code, value);
    return;
  }
  const bits = code.temporary(ValueType.I64);
  code.set(bits);
  loadReal(code, real, bits, value, () => {
    const size = real === SINGLE ? "Single" : "Double";
    code.get(bits).call(e.importFunction(`x87${isOperand ? "Operand" : "Load"}${size}`));
    setValue(code, value);
    special?.();
  });
  code.release(bits);
}

function loadExtended(e: Emitter, x87: X87Code): void {
  const { code } = e;
  const place = translate(e, x87, EXTENDED_BYTES, false);
  x87.advance();
  const { significand, head } = x87.register(0);
  code.get(place.local).access(Op.I64_LOAD, place.offset).set(significand);
  code
    .get(place.local)
    .access(Op.I32_LOAD16_U, place.offset + 8)
    .set(head);
  markSpecial(code, x87.register(0));
  x87.clearC1();
  e.memory.release(place);
}

function storeExtended(e: Emitter, x87: X87Code): void {
  const { code } = e;
  const place = translate(e, x87, EXTENDED_BYTES, true);
  const { significand, head } = x87.register(0);
  code.get(place.local).get(significand).access(Op.I64_STORE, place.offset);
  code
    .get(place.local)
    .get(head)
    .access(Op.I32_STORE16, place.offset + 8);
  x87.clearC1();
  x87.advance();
  e.memory.release(place);
}

function load(e: Emitter, x87: X87Code, format: Format): void {
  readOperand(e, x87, format);
  x87.advance();
  x87.clearC1();
  const value = x87.register(0);
  convert(e, format, false, value, () => x87.noteExceptions(value.head));
}

function store(e: Emitter, x87: X87Code, format: Format, { routine, inline }: Rounding): void {
  const { code } = e;
  const bits = code.temporary(ValueType.I64);
  const flags = code.temporary();
  const place = translate(e, x87, format.bytes, true);
  const value = x87.register(0);
  const call = (): void => void getValue(code, value).call(e.importFunction(routine)).set(flags).set(bits);
  if (x87.admitsInline()) inline(code, value, bits, flags, call);
  else call();
  code.get(place.local).get(bits).access(format.store, place.offset);
  x87.note(flags);
  x87.advance();
  code.release(bits, flags);
  e.memory.release(place);
}

function calculate(e: Emitter, x87: X87Code, operation: number, format: Format): void {
  readOperand(e, x87, format);
  const operand = temporaryValue(e.code);
  convert(e, format, true, operand);
  operate(e, x87, operation & 7, operand, x87.register(0));
  x87.advance();
  releaseValue(e.code, operand);
}

/** FLDCW. With another control word than is expected the region is left. */
function loadControl(e: Emitter, x87: X87Code): void {
  const { code } = e;
  const control = code.temporary();
  e.load(e.memory.operand(2, false), 2).i32(CONTROL_WRITABLE).op(Op.I32_AND).i32(CONTROL_FIXED).op(Op.I32_OR).tee(control);
  code.i32(x87.nextControl).op(Op.I32_NE).if();
  // An exception that is not masked any more may be pending.
  code.get(control).i32(ALL_MASKS).op(Op.I32_AND).i32(ALL_MASKS).op(Op.I32_NE);
  e.leaveIf();
  x87.leaveBehind(control);
  code.end();
  x87.advance();
  code.release(control);
}

function storeWord(e: Emitter, push: () => void): void {
  const { code } = e;
  const place = e.memory.operand(2, true);
  code.get(place.local);
  push();
  code.access(Op.I32_STORE16, place.offset);
  e.memory.release(place);
}

function roundingOf({ toNearest, truncating }: Store, control: number): Rounding | undefined {
  if (isNearest(control)) return toNearest;
  return isTruncating(control) ? truncating : undefined;
}

/** @param operation escape opcode and reg field. @returns false when there is no code for it in the current state */
export function lowerMemoryForm(e: Emitter, x87: X87Code, operation: number): boolean {
  const { code } = e;
  const operand = OPERANDS[operation >> 3];
  if (operand !== undefined) {
    if (x87.isEmpty(0) || (isCalculation(operation & 7) && !isNearest(x87.control))) return false;
    calculate(e, x87, operation, operand);
    return true;
  }
  const loaded = LOADS[operation];
  if (loaded !== undefined || operation === 0o35) {
    if (!x87.isEmpty(7)) return false;
    if (loaded === undefined) loadExtended(e, x87);
    else load(e, x87, loaded);
    return true;
  }
  const stored = STORES[operation];
  if (stored !== undefined || operation === 0o37) {
    if (x87.isEmpty(0)) return false;
    if (stored === undefined) {
      storeExtended(e, x87);
      return true;
    }
    const rounding = roundingOf(stored, x87.control);
    if (rounding === undefined) return false;
    store(e, x87, stored.format, rounding);
    return true;
  }
  switch (operation) {
    case 0o15:
      loadControl(e, x87);
      return true;
    case 0o17:
      storeWord(e, () => void code.i32(x87.control));
      return true;
    case 0o57:
      storeWord(
        e,
        () =>
          void x87
            .getStatus()
            .i32(x87.top << TOP_SHIFT)
            .op(Op.I32_OR),
      );
      return true;
    default:
      return false;
  }
}
