/**
 * Kernel calls of emulated threads: from registers to the kernel's operations and back.
 * Registers of each call: kernel/abi/calls.ts. All arguments are guest data.
 */
import { type Context, Register, TLS_ENTRY_COUNT, TLS_ENTRY_FIRST } from "#machine/context.ts";
import { KernelCallVector, RegionError } from "./abi/calls.ts";
import { INVALID, NIL, taskNumber, type ThreadId, THREADS_PER_TASK } from "./abi/identifiers.ts";
import {
  NEVER,
  ReceiveDescriptor,
  receiveFaultTimeoutUs,
  receiveTimeoutUs,
  SendDescriptor,
  sendFaultTimeoutUs,
  sendTimeoutUs,
} from "./abi/ipc.ts";
import { ExRegs } from "./abi/trap-frame.ts";
import type { Ipc } from "./ipc.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import { nearest, protectRegion, unmapFlexpage, unmapRegion } from "./native-context.ts";
import type { Lifecycle, RegisterChange } from "./lifecycle.ts";
import type { PageFaults } from "./page-faults.ts";
import { type Schedule, schedule } from "./schedule-call.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TaskTable } from "./task.ts";
import type { Thread } from "./thread.ts";
import type { Traps } from "./traps.ts";
import { ABSENT, type UserMemory, WordCursor } from "./user-memory.ts";

const { EAX, ECX, EDX, EBX, ESP, EBP, ESI } = Register;

/** Length of INT n: a call that needs a page of parameters is repeated from its start. */
const INT_LENGTH = 2;
/** RegionRequest: base, size, manager, ds, offset, rights. */
const REGION_REQUEST_WORDS = 6;
/** set_descriptor's flags. */
const DescriptorFlag = { PRESENT: 1, WRITABLE: 2, EXPAND_DOWN: 4, PAGES: 8, AVAILABLE: 16 } as const;

/** The parts of the kernel that emulated threads call. */
export interface EmulatedServices {
  readonly tasks: TaskTable;
  readonly scheduler: Scheduler;
  readonly mappings: MappingDatabase;
  readonly memory: UserMemory;
  readonly ipc: Ipc;
  readonly faults: PageFaults;
  readonly traps: Traps;
  readonly lifecycle: Lifecycle;
}

export class EmulatedCalls {
  private readonly services: EmulatedServices;
  private readonly cursor: WordCursor;

  constructor(services: EmulatedServices) {
    this.services = services;
    this.cursor = new WordCursor(services.memory);
  }

  /** Carries out the kernel call of a vector. False when the vector is none. */
  dispatch(thread: Thread, vector: number): boolean {
    if (vector < KernelCallVector.IPC || vector > KernelCallVector.REGION_PROTECT) return false;
    const context = thread.context!;
    const { registers } = context;
    thread.task.statistics.kernelCalls++;
    switch (vector) {
      case KernelCallVector.IPC:
        this.ipc(thread, registers);
        break;
      case KernelCallVector.ID_NEAREST:
        this.nearest(thread, registers);
        break;
      case KernelCallVector.FPAGE_UNMAP:
        registers[EAX] = unmapFlexpage(this.services.mappings, thread.task, registers[EAX]! >>> 0, registers[ECX]!);
        break;
      case KernelCallVector.THREAD_SWITCH:
        this.services.scheduler.switchTo(thread, this.services.tasks.thread(registers[ESI]! >>> 0));
        break;
      case KernelCallVector.THREAD_SCHEDULE:
        this.schedule(thread, registers);
        break;
      case KernelCallVector.LTHREAD_EX_REGS:
        this.exchangeRegisters(thread, registers);
        break;
      case KernelCallVector.TASK_NEW:
        registers[ESI] = this.newTask(thread, registers);
        break;
      case KernelCallVector.REGION_MAP:
        this.mapRegion(thread, context);
        break;
      case KernelCallVector.REGION_UNMAP:
        registers[EAX] = unmapRegion(this.services.mappings, thread.task, registers[EAX]! >>> 0, registers[ECX]! >>> 0);
        break;
      case KernelCallVector.TRAP_RETURN:
        this.services.traps.return(thread, registers[EAX]! >>> 0);
        break;
      case KernelCallVector.TRAP_SETUP:
        registers[EAX] = this.services.traps.setup(thread, registers[EAX]! >>> 0, registers[ECX]!, registers[EDX]!, registers[EBX]!);
        break;
      case KernelCallVector.SET_DESCRIPTOR:
        registers[EAX] = setDescriptor(context);
        break;
      default: {
        const [base, size, rights] = [registers[EAX]! >>> 0, registers[ECX]! >>> 0, registers[EDX]!];
        registers[EAX] = protectRegion(this.services.mappings, thread.task, base, size, rights, false);
      }
    }
    return true;
  }

  private ipc(thread: Thread, registers: Int32Array): void {
    const { plan } = thread;
    const send = registers[EAX]! >>> 0;
    const receive = registers[EBP]! >>> 0;
    const timeouts = registers[ECX]!;
    const partner = registers[ESI]! >>> 0;
    plan.as = NIL;
    if (send !== SendDescriptor.NONE && (send & SendDescriptor.PROPAGATE) !== 0) {
      // The name to send under is on the stack.
      const esp = registers[ESP]! & ~3;
      const physical = this.services.memory.readable(thread.task.space.table, esp);
      if (physical === ABSENT) return this.repeat(thread, esp);
      plan.as = this.services.memory.ram.i32[physical >>> 2]! >>> 0;
    }
    plan.hasSend = send !== SendDescriptor.NONE;
    plan.to = partner;
    plan.sendAddress = (send & ~3) >>> 0;
    plan.sendMap = (send & SendDescriptor.MAP) !== 0;
    plan.hasReceive = receive !== ReceiveDescriptor.NONE;
    plan.open = (receive & ReceiveDescriptor.OPEN) !== 0;
    plan.from = partner;
    const window = (receive & ReceiveDescriptor.WINDOW) !== 0;
    plan.receiveAddress = window ? 0 : (receive & ~3) >>> 0;
    plan.window = window ? (receive & ~3) >>> 0 : 0;
    plan.sendUs = timeouts === 0 ? NEVER : sendTimeoutUs(timeouts);
    plan.receiveUs = timeouts === 0 ? NEVER : receiveTimeoutUs(timeouts);
    plan.sendFaultUs = timeouts === 0 ? NEVER : sendFaultTimeoutUs(timeouts);
    plan.receiveFaultUs = timeouts === 0 ? NEVER : receiveFaultTimeoutUs(timeouts);
    plan.untrustedFaultUs = NEVER;
    this.services.ipc.start(thread);
  }

  /** Makes the call again when a page of its parameters is there. */
  private repeat(thread: Thread, address: number): void {
    const context = thread.context!;
    context.eip = (context.eip - INT_LENGTH) | 0;
    this.services.faults.raise(thread, address >>> 0, false, this.services.traps.userAccess, NEVER);
  }

  private nearest(thread: Thread, registers: Int32Array): void {
    const destination = registers[ESI]! >>> 0;
    const found = destination === NIL ? { thread: thread.id, type: 0 } : nearest(this.services.tasks, thread.task, destination);
    registers[EAX] = found?.type ?? 0;
    registers[ESI] = found?.thread ?? NIL;
  }

  private schedule(thread: Thread, registers: Int32Array): void {
    const target = this.services.tasks.thread(registers[ESI]! >>> 0);
    const old: Schedule = schedule(this.services.scheduler, thread, target, registers[EAX]!, registers[EBX]! >>> 0);
    registers[EAX] = old.param;
    registers[ECX] = old.timeLow;
    registers[EDX] = old.timeHigh;
    registers[ESI] = old.partner;
    registers[EBX] = old.preempter;
  }

  private exchangeRegisters(thread: Thread, registers: Int32Array): void {
    const change: RegisterChange = { trigger: (registers[EAX]! & ExRegs.TRIGGER) !== 0 };
    const esp = registers[ECX]! >>> 0;
    const eip = registers[EDX]! >>> 0;
    if (esp !== INVALID) change.esp = esp;
    if (eip !== INVALID) change.eip = eip;
    const preempter = registers[EBX]! >>> 0;
    if (preempter !== INVALID) change.preempter = { id: preempter, byChief: false };
    const lthread = registers[EAX]! & (THREADS_PER_TASK - 1);
    const old = this.services.lifecycle.exchangeRegisters(thread.task, lthread, thread.priority, change);
    // A thread that changes its own registers goes on with the new ones; the results are lost with the old.
    registers[EAX] = old?.eflags ?? 0;
    registers[EBX] = old?.preempter ?? NIL;
    registers[ESI] = NIL;
    if (thread.task.threads[lthread] === thread && old !== undefined) return;
    registers[ECX] = old?.esp ?? 0;
    registers[EDX] = old?.eip ?? 0;
  }

  /**
   * task_new: deletes the task of ESI, if it is one of the caller's clan, and creates one in its slot
   * (ESI = NIL: in any). A pager makes a region of it over the whole address space, data space 0; without
   * one nothing is created, and a deletion answers with the old id.
   */
  private newTask(thread: Thread, registers: Int32Array): ThreadId {
    const { tasks, lifecycle } = this.services;
    const old = registers[ESI]! >>> 0;
    const pager = registers[EBX]! >>> 0;
    let number: number | undefined;
    if (old !== NIL) {
      const victim = tasks.task(old);
      if (victim === undefined || victim.chief !== thread.task) return NIL;
      lifecycle.deleteTask(victim);
      number = taskNumber(old);
    }
    if (pager === NIL) return old;
    const priority = Math.min(registers[EAX]! & 0xff, thread.task.maximumControlledPriority);
    const task = lifecycle.newTask({ chief: thread.task, name: `${thread.task.name}+`, priority, number });
    if (task === undefined) return NIL;
    task.regions.map(0, 2 ** 32, pager, 0, 0, 7, { untrusted: true, byChief: true });
    lifecycle.newThread(task, 0, priority, { eip: registers[EDX]!, esp: registers[ECX]! });
    return task.id;
  }

  private mapRegion(thread: Thread, context: Context): void {
    const pointer = context.registers[ESI]! >>> 0;
    const { cursor } = this;
    if ((pointer & 3) !== 0) {
      context.registers[EAX] = RegionError.INVALID;
      return;
    }
    cursor.start(thread.task.space.table, false);
    const request: number[] = [];
    for (let index = 0; index < REGION_REQUEST_WORDS; index++) request.push(cursor.read((pointer + 4 * index) >>> 0));
    if (cursor.faulted) return this.repeat(thread, cursor.faultAddress);
    const [base, size, manager, ds, offset, rights] = request as [number, number, number, number, number, number];
    context.registers[EAX] = thread.task.regions.map(base, size, manager, ds, offset, rights, { untrusted: true, byChief: false });
  }
}

function setDescriptor(context: Context): number {
  const { registers } = context;
  const index = registers[EAX]! - TLS_ENTRY_FIRST;
  if (index < 0 || index >= TLS_ENTRY_COUNT) return RegionError.INVALID;
  const flags = registers[EBX]!;
  context.tls[index] = {
    base: registers[ECX]! >>> 0,
    limit: registers[EDX]! >>> 0,
    present: (flags & DescriptorFlag.PRESENT) !== 0,
    writable: (flags & DescriptorFlag.WRITABLE) !== 0,
    expandDown: (flags & DescriptorFlag.EXPAND_DOWN) !== 0,
    pages: (flags & DescriptorFlag.PAGES) !== 0,
    available: (flags & DescriptorFlag.AVAILABLE) !== 0,
  };
  return RegionError.OK;
}
