/**
 * Arithmetic on doubles. Beneath: exact.ts, for what is not common.
 *
 * Whether a result is inexact follows from its error, which is a double itself (D. E. Knuth, The Art of Computer
 * Programming 2, 4.2.2; T. J. Dekker, "A floating-point technique for extending the available precision", 1971).
 */
import { Word } from "../../registers.ts";
import { type ArithmeticElements, type Element, QUIET, QUIET_BITS } from "./element.ts";
import type { Dyadic, ExactArithmetic } from "./exact.ts";
import { DOUBLE } from "./formats.ts";
import { Mxcsr } from "./mxcsr.ts";
import type { FloatState } from "./state.ts";

export function createDoubleArithmetic(state: FloatState, exact: ExactArithmetic): ArithmeticElements {
  const { MXCSR } = Word;
  const { INEXACT, ROUNDING } = Mxcsr;
  const quietBits = QUIET_BITS;
  const quiet = QUIET;
  const lowest = 2 ** -1022;
  const highest = Number.MAX_VALUE;
  /** Between these bounds the parts of a product neither underflow nor overflow. */
  const lowestSafe = 2 ** -440;
  const highestSafe = 2 ** 440;
  const splitter = 2 ** 27 + 1;
  const { words: R, doubles: F } = state.registers;
  const stage = state.stage.doubles;
  const { raised } = state;

  function general(operation: Dyadic): (a: number, b: number, out: number) => void {
    const from = state.registers.quads;
    const to = state.stage.quads;
    return (a, b, out) => {
      to[out >> 1] = operation(DOUBLE, from[a >> 1]!, from[b >> 1]!);
    };
  }

  const generalAdd = general(exact.add);
  const generalSubtract = general(exact.subtract);
  const generalMultiply = general(exact.multiply);
  const generalDivide = general(exact.divide);
  const generalRoot = general((type, _a, b) => exact.squareRoot(type, b));

  function isSafe(value: number): boolean {
    const magnitude = Math.abs(value);
    return magnitude > lowestSafe && magnitude < highestSafe;
  }

  /** Whether x·y is exactly its rounded value; x and y are safe. */
  function isProduct(x: number, y: number, rounded: number): boolean {
    const largeX = x * splitter;
    const highX = largeX - (largeX - x);
    const lowX = x - highX;
    const largeY = y * splitter;
    const highY = largeY - (largeY - y);
    const lowY = y - highY;
    return highX * highY - rounded + highX * lowY + lowX * highY + lowX * lowY === 0;
  }

  function noteInexact(): void {
    raised[0] = raised[0]! | INEXACT;
  }

  const add: Element = (a, b, out) => {
    const x = F[a >> 1]!;
    const y = F[b >> 1]!;
    const result = x + y;
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
    stage[out >> 1] = result;
    if ((R[MXCSR]! & quietBits) === quiet) return;
    const part = result - x;
    if (x - (result - part) + (y - part) !== 0) noteInexact();
  };

  const subtract: Element = (a, b, out) => {
    const x = F[a >> 1]!;
    const y = F[b >> 1]!;
    const result = x - y;
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
    stage[out >> 1] = result;
    if ((R[MXCSR]! & quietBits) === quiet) return;
    const part = result - x;
    if (x - (result - part) - (y + part) !== 0) noteInexact();
  };

  const multiply: Element = (a, b, out) => {
    const x = F[a >> 1]!;
    const y = F[b >> 1]!;
    const result = x * y;
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || (result === 0 && (x === 0 || y === 0))) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest || y === 0)
    ) {
      generalMultiply(a, b, out);
      return;
    }
    stage[out >> 1] = result;
    if ((R[MXCSR]! & quietBits) === quiet || result === 0) return;
    if (!isSafe(x) || !isSafe(y)) generalMultiply(a, b, out);
    else if (!isProduct(x, y, result)) noteInexact();
  };

  const divide: Element = (a, b, out) => {
    const x = F[a >> 1]!;
    const y = F[b >> 1]!;
    const result = x / y;
    const magnitude = Math.abs(result);
    if (
      (R[MXCSR]! & ROUNDING) !== 0 ||
      !((magnitude > lowest && magnitude <= highest) || (result === 0 && x === 0)) ||
      !(Math.abs(x) >= lowest || x === 0) ||
      !(Math.abs(y) >= lowest)
    ) {
      generalDivide(a, b, out);
      return;
    }
    stage[out >> 1] = result;
    if ((R[MXCSR]! & quietBits) === quiet || result === 0) return;
    if (!isSafe(result) || !isSafe(y)) generalDivide(a, b, out);
    else if (!isProduct(result, y, x)) noteInexact();
  };

  const squareRoot: Element = (a, b, out) => {
    const x = F[b >> 1]!;
    if ((R[MXCSR]! & ROUNDING) !== 0 || !((x >= lowest && x <= highest) || x === 0)) {
      generalRoot(a, b, out);
      return;
    }
    const result = Math.sqrt(x);
    stage[out >> 1] = result;
    if ((R[MXCSR]! & quietBits) === quiet || result === 0) return;
    if (!isSafe(result)) generalRoot(a, b, out);
    else if (!isProduct(result, result, x)) noteInexact();
  };

  return { add, subtract, multiply, divide, squareRoot };
}
