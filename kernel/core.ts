/**
 * The kernel's parts, wired together. Each part does one job and finds the others here.
 */
import { ProcessorTime } from "./processor-time.ts";
import type { Clock } from "#machine/clock.ts";
import type { InterruptController } from "#machine/interrupts.ts";
import type { Processor } from "#machine/processor.ts";
import type { Ram } from "#machine/ram.ts";
import type { ReferenceTracer } from "#machine/reference-tracer.ts";
import type { FaultProbe } from "./fault-probe.ts";
import { type ForgetOptions, Forgetting } from "./forgetting.ts";
import { InterruptLines } from "./interrupt-lines.ts";
import { Ipc } from "./ipc.ts";
import { Lifecycle } from "./lifecycle.ts";
import { MappingDatabase } from "./mapping-database.ts";
import { PageFaults } from "./page-faults.ts";
import { Preemptions } from "./preemption.ts";
import { Scheduler } from "./scheduler.ts";
import type { ThreadId } from "./abi/identifiers.ts";
import { TaskTable } from "./task.ts";
import type { Thread } from "./thread.ts";
import type { KernelTrace } from "./trace.ts";
import { TracedUserMemory } from "./traced-memory.ts";
import { Transfers } from "./transfer.ts";
import { Traps } from "./traps.ts";
import { UserMemory } from "./user-memory.ts";

export interface KernelParts {
  ram: Ram;
  processor: Processor;
  clock: Clock;
  interrupts: InterruptController;
  trace?: KernelTrace;
  /** Is told of the references that the kernel makes for threads; the processor's tracer. */
  tracer?: ReferenceTracer | undefined;
  probe?: FaultProbe | undefined;
  /** Tests that mappings may be forgotten at any time. */
  forget?: ForgetOptions;
}

/** Mappings that may exist per frame on average, and on top of that. */
const MAPPINGS_PER_FRAME = 16;
const MAPPINGS_BASE = 1 << 20;

export class Core {
  readonly ram: Ram;
  readonly processor: Processor;
  readonly clock: Clock;
  readonly processorTime: ProcessorTime;
  readonly tasks = new TaskTable();
  readonly scheduler = new Scheduler();
  readonly mappings: MappingDatabase;
  readonly memory: UserMemory;
  readonly lines: InterruptLines;
  readonly ipc: Ipc;
  readonly transfers: Transfers;
  readonly faults: PageFaults;
  readonly traps: Traps;
  readonly preemptions: Preemptions;
  readonly lifecycle: Lifecycle;
  trace: KernelTrace | undefined;
  readonly probe: FaultProbe | undefined;
  readonly forgetting: Forgetting | undefined;
  /** Thread to be dispatched next whatever its priority, and the thread whose slice pays for it. */
  favoured: Thread | undefined = undefined;
  donor: Thread | undefined = undefined;

  constructor(parts: KernelParts) {
    this.ram = parts.ram;
    this.processor = parts.processor;
    this.clock = parts.clock;
    this.processorTime = new ProcessorTime(parts.clock);
    this.trace = parts.trace;
    this.probe = parts.probe;
    this.forgetting = parts.forget === undefined ? undefined : new Forgetting(this, parts.forget);
    this.mappings = new MappingDatabase(MAPPINGS_BASE + parts.ram.frameCount * MAPPINGS_PER_FRAME);
    const { ram, processor, tracer } = parts;
    this.memory = tracer ? new TracedUserMemory(ram, processor, tracer) : new UserMemory(ram, processor);
    this.lines = new InterruptLines(this, parts.interrupts);
    this.ipc = new Ipc(this);
    this.transfers = new Transfers(this);
    this.faults = new PageFaults(this);
    this.traps = new Traps(this);
    this.preemptions = new Preemptions(this);
    this.lifecycle = new Lifecycle(this);
  }

  /** thread_switch: the next dispatch is the partner's, paid from the rest of the caller's slice; without a ready partner, the next in line. */
  switchTo(thread: Thread, to: ThreadId): void {
    const target = this.tasks.thread(to);
    if (target !== undefined && target !== thread && target.queued) {
      this.favoured = target;
      this.donor = thread;
    } else this.scheduler.rotate(thread);
  }
}
