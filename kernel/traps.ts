/**
 * Trap mirroring: exceptions, foreign software interrupts and forced exceptions of a thread continue
 * at its own handler (kernel/abi/trap-frame.ts). The way there and back is the frame of every system
 * call of a Unix process: the frame is translated once and its words are moved directly.
 */
import { Register, Selector, TLS_ENTRY_COUNT, TLS_ENTRY_FIRST } from "#machine/context.ts";
import { PageFaultError, Vector } from "#machine/exit.ts";
import { PAGE_MASK, PAGE_SIZE, type Ram } from "#machine/ram.ts";
import { RegionError } from "./abi/calls.ts";
import { NEVER } from "./abi/ipc.ts";
import { TrapFrame, VECTOR_AST } from "./abi/trap-frame.ts";
import { ExceptionReport } from "./exceptions.ts";
import type { PageFaults, RefusedAccess, Resumption } from "./page-faults.ts";
import type { TaskTable } from "./task.ts";
import type { Thread, Trap } from "./thread.ts";
import type { Observers } from "./trace.ts";
import { ABSENT, type UserMemory } from "./user-memory.ts";
import type { Waits } from "./waits.ts";

/** EFLAGS bits that user code may set: CF PF AF ZF SF TF DF OF NT AC ID. */
const USER_EFLAGS = 0x00244dd5;
/** Bit 1 is always set, and interrupts are always on. */
const FIXED_EFLAGS = 0x202;
/** TF, DF, NT and AC are clear in a handler; RF is only seen in its frame. */
const HANDLER_CLEARS = 0x00054500;
const RESUME_FLAG = 0x10000;

/** Length of INT n: from its end back to its start. */
const INT_LENGTH = 2;

/** Bit of an error code: its index is one of the interrupt table. */
const GATE = 2;

/** Word indices in a frame. */
const IN_HANDLER = TrapFrame.IN_HANDLER >> 2;
const AST_PENDING = TrapFrame.AST_PENDING >> 2;
const VECTOR = TrapFrame.VECTOR >> 2;
const ERROR_CODE = TrapFrame.ERROR_CODE >> 2;
const ADDRESS = TrapFrame.ADDRESS >> 2;
const REASON = TrapFrame.REASON >> 2;
const EIP = TrapFrame.EIP >> 2;
const EFLAGS = TrapFrame.EFLAGS >> 2;
const DS = TrapFrame.DS >> 2;
const ES = TrapFrame.ES >> 2;
const FS = TrapFrame.FS >> 2;
const GS = TrapFrame.GS >> 2;
const SS = TrapFrame.SS >> 2;

/** Word index in the frame of each general register, by the processor's numbers. */
const generalRegisters: readonly number[] = (() => {
  const offsets: number[] = [];
  offsets[Register.EAX] = TrapFrame.EAX;
  offsets[Register.ECX] = TrapFrame.ECX;
  offsets[Register.EDX] = TrapFrame.EDX;
  offsets[Register.EBX] = TrapFrame.EBX;
  offsets[Register.ESP] = TrapFrame.ESP;
  offsets[Register.EBP] = TrapFrame.EBP;
  offsets[Register.ESI] = TrapFrame.ESI;
  offsets[Register.EDI] = TrapFrame.EDI;
  return offsets.map((offset) => offset >> 2);
})();

export class Traps {
  private readonly ram: Ram;
  private readonly memory: UserMemory;
  private readonly tasks: TaskTable;
  private readonly waits: Waits;
  private readonly faults: PageFaults;
  private readonly observers: Observers;
  /** For accesses of user code, and of the kernel for a call that is made again. */
  readonly userAccess: Resumption;
  /** For the kernel's access to a thread's trap frame, before its handler is entered. */
  private readonly frameAccess: Resumption;

  constructor(ram: Ram, memory: UserMemory, tasks: TaskTable, waits: Waits, faults: PageFaults, observers: Observers) {
    this.ram = ram;
    this.memory = memory;
    this.tasks = tasks;
    this.waits = waits;
    this.faults = faults;
    this.observers = observers;
    const deliver = (thread: Thread, access: RefusedAccess) => this.deliver(thread, this.trapOf(thread, access));
    const stop = (thread: Thread, access: RefusedAccess) => this.stop(thread, thread.pendingTrap ?? this.trapOf(thread, access));
    this.userAccess = new UserResumption(waits, deliver);
    this.frameAccess = new UserResumption(waits, stop);
  }

  /** trap_setup. frame 0 takes the handler away. @returns RegionError.OK or INVALID */
  setup(thread: Thread, frame: number, handlerEip: number, handlerEsp: number, nestedEip: number): number {
    if (!validFrame(frame)) return RegionError.INVALID;
    thread.traps = { frame, handlerEip, handlerEsp, nestedEip };
    thread.inHandler = false;
    return RegionError.OK;
  }

  /** Sends a trap to the thread's handler. */
  deliver(thread: Thread, trap: Trap): void {
    const setup = thread.traps;
    if (setup.frame === 0) {
      this.stop(thread, trap);
      return;
    }
    const physical = this.memory.writable(thread.task.space.table, setup.frame);
    if (physical === ABSENT) {
      thread.pendingTrap = trap;
      this.faults.raise(thread, setup.frame, true, this.frameAccess, NEVER);
      return;
    }
    thread.pendingTrap = undefined;
    const base = physical >>> 2;
    thread.inHandler = this.ram.i32[base + IN_HANDLER] !== 0;
    if (thread.inHandler) this.enterNested(thread, trap, base);
    else this.enterHandler(thread, trap, base);
  }

  /** INT n without the right to: a general-protection fault that names the gate, at the instruction. */
  refuseInterrupt(thread: Thread, vector: number): void {
    const context = thread.context!;
    context.eip = (context.eip - INT_LENGTH) | 0;
    context.eflags |= RESUME_FLAG;
    this.deliver(thread, { vector: Vector.GENERAL_PROTECTION, errorCode: vector * 8 + GATE, address: 0, reason: 0 });
  }

  /** Delivers what has been waiting for the thread. Called before its code runs; afterwards the thread may be blocked. */
  attend(thread: Thread): void {
    if (thread.pendingTrap !== undefined) {
      this.deliver(thread, thread.pendingTrap);
      return;
    }
    const { frame } = thread.traps;
    if (frame === 0) {
      thread.astRequested = false;
      return;
    }
    const physical = this.memory.writable(thread.task.space.table, frame);
    if (physical === ABSENT) {
      this.faults.raise(thread, frame, true, this.frameAccess, NEVER);
      return;
    }
    thread.astRequested = false;
    const base = physical >>> 2;
    thread.inHandler = this.ram.i32[base + IN_HANDLER] !== 0;
    if (thread.inHandler) this.ram.i32[base + AST_PENDING] = 1;
    else this.enterHandler(thread, { vector: VECTOR_AST, errorCode: 0, address: 0, reason: 0 }, base);
  }

  /** Whether the thread's handler is running, as far as the kernel can tell without a page fault. */
  isInHandler(thread: Thread): boolean {
    const { frame } = thread.traps;
    if (frame === 0) return false;
    const physical = this.memory.readable(thread.task.space.table, frame);
    return physical === ABSENT ? thread.inHandler : this.ram.i32[(physical >>> 2) + IN_HANDLER] !== 0;
  }

  /** trap_return: continues at what a frame says, or in the handler again when a forced exception is pending. */
  return(thread: Thread, frame: number): void {
    const context = thread.context!;
    if (frame === 0 || !validFrame(frame)) {
      context.eip = (context.eip - INT_LENGTH) | 0;
      this.deliver(thread, { vector: Vector.GENERAL_PROTECTION, errorCode: 0, address: 0, reason: 0 });
      return;
    }
    const physical = this.memory.writable(thread.task.space.table, frame);
    if (physical === ABSENT) {
      context.eip = (context.eip - INT_LENGTH) | 0;
      this.faults.raise(thread, frame, true, this.userAccess, NEVER);
      return;
    }
    const words = this.ram.i32;
    const base = physical >>> 2;
    const { registers } = context;
    for (let register = 0; register < 8; register++) registers[register] = words[base + generalRegisters[register]!]!;
    context.eip = words[base + EIP]!;
    context.eflags = (words[base + EFLAGS]! & USER_EFLAGS) | FIXED_EFLAGS;
    context.ds = loadable(words[base + DS]!);
    context.es = loadable(words[base + ES]!);
    context.fs = loadable(words[base + FS]!);
    context.gs = loadable(words[base + GS]!);
    // A null stack segment cannot be loaded: frames that were never filled have it.
    context.ss = loadable(words[base + SS]!) || Selector.USER_DATA;
    if (words[base + AST_PENDING] !== 0 && frame === thread.traps.frame) {
      this.enterHandler(thread, { vector: VECTOR_AST, errorCode: 0, address: 0, reason: 0 }, base);
      return;
    }
    words[base + IN_HANDLER] = 0;
    thread.inHandler = false;
  }

  /** Stops a thread that cannot take a trap, and tells its chief. */
  stop(thread: Thread, trap: Trap): void {
    this.trace(thread, trap, "chief");
    thread.pendingTrap = undefined;
    const chief = thread.task.chief === undefined ? undefined : this.tasks.thread(thread.task.chief.id);
    this.waits.ask(new ExceptionReport(this.waits, thread, chief, trap));
  }

  /** The page-fault exception of an access that was refused. */
  private trapOf({ task }: Thread, { address, write, reason }: RefusedAccess): Trap {
    const present = this.memory.permits(task.space.table, address, false);
    const errorCode = PageFaultError.USER | (write ? PageFaultError.WRITE : 0) | (present ? PageFaultError.PROTECTION : 0);
    return { vector: Vector.PAGE_FAULT, errorCode, address, reason };
  }

  private enterHandler(thread: Thread, trap: Trap, base: number): void {
    this.trace(thread, trap, "handler");
    const words = this.ram.i32;
    const context = thread.context!;
    const { registers } = context;
    words[base + IN_HANDLER] = 1;
    words[base + AST_PENDING] = 0;
    words[base + VECTOR] = trap.vector;
    words[base + ERROR_CODE] = trap.errorCode;
    words[base + ADDRESS] = trap.address;
    words[base + REASON] = trap.reason;
    for (let register = 0; register < 8; register++) words[base + generalRegisters[register]!] = registers[register]!;
    words[base + EIP] = context.eip;
    words[base + EFLAGS] = context.eflags;
    words[base + DS] = context.ds;
    words[base + ES] = context.es;
    words[base + FS] = context.fs;
    words[base + GS] = context.gs;
    words[base + SS] = context.ss;
    thread.inHandler = true;
    registers[Register.ESP] = thread.traps.handlerEsp;
    context.ss = Selector.USER_DATA;
    context.eip = thread.traps.handlerEip;
    context.eflags = (context.eflags & ~HANDLER_CLEARS) | FIXED_EFLAGS;
  }

  private enterNested(thread: Thread, trap: Trap, base: number): void {
    const { nestedEip } = thread.traps;
    // A nested handler that traps before it completes an instruction would do so for ever.
    if (nestedEip === 0 || thread.nestedAt === thread.instructions) {
      this.stop(thread, trap);
      return;
    }
    this.trace(thread, trap, "nested");
    thread.nestedAt = thread.instructions;
    const words = this.ram.i32;
    const context = thread.context!;
    words[base + (TrapFrame.NESTED_VECTOR >> 2)] = trap.vector;
    words[base + (TrapFrame.NESTED_EIP >> 2)] = context.eip;
    words[base + (TrapFrame.NESTED_ADDRESS >> 2)] = trap.address;
    words[base + (TrapFrame.NESTED_REASON >> 2)] = trap.reason;
    context.eip = nestedEip;
    context.eflags &= ~HANDLER_CLEARS;
  }

  private trace(thread: Thread, trap: Trap, to: "handler" | "nested" | "chief"): void {
    const { vector, address, reason } = trap;
    this.observers.trace?.({ kind: "trap", thread: thread.id, vector, eip: thread.context!.eip >>> 0, address, reason, to });
  }
}

/** User code goes on, or takes a trap. */
class UserResumption implements Resumption {
  readonly refuse: Resumption["refuse"];
  private readonly waits: Waits;

  constructor(waits: Waits, refused: (thread: Thread, access: RefusedAccess) => void) {
    this.waits = waits;
    this.refuse = (thread, access) => {
      waits.wake(thread);
      refused(thread, access);
    };
  }

  resume(client: Thread): void {
    this.waits.wake(client);
  }

  cancel(client: Thread): void {
    this.waits.wake(client);
  }

  abandon(): void {}
}

/** A frame is word-aligned and lies within a page. */
const validFrame = (frame: number): boolean => (frame & 3) === 0 && (frame & PAGE_MASK) <= PAGE_SIZE - TrapFrame.SIZE;

/** Selectors that a frame may bring: the flat ones, null, and the thread's own entries. Others become null. */
function loadable(selector: number): number {
  const s = selector & 0xffff;
  if (s === Selector.USER_DATA || s === Selector.USER_CODE) return s;
  const entry = s >>> 3;
  return (s & 7) === 3 && entry >= TLS_ENTRY_FIRST && entry < TLS_ENTRY_FIRST + TLS_ENTRY_COUNT ? s : 0;
}
