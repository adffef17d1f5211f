/**
 * Arithmetic on singles, computed in doubles. Beneath: exact.ts, for what is not common.
 *
 * A double has more than twice the bits of a single, so rounding to double and then to single gives the result that
 * rounding once gives (S. A. Figueroa, "When is double rounding innocuous?", 1995), and products of singles are exact.
 */
import { Word } from "../../registers.ts";
import { type ArithmeticElements, type Element, QUIET, QUIET_BITS } from "./element.ts";
import type { Dyadic, ExactArithmetic } from "./exact.ts";
import { SINGLE } from "./formats.ts";
import { Mxcsr } from "./mxcsr.ts";
import type { FloatState } from "./state.ts";

export function createSingleArithmetic(state: FloatState, exact: ExactArithmetic): ArithmeticElements {
  const { MXCSR } = Word;
  const { INEXACT, ROUNDING } = Mxcsr;
  const quietBits = QUIET_BITS;
  const quiet = QUIET;
  const lowest = 2 ** -126;
  const highest = (2 - 2 ** -23) * 2 ** 127;
  const { words: R, singles: F } = state.registers;
  const stage = state.stage.singles;
  const { raised } = state;

  function general(operation: Dyadic): (a: number, b: number, out: number) => void {
    const to = state.stage.words;
    return (a, b, out) => {
      to[out] = Number(operation(SINGLE, BigInt(R[a]! >>> 0), BigInt(R[b]! >>> 0)));
    };
  }

  const generalAdd = general(exact.add);
  const generalSubtract = general(exact.subtract);
  const generalMultiply = general(exact.multiply);
  const generalDivide = general(exact.divide);
  const generalRoot = general((type, _a, b) => exact.squareRoot(type, b));

  function noteInexact(): void {
    raised[0] = raised[0]! | INEXACT;
  }

  const add: Element = (a, b, out) => {
    const x = F[a]!;
    const y = F[b]!;
    const sum = x + y;
    const result = Math.fround(sum);
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || result === 0) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest || y === 0)
    ) {
      generalAdd(a, b, out);
      return;
    }
    stage[out] = result;
    if ((R[MXCSR]! & quietBits) === quiet) return;
    const part = sum - x;
    if (result !== sum || x - (sum - part) + (y - part) !== 0) noteInexact();
  };

  const subtract: Element = (a, b, out) => {
    const x = F[a]!;
    const y = F[b]!;
    const difference = x - y;
    const result = Math.fround(difference);
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || result === 0) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest || y === 0)
    ) {
      generalSubtract(a, b, out);
      return;
    }
    stage[out] = result;
    if ((R[MXCSR]! & quietBits) === quiet) return;
    const part = difference - x;
    if (result !== difference || x - (difference - part) - (y + part) !== 0) noteInexact();
  };

  const multiply: Element = (a, b, out) => {
    const x = F[a]!;
    const y = F[b]!;
    const product = x * y;
    const result = Math.fround(product);
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || product === 0) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest || y === 0)
    ) {
      generalMultiply(a, b, out);
      return;
    }
    stage[out] = result;
    if ((R[MXCSR]! & quietBits) !== quiet && result !== product) noteInexact();
  };

  const divide: Element = (a, b, out) => {
    const x = F[a]!;
    const y = F[b]!;
    const result = Math.fround(x / y);
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || x === 0) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest)
    ) {
      generalDivide(a, b, out);
      return;
    }
    stage[out] = result;
    if ((R[MXCSR]! & quietBits) !== quiet && result !== 0 && result * y !== x) noteInexact();
  };

  const squareRoot: Element = (a, b, out) => {
    const x = F[b]!;
    if ((R[MXCSR]! & ROUNDING) !== 0 || !((x >= lowest && x <= highest) || x === 0)) {
      generalRoot(a, b, out);
      return;
    }
    const result = Math.fround(Math.sqrt(x));
    stage[out] = result;
    if ((R[MXCSR]! & quietBits) !== quiet && result * result !== x) noteInexact();
  };

  return { add, subtract, multiply, divide, squareRoot };
}
