/**
 * The processor: runs a context by executing chains of operations.
 *
 * Layers beneath: code-cache.ts finds operations, the handlers do the work. Faults arrive as exceptions.
 */
import type { Context } from "../context.ts";
import { type Exit, Vector } from "../exit.ts";
import type { Processor } from "../processor.ts";
import type { Ram } from "../ram.ts";
import type { ReferenceTracer } from "../reference-tracer.ts";
import type { TranslationTable } from "../translation-table.ts";
import type { Accelerator, AcceleratorHost } from "./accelerator.ts";
import { createBinding } from "./binding.ts";
import { type Binding, type CodeCache, createCodeCache } from "./code-cache.ts";
import type { Core } from "./core.ts";
import { GuestFault } from "./fault.ts";
import { ARITHMETIC_FLAGS, createFlags, Flag } from "./flags.ts";
import { createFloatingPoint, type FloatingPoint } from "./floating-point.ts";
import { Segment } from "./instruction.ts";
import { createMemory } from "./memory.ts";
import type { Operation } from "./operation.ts";
import { createRegisterFile, Stop, Word } from "./registers.ts";
import { createSegments } from "./segments.ts";
import { createTracedExecution, type TracedExecution } from "./traced-execution.ts";
import { floatingPointFault, invalidOpcodeFault } from "./x87/x87.ts";

/** Largest budget handed to the register file at once; a run with more goes in turns. */
const MAX_TURN = 0x3fffffff;

/** Runs behind system calls for one sample. */
const STARTS_PER_SAMPLE = 100;

/** Chains that a sample may pass by because they are not interpreted. */
const MAX_PASSED = 16;

/** What a processor does by default about an internal error that it can get over. */
function raise(message: string): void {
  throw new Error(message);
}

/** Source of RDTSC, in nanoseconds. */
export interface TimeSource {
  now(): number;
}

export class Interpreter implements Processor {
  instructions = 0;
  readonly exit: Exit = { kind: "slice", vector: 0, errorCode: 0, address: 0 };
  /** Replaceable, because a virtual clock is made from the processor's instruction count. */
  clock: TimeSource;

  private readonly ram: Ram;
  private readonly core: Core;
  private readonly words: Int32Array;
  private readonly floatingPoint: FloatingPoint;
  /** Instructions at the start of the turn plus its budget: less Word.BUDGET it is the exact count. */
  private issued = 0;
  /** The operation that is being executed, when the run loop was left by an exception. */
  private current: Operation | null = null;
  /** The operation that is executed for translated code, which itself is an operation's handler. */
  private inner: Operation | null = null;
  private readonly accelerator: Accelerator | undefined;
  private readonly traced: TracedExecution | undefined;
  /** The context that ran last, if it made a system call: behind one, no jump goes to where its next run begins. */
  private caller: Context | undefined = undefined;
  /** Whether the run has begun there. */
  private isBehindCall = false;
  /** Runs behind system calls until the beginning of one is a sample. */
  private untilStart = STARTS_PER_SAMPLE;
  /** Instructions to interpret until the next sample. */
  private untilSample: number;
  private readonly report: (message: string) => void;

  /**
   * @param accelerate makes what executes hot code in the interpreter's place
   * @param tracer is told of all references to pages; not together with an accelerator
   * @param report is told of internal errors that the processor gets over if this returns; by default it throws
   */
  constructor(
    ram: Ram,
    clock: TimeSource,
    accelerate?: (host: AcceleratorHost) => Accelerator,
    tracer?: ReferenceTracer,
    report: (message: string) => void = raise,
  ) {
    this.clock = clock;
    this.report = report;
    this.ram = ram;
    const file = createRegisterFile(ram);
    this.words = file.words;
    // Binding and core need each other: handlers are made from the core, the code cache calls the binding.
    const late: { binding?: Binding; code?: CodeCache } = {};
    const traced = tracer && createTracedExecution(ram, file, tracer, (op) => this.countBefore(op));
    this.traced = traced;
    const memory = createMemory(ram, file, (physical, bytes) => late.code!.written(physical, bytes), traced);
    const code = createCodeCache(
      ram,
      file,
      memory,
      traced
        ? { bind: (instruction, offset) => traced.trace(late.binding!.bind(instruction, offset)), fuse: () => {} }
        : {
            bind: (instruction, offset) => late.binding!.bind(instruction, offset),
            fuse: (first, second) => late.binding!.fuse(first, second),
          },
      (frame) => this.accelerator?.frameDropped(frame),
    );
    late.code = code;
    this.core = {
      file,
      memory,
      code,
      flags: createFlags(file),
      segments: createSegments(file),
      leave: (kind, vector, op) => this.leave(kind, vector, op),
      changeMode: (eip) => this.changeMode(eip),
      timestamp: (op) => this.timestamp(op),
    };
    this.floatingPoint = createFloatingPoint(this.core);
    late.binding = createBinding(this.core, ram, this.floatingPoint);
    this.accelerator = accelerate?.({
      file,
      lookUp: code.lookUp,
      enter: code.enter,
      operationAt: code.operationAt,
      cover: code.cover,
      executeOne: () => this.executeOne(),
      executeWithin: (op) => this.executeWithin(op),
      lendX87: () => this.floatingPoint.lend(),
    });
    this.untilSample = this.accelerator?.period ?? 0;
  }

  run(context: Context, table: TranslationTable, budget: number): Exit {
    const R = this.words;
    this.load(context, table);
    const end = this.instructions + budget;
    this.exit.kind = "slice";
    this.exit.vector = 0;
    this.exit.errorCode = 0;
    this.exit.address = 0;
    let isOver = false;
    while (!isOver && this.instructions < end) {
      const left = Math.min(end - this.instructions, MAX_TURN);
      try {
        isOver = (R[Word.SYSTEM_FLAGS]! & Flag.TF) !== 0 ? this.trace() : this.turn(left);
      } catch (reason) {
        this.fault(reason);
        isOver = true;
      }
    }
    this.store(context);
    return this.exit;
  }

  flushFloatingPoint(context: Context): void {
    this.floatingPoint.flush(context);
  }

  copyFloatingPoint(src: Context, dst: Context): void {
    this.floatingPoint.copy(src, dst);
  }

  invalidateFrame(frame: number): void {
    this.core.code.drop(frame);
  }

  release(context: Context): void {
    this.floatingPoint.release(context);
  }

  /** Runs up to `left` instructions. @returns whether an exit was reached */
  private turn(left: number): boolean {
    const R = this.words;
    R[Word.BUDGET] = left;
    this.issued = this.instructions + left;
    if (this.accelerator === undefined) this.execute();
    else this.executeSampled(this.accelerator);
    this.instructions = this.issued - R[Word.BUDGET]!;
    // The chain at EIP is longer than what is left of the slice: go there one by one.
    while (R[Word.STOP] === Stop.SLICE && this.instructions < this.issued) {
      this.step();
      if ((R[Word.SYSTEM_FLAGS]! & Flag.TF) !== 0) break;
    }
    return R[Word.STOP] === Stop.EXIT;
  }

  /** Executes, with a stop for a sample whenever the interpreter has executed a period's instructions. */
  private executeSampled(accelerator: Accelerator): void {
    const R = this.words;
    if (this.isBehindCall && --this.untilStart <= 0) {
      this.untilStart = STARTS_PER_SAMPLE;
      accelerator.sample(this.core.code.lookUp(), R[Word.EIP]!);
    }
    let allotment = Math.max(this.untilSample, accelerator.least);
    let passed = 0;
    for (let isBehindSample = false; ; isBehindSample = true) {
      const budget = R[Word.BUDGET]!;
      const held = Math.max(budget - allotment, 0);
      R[Word.BUDGET] = budget - held;
      R[Word.HELD] = held;
      R[Word.TRANSLATED] = 0;
      this.execute();
      const isSample = R[Word.STOP] === Stop.SLICE && R[Word.HELD] !== 0;
      R[Word.BUDGET] = R[Word.BUDGET]! + R[Word.HELD]!;
      R[Word.HELD] = 0;
      if (!isSample) {
        const interpreted = budget - R[Word.BUDGET]! - R[Word.TRANSLATED]!;
        this.untilSample = Math.min(Math.max(allotment - interpreted, 0), accelerator.period);
        return;
      }
      const op = this.core.code.lookUp();
      // Behind a sample there is room for the whole chain.
      if (isBehindSample && R[Word.BUDGET] === budget) {
        this.overcomeStandstill(accelerator, op);
        allotment = op.rest;
        continue;
      }
      const isCounted = accelerator.sample(op, R[Word.EIP]!);
      // What is not interpreted is no sample: the next chain that is interpreted is one, unless there is none for
      // long.
      passed = isCounted || passed === MAX_PASSED ? 0 : passed + 1;
      this.untilSample = accelerator.period;
      allotment = passed === 0 ? Math.max(accelerator.period, op.rest) : op.rest;
    }
  }

  /** Something executed nothing where it could, and would do so for ever: the interpreter takes its place. */
  private overcomeStandstill(accelerator: Accelerator, op: Operation): void {
    const message = `no progress at 0x${(this.words[Word.EIP]! >>> 0).toString(16)}, region ${op.region}`;
    // Without a region the interpreter itself stands still: an error is better than a program that never ends.
    if (!accelerator.abandon(op)) raise(message);
    this.report(message);
  }

  private execute(): void {
    const { code } = this.core;
    this.current = null;
    let op: Operation | null = null;
    try {
      op = code.enter(code.lookUp());
      while (op !== null) op = op.exec(op);
    } catch (reason) {
      this.current = this.inner ?? op;
      this.inner = null;
      // Taken here, not further out: each frame that an exception passes costs as much as a system call.
      this.fault(reason);
      this.words[Word.STOP] = Stop.EXIT;
    }
  }

  /** Executes the instruction at EIP for translated code. @returns the address behind it */
  private executeOne(): number {
    const R = this.words;
    const op = this.core.code.lookUp();
    const after = (R[Word.PAGE]! + op.after) | 0;
    // As if its chain had been entered.
    R[Word.BUDGET] = R[Word.BUDGET]! - op.rest;
    this.inner = op;
    op.alone(op);
    this.inner = null;
    R[Word.BUDGET] = R[Word.BUDGET]! + op.rest - 1;
    return after;
  }

  private executeWithin(op: Operation): Operation | null {
    this.inner = op;
    const next = op.alone(op);
    this.inner = null;
    return next;
  }

  /** Executes exactly one instruction at EIP, or one iteration of a repeated one. */
  private step(): void {
    const R = this.words;
    const { issued } = this;
    this.current = null;
    R[Word.BUDGET] = 0;
    this.issued = this.instructions;
    const op = this.core.code.lookUp();
    this.current = op;
    // As if the chain had been entered with a budget of 1: jumps then find nothing left.
    R[Word.BUDGET] = 1 - op.rest;
    this.issued = this.instructions + 1;
    R[Word.STOP] = Stop.SLICE;
    const next = op.alone(op);
    if (next !== null) R[Word.EIP] = R[Word.PAGE]! + next.offset;
    this.instructions++;
    this.issued = issued;
  }

  /** One instruction with TF set, and the debug trap behind it. @returns true */
  private trace(): boolean {
    const R = this.words;
    const before = this.instructions;
    try {
      this.step();
      if (this.loadsStackSegment()) this.step();
    } catch (reason) {
      // A jump to a page that is not there: the trap behind the jump comes first.
      if (!(reason instanceof GuestFault && reason.fetch) || this.issued - R[Word.BUDGET]! === before) throw reason;
      this.instructions = this.issued - R[Word.BUDGET]!;
      R[Word.STOP] = Stop.SLICE;
    }
    if (R[Word.STOP] !== Stop.EXIT) {
      this.exit.kind = "exception";
      this.exit.vector = Vector.DEBUG;
      if (this.isWithinRepetition()) R[Word.SYSTEM_FLAGS] = R[Word.SYSTEM_FLAGS]! | Flag.RF;
    }
    return true;
  }

  /** Whether the current instruction loads SS: the processor holds traps back until after the next one. */
  private loadsStackSegment(): boolean {
    const { operands, row } = this.current!.instruction;
    if (operands[0]?.register !== Segment.SS) return false;
    return (row.mnemonic === "mov" && row.operands[0] === "Ww") || (row.mnemonic === "pop" && row.operands[0] === "SS");
  }

  /** Whether the current instruction is repeated and has not come to its end. */
  private isWithinRepetition(): boolean {
    const op = this.current!;
    const { repeat, row } = op.instruction;
    const address = (this.words[Word.PAGE]! + op.offset) | 0;
    return repeat !== 0 && row.facts.repeats && this.words[Word.EIP] === address;
  }

  /** Turns an exception of a handler into an exit. */
  private fault(reason: unknown): void {
    const R = this.words;
    const isGuest = reason instanceof GuestFault;
    if (!isGuest && reason !== floatingPointFault && reason !== invalidOpcodeFault) throw reason;
    const { exit } = this;
    exit.kind = "exception";
    if (isGuest) {
      exit.vector = reason.vector;
      exit.errorCode = reason.errorCode;
      exit.address = reason.address;
    } else {
      exit.vector = (reason as { vector: number }).vector;
    }
    if (!(isGuest && reason.fetch)) {
      const op = this.current!;
      if (exit.vector === Vector.PAGE_FAULT) this.traced?.faulted(op);
      R[Word.BUDGET] = R[Word.BUDGET]! + op.rest;
      R[Word.EIP] = R[Word.PAGE]! + op.offset;
    }
    R[Word.SYSTEM_FLAGS] = R[Word.SYSTEM_FLAGS]! | Flag.RF;
    R[Word.BUDGET] = R[Word.BUDGET]! + R[Word.HELD]!;
    R[Word.HELD] = 0;
    this.instructions = this.issued - R[Word.BUDGET]!;
  }

  private leave(kind: "software" | "exception", vector: number, op: Operation): null {
    const R = this.words;
    this.exit.kind = kind;
    this.exit.vector = vector;
    R[Word.EIP] = R[Word.PAGE]! + op.after;
    R[Word.STOP] = Stop.EXIT;
    return null;
  }

  private changeMode(eip: number): null {
    this.words[Word.EIP] = eip;
    this.words[Word.STOP] = Stop.MODE;
    this.core.segments.selectMode();
    return null;
  }

  private timestamp(op: Operation): number {
    this.instructions = this.countBefore(op);
    return this.clock.now();
  }

  /** Instructions completed before an operation that is being executed. */
  private countBefore(op: Operation): number {
    return this.issued - this.words[Word.BUDGET]! - this.words[Word.HELD]! - op.rest;
  }

  private load(context: Context, table: TranslationTable): void {
    const R = this.words;
    const { registers } = context;
    // A loop: TypedArray.set takes as long as all the rest.
    for (let register = 0; register < 8; register++) R[register] = registers[register]!;
    R[Word.EIP] = context.eip;
    R[Word.ROOT] = table.root >>> 2;
    const cache = this.ram.translations.acquire(table);
    R[Word.CACHE] = cache;
    R[Word.CACHE_WORDS] = cache >>> 2;
    R[Word.EPOCH] = R[Word.EPOCH]! + 1;
    this.traced?.select(table);
    this.core.flags.setArithmetic(context.eflags);
    // There are no instruction breakpoints, so RF has no effect, and the first instruction would clear it.
    R[Word.SYSTEM_FLAGS] = (context.eflags & ~(ARITHMETIC_FLAGS | Flag.RF)) | 2;
    this.core.segments.loadContext(context);
    this.floatingPoint.select(context);
    this.isBehindCall = this.caller === context;
  }

  private store(context: Context): void {
    const R = this.words;
    const { registers } = context;
    for (let register = 0; register < 8; register++) registers[register] = R[register]!;
    context.eip = R[Word.EIP]! >>> 0;
    context.eflags = this.core.flags.arithmetic() | R[Word.SYSTEM_FLAGS]!;
    this.core.segments.storeContext(context);
    this.caller = this.exit.kind === "software" ? context : undefined;
  }
}
