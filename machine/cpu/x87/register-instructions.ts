/**
 * Instructions on registers only.
 *
 * Layer beneath: dyadic.ts and the operations. Source: Intel SDM volume 2, tables. The undocumented
 * aliases are
 * those that processors execute; FENI, FDISI and FSETPM do nothing since the 80387.
 *
 * Operations are named in octal: escape opcode, then the reg field of the ModR/M byte; i is its r/m field.
 */
import { squareRoot } from "./arithmetic.ts";
import { compare, EQUAL, examine, LESS, UNORDERED } from "./comparison.ts";
import { loadConstant } from "./constants.ts";
import { operate, setConditionCodes } from "./dyadic.ts";
import { floatingPointFault, invalidOpcodeFault } from "./faults.ts";
import { REGISTER_FORMS } from "./instruction-table.ts";
import { logarithm, logarithmOfNext, powerMinusOne } from "./logarithm.ts";
import type { FpuFlagsPort, FpuInstruction } from "./ports.ts";
import { remainder } from "./remainder.ts";
import { extract, roundToIntegral, scale } from "./scaling.ts";
import { C1, C2, ES, type FpuState, RESULT, SECOND, SOURCE } from "./state.ts";
import { arctangentOf, cosineOf, sineAndCosineOf, sineOf, tangentOf } from "./trigonometry.ts";

const NON_WAITING = 0o34;
const STORE_STATUS = 0o74;

/** Executes an instruction in register form. */
export function executeRegisterForm(s: FpuState, operation: number, i: number, port: FpuFlagsPort, instruction: FpuInstruction): void {
  if (((REGISTER_FORMS[operation]!.forms >> i) & 1) === 0) throw invalidOpcodeFault;
  if (operation === NON_WAITING) {
    executeControl(s, i);
    return;
  }
  if (operation === STORE_STATUS) {
    port.setAX(s.statusWord());
    return;
  }
  if ((s.status & ES) !== 0) throw floatingPointFault;
  s.recordInstruction(instruction);
  execute(s, operation, i, port);
}

function executeControl(s: FpuState, i: number): void {
  if (i === 2)
    s.clearExceptions(); // FNCLEX
  else if (i === 3) s.initialize(); // FNINIT
}

function execute(s: FpuState, operation: number, i: number, port: FpuFlagsPort): void {
  const other = s.register(i);
  switch (operation) {
    case 0o02: // FCOM
    case 0o42: // FCOM2
      compareWith(s, other, false);
      return;
    case 0o03: // FCOMP
    case 0o43: // FCOMP3
    case 0o62: // FCOMP5
      if (compareWith(s, other, false)) s.pop();
      return;
    case 0o54: // FUCOM
      compareWith(s, other, true);
      return;
    case 0o55: // FUCOMP
      if (compareWith(s, other, true)) s.pop();
      return;
    case 0o25: // FUCOMPP
      if (compareWith(s, other, true)) popTwo(s);
      return;
    case 0o63: // FCOMPP
      if (compareWith(s, other, false)) popTwo(s);
      return;
    case 0o10: // FLD
      load(s, other);
      return;
    case 0o11: // FXCH
    case 0o51:
    case 0o71:
      exchange(s, other);
      return;
    case 0o12: // FNOP
      return;
    case 0o13: // FSTP1
      storeUnchecked(s, other);
      return;
    case 0o14:
      changeOrTest(s, i);
      return;
    case 0o15: // FLD1 … FLDZ
      loadConstant(s, i);
      pushSource(s);
      return;
    case 0o16:
      executeFirstGroup(s, i);
      return;
    case 0o17:
      executeSecondGroup(s, i);
      return;
    case 0o20: // FCMOVB, FCMOVE, FCMOVBE, FCMOVU
    case 0o21:
    case 0o22:
    case 0o23:
    case 0o30: // FCMOVNB, FCMOVNE, FCMOVNBE, FCMOVNU
    case 0o31:
    case 0o32:
    case 0o33:
      move(s, other, port.condition(CONDITIONS[operation & 3]! | ((operation >> 3) & 1)));
      return;
    case 0o35: // FUCOMI
      compareToFlags(s, other, true, port);
      return;
    case 0o75: // FUCOMIP
      if (compareToFlags(s, other, true, port)) s.pop();
      return;
    case 0o36: // FCOMI
      compareToFlags(s, other, false, port);
      return;
    case 0o76: // FCOMIP
      if (compareToFlags(s, other, false, port)) s.pop();
      return;
    case 0o50: // FFREE
      s.status &= ~C1;
      s.empty |= 1 << other;
      return;
    case 0o70: // FFREEP
      s.status &= ~C1;
      s.empty |= 1 << other;
      s.pop();
      return;
    case 0o52: // FST
      store(s, other);
      return;
    case 0o53: // FSTP
    case 0o72: // FSTP8
    case 0o73: // FSTP9
      if (store(s, other)) s.pop();
      return;
    default:
      executeArithmetic(s, operation, other);
  }
}

/** D8: to ST(0); DC: to ST(i); DE: to ST(i), then pop. */
function executeArithmetic(s: FpuState, operation: number, other: number): void {
  const isMissing = s.isEmpty(s.top) || s.isEmpty(other);
  const isStored = operate(s, operation & 7, other, isMissing, operation < 8 ? s.top : other);
  if (isStored && operation >= 0o60) s.pop();
}

function popTwo(s: FpuState): void {
  s.pop();
  s.pop();
}

function compareWith(s: FpuState, other: number, isQuiet: boolean): boolean {
  return setConditionCodes(s, s.top, other, s.isEmpty(s.top) || s.isEmpty(other), isQuiet);
}

function compareToFlags(s: FpuState, other: number, isQuiet: boolean, port: FpuFlagsPort): boolean {
  let outcome: number = UNORDERED;
  if (s.isEmpty(s.top) || s.isEmpty(other)) s.stackUnderflow();
  else outcome = compare(s, s.top, other, isQuiet);
  port.setComparison(outcome === EQUAL || outcome === UNORDERED, outcome === UNORDERED, outcome === LESS || outcome === UNORDERED);
  return (s.status & ES) === 0;
}

/** Pushes SOURCE. */
function pushSource(s: FpuState): void {
  s.status &= ~C1;
  if (!s.isEmpty(s.register(7))) {
    if (!s.stackOverflow()) return;
    s.setIndefinite(SOURCE);
  }
  s.push(SOURCE);
}

function load(s: FpuState, other: number): void {
  s.status &= ~C1;
  if (s.isEmpty(other)) {
    if (!s.stackUnderflow()) return;
    s.setIndefinite(SOURCE);
    s.push(SOURCE);
    return;
  }
  s.copy(other, SOURCE);
  pushSource(s);
}

/** Gives an empty register the indefinite. @returns whether the instruction may go on */
function fill(s: FpuState, slot: number): boolean {
  if (!s.isEmpty(slot)) return true;
  if (!s.stackUnderflow()) return false;
  s.setIndefinite(slot);
  s.empty &= ~(1 << slot);
  return true;
}

function exchange(s: FpuState, other: number): void {
  s.status &= ~C1;
  if (!fill(s, s.top) || !fill(s, other)) return;
  s.copy(s.top, SOURCE);
  s.copy(other, s.top);
  s.copy(SOURCE, other);
}

function store(s: FpuState, other: number): boolean {
  s.status &= ~C1;
  if (s.isEmpty(s.top)) {
    if (!s.stackUnderflow()) return false;
    s.setIndefinite(other);
  } else {
    s.copy(s.top, other);
  }
  s.empty &= ~(1 << other);
  return true;
}

/** FSTP1 pops an empty register without complaint and without storing it. */
function storeUnchecked(s: FpuState, other: number): void {
  s.status &= ~C1;
  if (!s.isEmpty(s.top)) {
    s.copy(s.top, other);
    s.empty &= ~(1 << other);
  }
  s.pop();
}

/** Conditions of the FCMOVcc, as in Jcc: below, equal, below or equal, parity. The next bit negates. */
const CONDITIONS = [2, 4, 6, 10] as const;

function move(s: FpuState, other: number, isTaken: boolean): void {
  if (s.isEmpty(s.top) || s.isEmpty(other)) {
    if (!s.stackUnderflow()) return;
    s.setIndefinite(s.top);
    s.empty &= ~(1 << s.top);
  } else if (isTaken) {
    s.copy(other, s.top);
  }
}

/** FCHS, FABS, FTST, FXAM. */
function changeOrTest(s: FpuState, i: number): void {
  if (i === 5) {
    examine(s, s.top);
    return;
  }
  if (i === 4) {
    s.setZero(SOURCE, 0);
    setConditionCodes(s, s.top, SOURCE, s.isEmpty(s.top), false);
    return;
  }
  s.status &= ~C1;
  if (s.isEmpty(s.top)) {
    fill(s, s.top);
    return;
  }
  const word = s.signExponent[s.top]!;
  s.signExponent[s.top] = i === 0 ? word ^ 0x8000 : word & 0x7fff;
}

/** An operation on ST(0) that replaces it. */
function replaceTop(s: FpuState, operation: (s: FpuState, slot: number) => boolean): void {
  s.status &= ~C1;
  if (s.isEmpty(s.top)) fill(s, s.top);
  else if (operation(s, s.top)) s.copy(RESULT, s.top);
}

/** An operation on ST(0) and ST(1) that replaces ST(0). */
function replaceTopByTwo(s: FpuState, operation: (s: FpuState, a: number, b: number) => boolean): void {
  s.status &= ~C1;
  const second = s.register(1);
  if (s.isEmpty(s.top) || s.isEmpty(second)) {
    if (!s.stackUnderflow()) return;
    s.setIndefinite(s.top);
    s.empty &= ~(1 << s.top);
  } else if (operation(s, s.top, second)) {
    s.copy(RESULT, s.top);
  }
}

/** An operation on ST(0) and ST(1) whose result replaces both. */
function replaceBoth(s: FpuState, operation: (s: FpuState, top: number, second: number) => boolean): void {
  s.status &= ~C1;
  const second = s.register(1);
  if (s.isEmpty(s.top) || s.isEmpty(second)) {
    if (!s.stackUnderflow()) return;
    s.setIndefinite(second);
    s.empty &= ~(1 << second);
  } else if (operation(s, s.top, second)) {
    s.copy(RESULT, second);
  } else {
    return;
  }
  s.pop();
}

/** An operation with two results: RESULT replaces ST(0), SECOND is pushed. */
function replaceAndPush(s: FpuState, operation: (s: FpuState, slot: number) => boolean): void {
  s.status &= ~C1;
  if (s.isEmpty(s.top)) {
    if (!s.stackUnderflow()) return;
    s.setIndefinite(RESULT);
    s.setIndefinite(SECOND);
  } else if (!s.isEmpty(s.register(7))) {
    if (!s.stackOverflow()) return;
    s.setIndefinite(RESULT);
    s.setIndefinite(SECOND);
  } else if (!operation(s, s.top)) {
    return;
  }
  s.copy(RESULT, s.top);
  s.empty &= ~(1 << s.top);
  s.push(SECOND);
}

const arctangentOfBoth = (s: FpuState, top: number, second: number): boolean => arctangentOf(s, second, top);
const truncatedRemainder = (s: FpuState, a: number, b: number): boolean => remainder(s, a, b, false);
const nearestRemainder = (s: FpuState, a: number, b: number): boolean => remainder(s, a, b, true);

/** D9 F0…F7. */
function executeFirstGroup(s: FpuState, i: number): void {
  switch (i) {
    case 0: // F2XM1
      replaceTop(s, powerMinusOne);
      return;
    case 1: // FYL2X
      replaceBoth(s, logarithm);
      return;
    case 2: // FPTAN
      s.status &= ~C2;
      replaceAndPush(s, tangentOf);
      return;
    case 3: // FPATAN
      replaceBoth(s, arctangentOfBoth);
      return;
    case 4: // FXTRACT
      replaceAndPush(s, extract);
      return;
    case 5: // FPREM1
      s.status &= ~C2;
      replaceTopByTwo(s, nearestRemainder);
      return;
    case 6: // FDECSTP
      s.top = (s.top - 1) & 7;
      s.status &= ~C1;
      return;
    default: // FINCSTP
      s.top = (s.top + 1) & 7;
      s.status &= ~C1;
  }
}

/** D9 F8…FF. */
function executeSecondGroup(s: FpuState, i: number): void {
  switch (i) {
    case 0: // FPREM
      s.status &= ~C2;
      replaceTopByTwo(s, truncatedRemainder);
      return;
    case 1: // FYL2XP1
      replaceBoth(s, logarithmOfNext);
      return;
    case 2: // FSQRT
      replaceTop(s, squareRoot);
      return;
    case 3: // FSINCOS
      s.status &= ~C2;
      replaceAndPush(s, sineAndCosineOf);
      return;
    case 4: // FRNDINT
      replaceTop(s, roundToIntegral);
      return;
    case 5: // FSCALE
      replaceTopByTwo(s, scale);
      return;
    case 6: // FSIN
      s.status &= ~C2;
      replaceTop(s, sineOf);
      return;
    default: // FCOS
      s.status &= ~C2;
      replaceTop(s, cosineOf);
  }
}
