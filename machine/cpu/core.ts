/**
 * What the handlers of instructions share: register file, memory, flags, control flow and the ways out
 * of an instruction. One per Interpreter; handlers keep its parts in constants of their closure, which V8
 * turns into constants of the generated code.
 */
import { Vector } from "../exit.ts";
import type { CodeCache } from "./code-cache.ts";
import { raiseFault } from "./fault.ts";
import type { Flags } from "./flags.ts";
import type { UserMnemonic } from "./instruction-set/instruction-set.ts";
import type { Instruction } from "./instruction.ts";
import type { Memory } from "./memory.ts";
import type { Handler, Operation } from "./operation.ts";
import type { RegisterFile } from "./registers.ts";
import type { Segments } from "./segments.ts";

export interface Core {
  readonly file: RegisterFile;
  readonly memory: Memory;
  readonly flags: Flags;
  readonly code: CodeCache;
  readonly segments: Segments;
  /** Leaves the run loop behind `op` with an exit. */
  leave(kind: "software" | "exception", vector: number, op: Operation): null;
  /** Leaves the run loop behind `op` so that segments and TF are looked at; execution goes on at `eip`. */
  changeMode(eip: number): null;
  /** Nanoseconds on the clock, with the instruction count exact up to `op`. */
  timestamp(op: Operation): number;
}

/** Chooses the handler of an instruction; may look at the operation's operands for a special form. */
export type Binder = (op: Operation, instruction: Instruction) => Handler;

/**
 * What has a handler: instructions that a program may execute. MOV with a segment register is apart from other forms
 * of MOV.
 */
export type Handled = UserMnemonic | "mov segment";

/** Some of the binders; the types of all parts show whether one is missing (binding.ts). */
export type BinderMap = Readonly<Partial<Record<Handled, Binder>>>;
/** The binders of certain instructions. */
export type Binders<M extends Handled = Handled> = Readonly<Record<M, Binder>>;

export const invalidOpcode: Handler = () => raiseFault(Vector.INVALID_OPCODE);
export const generalProtection: Handler = () => raiseFault(Vector.GENERAL_PROTECTION);
