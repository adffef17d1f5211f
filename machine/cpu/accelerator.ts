/**
 * What the interpreter offers to, and wants from, something that executes hot code in its place
 * (translator/translator.ts).
 */
import type { Operation } from "./operation.ts";
import type { RegisterFile } from "./registers.ts";

export interface Accelerator {
  /** Instructions to interpret between two samples. */
  readonly period: number;
  /**
   * Instructions to interpret at least before a sample: after a whole chain, execution stops where a jump went, not
   * where it was interrupted.
   */
  readonly least: number;
  /** The interpreter has stopped in front of a chain. @returns false when the chain is not interpreted anyway */
  sample(op: Operation, eip: number): boolean;
  /**
   * Leaves an operation to the interpreter, for what executes in its place makes no progress. @returns false when
   * nothing does
   */
  abandon(op: Operation): boolean;
  /** Instructions of the frame may have changed. */
  frameDropped(frame: number): void;
}

export interface AcceleratorHost {
  readonly file: RegisterFile;
  /** The operation at Word.EIP. */
  lookUp(): Operation;
  /** Starts a chain, as a handler does that goes elsewhere. */
  enter(op: Operation): Operation | null;
  /** The operation at an offset of a frame, if the interpreter has decoded it. */
  operationAt(frame: number, offset: number): Operation | undefined;
  /** Says that bytes of a frame are instructions: `frameDropped` is called before they change. */
  cover(frame: number, from: number, to: number): void;
  /**
   * Executes the one instruction at Word.EIP, which does not transfer control, and charges it to the budget. Faults
   * leave as exceptions.
   * @returns the address behind it
   */
  executeOne(): number;
  /** Executes an operation by its own handler, from within another one's: a fault is then its fault. */
  executeWithin(op: Operation): Operation | null;
  /** Brings the x87 state of the running context into the register file (x87/loan.ts). */
  lendX87(): void;
}
