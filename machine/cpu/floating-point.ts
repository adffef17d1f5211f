/**
 * Glue between the integer unit and the x87 unit (x87/x87.ts): operands, flags, and the lazy switch of the
 * state of the x87 and vector units between contexts.
 */
import { type Context, FXSAVE_SIZE } from "../context.ts";
import type { Binders, Core } from "./core.ts";
import { Flag } from "./flags.ts";
import type { Instruction } from "./instruction.ts";
import { createOperands } from "./operands.ts";
import { type Handler, observeControl, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";
import { CODE_SELECTOR } from "./segments.ts";
import { lend, takeBack } from "./x87/loan.ts";
import { MXCSR_INITIAL, readImage, writeImage } from "./vector/image.ts";
import { FpuState } from "./x87/state.ts";
import { type FpuFlagsPort, type FpuInstruction, X87 } from "./x87/x87.ts";

export interface FloatingPoint {
  readonly binders: Binders<"x87" | "wait">;
  /** An address step that does what x87 instructions do before they look at their operand. */
  precede(step: Handler): Handler;
  /** The x87 state, and so the MMX registers; valid behind `acquire`, until generated code runs. */
  readonly state: FpuState;
  /**
   * Brings the state of the running context into the units. Word.UNITS_READY says that the vector registers are
   * there.
   */
  acquire(): void;
  /** Says which context is about to run. */
  select(context: Context): void;
  /** Puts the state of the running context into the register file, for generated code (x87/loan.ts). */
  lend(): void;
  flush(context: Context): void;
  copy(source: Context, destination: Context): void;
  release(context: Context): void;
}

function viewOf(image: Uint8Array): DataView {
  return new DataView(image.buffer, image.byteOffset, image.byteLength);
}

/** FLDCW is D9 /5. */
function loadsControl({ opcode, modrm }: Instruction): boolean {
  return (opcode & 7) === 1 && ((modrm >> 3) & 7) === 5;
}

export function createFloatingPoint(core: Core): FloatingPoint {
  const { words: R, halves: R16 } = core.file;
  const { flags, segments } = core;
  const { address } = createOperands(core);
  const state = new FpuState(R);
  const unit = new X87(core.memory, state);
  const note = observeControl;
  const KEY = Word.X87_KEY;
  const { MXCSR, UNITS_READY, XMM } = Word;
  /** The context whose state is in the unit, and the one that runs. */
  const contexts: { owner: Context | undefined; running: Context | undefined } = { owner: undefined, running: undefined };

  const port: FpuFlagsPort = {
    setComparison(zf: boolean, pf: boolean, cf: boolean): void {
      flags.setArithmetic((zf ? Flag.ZF : 0) | (pf ? Flag.PF : 0) | (cf ? Flag.CF : 0));
    },
    condition: flags.condition,
    setAX(value: number): void {
      R16[0] = value;
    },
  };
  const recorded: FpuInstruction = { eip: 0, cs: CODE_SELECTOR, opcode: 0, operand16: false, selector: 0 };

  function flush(context: Context): void {
    if (contexts.owner !== context) return;
    if (R[KEY] !== 0) takeBack(state, R);
    context.floatingPoint ??= new Uint8Array(FXSAVE_SIZE);
    writeImage(state, R, viewOf(context.floatingPoint));
  }

  /** Forgets the state in the unit. */
  function disown(): void {
    R[KEY] = 0;
    contexts.owner = undefined;
    R[UNITS_READY] = 0;
  }

  function reset(): void {
    unit.reset();
    R.fill(0, XMM, MXCSR);
    R[MXCSR] = MXCSR_INITIAL;
  }

  function acquire(): void {
    const { owner, running } = contexts;
    if (R[KEY] !== 0) takeBack(state, R);
    if (owner === running) return;
    if (owner !== undefined) flush(owner);
    contexts.owner = running;
    R[UNITS_READY] = 1;
    if (running?.floatingPoint === undefined) reset();
    else readImage(state, R, viewOf(running.floatingPoint));
  }

  function record(op: Operation): FpuInstruction {
    const { instruction } = op;
    recorded.eip = (R[Word.PAGE]! + op.offset) >>> 0;
    recorded.opcode = ((instruction.opcode & 7) << 8) | instruction.modrm;
    recorded.operand16 = instruction.operandSize === 2;
    recorded.selector = segments.selectors[instruction.segment]!;
    return recorded;
  }

  const memoryForm: Handler = (op) => {
    acquire();
    unit.executeMemory(op.instruction.opcode & 7, (op.instruction.modrm >> 3) & 7, address(op), record(op));
    return op.next;
  };
  /** FLDCW. */
  const controlForm: Handler = (op) => {
    acquire();
    const { control } = state;
    const next = memoryForm(op);
    note(op, control ^ state.control);
    return next;
  };
  const registerForm: Handler = (op) => {
    acquire();
    unit.executeRegister(op.instruction.opcode & 7, op.instruction.modrm, port, record(op));
    return op.next;
  };
  const wait: Handler = (op) => {
    acquire();
    unit.wait();
    return op.next;
  };

  return {
    binders: {
      x87: (_op, instruction) => (instruction.address === undefined ? registerForm : loadsControl(instruction) ? controlForm : memoryForm),
      wait: () => wait,
    },
    precede:
      (step: Handler): Handler =>
      (op) => {
        acquire();
        const { opcode, modrm } = op.instruction;
        return unit.reachesOperand(opcode & 7, (modrm >> 3) & 7) ? step(op) : op.body(op);
      },
    state,
    acquire,
    select(context: Context): void {
      if (R[KEY] !== 0 && contexts.owner !== context) takeBack(state, R);
      contexts.running = context;
      R[UNITS_READY] = contexts.owner === context ? 1 : 0;
    },
    lend(): void {
      acquire();
      lend(state, R);
    },
    flush,
    copy(source: Context, destination: Context): void {
      flush(source);
      if (contexts.owner === destination) disown();
      destination.floatingPoint = source.floatingPoint?.slice();
    },
    release(context: Context): void {
      if (contexts.owner === context) disown();
      if (contexts.running === context) contexts.running = undefined;
    },
  };
}
