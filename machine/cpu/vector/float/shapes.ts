/**
 * From an element to a whole instruction: which elements there are, where they are, how much of the destination
 * changes.
 * Beneath: state.ts.
 *
 * All elements are computed before the destination changes, so operands may overlap, and a fault leaves it alone.
 */
import type { Element } from "./element.ts";
import type { FloatState } from "./state.ts";

/**
 * Executes an instruction; throws #XM when an unmasked exception occurs, with the destination unchanged.
 *
 * `destination` and `source` are word indices of the register file: of an XMM register, a general register (CVT with
 * SI), or a memory or MMX operand in VECTOR_SCRATCH. 64- and 128-bit operands have even indices. Bits of
 * the destination that an instruction does not define stay.
 */
export type FloatOperation = (destination: number, source: number, immediate: number) => void;

export type Shape = (element: Element) => FloatOperation;

export interface Shapes {
  readonly packedSingle: Shape;
  readonly packedDouble: Shape;
  readonly scalarSingle: Shape;
  readonly scalarDouble: Shape;
  /** Two elements of one word each, results likewise. */
  readonly pair: Shape;
  /** Two elements of one word each, results of two. */
  readonly widening: Shape;
  /** Two elements of two words each, results of one, written to two words. */
  readonly narrowing: Shape;
  /** The same, and the other half of the destination becomes 0. */
  readonly narrowingZeroed: Shape;
}

export function createShapes(state: FloatState): Shapes {
  const { words: R } = state.registers;
  const stage = state.stage.words;
  const { raised, settle } = state;

  function commitWord(destination: number): void {
    if (raised[0] !== 0) settle();
    R[destination] = stage[0]!;
  }

  function commitPair(destination: number): void {
    if (raised[0] !== 0) settle();
    R[destination] = stage[0]!;
    R[destination + 1] = stage[1]!;
  }

  function commitAll(destination: number): void {
    if (raised[0] !== 0) settle();
    R[destination] = stage[0]!;
    R[destination + 1] = stage[1]!;
    R[destination + 2] = stage[2]!;
    R[destination + 3] = stage[3]!;
  }

  return {
    packedSingle: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination + 1, source + 1, 1, immediate);
      element(destination + 2, source + 2, 2, immediate);
      element(destination + 3, source + 3, 3, immediate);
      commitAll(destination);
    },
    packedDouble: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination + 2, source + 2, 2, immediate);
      commitAll(destination);
    },
    scalarSingle: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      commitWord(destination);
    },
    scalarDouble: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      commitPair(destination);
    },
    pair: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination + 1, source + 1, 1, immediate);
      commitPair(destination);
    },
    widening: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination, source + 1, 2, immediate);
      commitAll(destination);
    },
    narrowing: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination, source + 2, 1, immediate);
      commitPair(destination);
    },
    narrowingZeroed: (element) => (destination, source, immediate) => {
      element(destination, source, 0, immediate);
      element(destination, source + 2, 1, immediate);
      stage[2] = 0;
      stage[3] = 0;
      commitAll(destination);
    },
  };
}
