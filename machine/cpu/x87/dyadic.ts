/**
 * The eight operations that ModR/M's reg field selects in D8, DA, DC and DE, on two operands, with their stack checks.
 *
 * Layer beneath: arithmetic.ts, comparison.ts. Source: Intel SDM volume 2, table A-7 ff.
 */
import { add, divide, multiply } from "./arithmetic.ts";
import { compare, UNORDERED } from "./comparison.ts";
import { C0, C1, C2, C3, ES, type FpuState, RESULT } from "./state.ts";

/* Values of the reg field. */
const ADD = 0;
const MULTIPLY = 1;
export const COMPARE = 2;
export const COMPARE_POP = 3;
const SUBTRACT = 4;
const SUBTRACT_REVERSED = 5;
const DIVIDE = 6;

/** a operation b into RESULT. @returns whether to store it */
function calculate(s: FpuState, operation: number, a: number, b: number): boolean {
  s.status &= ~C1;
  switch (operation) {
    case ADD:
      return add(s, a, b, 0);
    case MULTIPLY:
      return multiply(s, a, b);
    case SUBTRACT:
      return add(s, a, b, 0x8000);
    case SUBTRACT_REVERSED:
      return add(s, b, a, 0x8000);
    case DIVIDE:
      return divide(s, a, b);
    default:
      return divide(s, b, a);
  }
}

/**
 * Sets the condition codes by a comparison of two slots.
 * @param isMissing whether a register among them is empty
 * @returns whether operands may be popped: there was no unmasked exception
 */
export function setConditionCodes(s: FpuState, a: number, b: number, isMissing: boolean, isQuiet: boolean): boolean {
  s.status &= ~C1;
  let outcome: number = UNORDERED;
  if (isMissing) s.stackUnderflow();
  else outcome = compare(s, a, b, isQuiet);
  s.status = (s.status & ~(C0 | C2 | C3)) | outcome;
  return (s.status & ES) === 0;
}

/** ST(0) operation b, of which the result goes to the register `destination`; both are slots. */
export function operate(s: FpuState, operation: number, b: number, isMissing: boolean, destination: number): boolean {
  if (isMissing) {
    if (!s.stackUnderflow()) return false;
    s.setIndefinite(RESULT);
  } else if (!calculate(s, operation, s.top, b)) {
    return false;
  }
  s.copy(RESULT, destination);
  s.empty &= ~(1 << destination);
  return true;
}
