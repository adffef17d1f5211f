/** The kernel's parts, put together from the bottom up: each gets those that it uses. */
import type { Clock } from "#machine/clock.ts";
import type { InterruptController } from "#machine/interrupts.ts";
import type { Processor } from "#machine/processor.ts";
import type { Ram } from "#machine/ram.ts";
import type { ReferenceTracer } from "#machine/reference-tracer.ts";
import { DataSpaceCopies } from "./data-space-copies.ts";
import { EmulatedCalls } from "./emulated-calls.ts";
import { EmulatedEndpoint } from "./emulated-endpoint.ts";
import type { FaultProbe } from "./fault-probe.ts";
import { type ForgetOptions, Forgetting } from "./forgetting.ts";
import { InterruptLines } from "./interrupt-lines.ts";
import { Ipc } from "./ipc.ts";
import { Lifecycle } from "./lifecycle.ts";
import { MappingDatabase } from "./mapping-database.ts";
import { NativeEndpoint } from "./native-endpoint.ts";
import { PageFaults } from "./page-faults.ts";
import { Preemptions } from "./preemption.ts";
import { ProcessorTime } from "./processor-time.ts";
import { Scheduler } from "./scheduler.ts";
import { TaskTable } from "./task.ts";
import type { KernelTrace, Observers } from "./trace.ts";
import { TracedUserMemory } from "./traced-memory.ts";
import { Transfers } from "./transfers.ts";
import { Traps } from "./traps.ts";
import { UserMemory } from "./user-memory.ts";
import { Waits } from "./waits.ts";

/** What a kernel is made for. */
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

export function assemble({ ram, processor, clock, interrupts, trace, tracer, probe, forget }: KernelParts) {
  const observers: Observers = { trace, probe };
  const processorTime = new ProcessorTime(clock);
  const tasks = new TaskTable();
  const scheduler = new Scheduler();
  const mappings = new MappingDatabase(MAPPINGS_BASE + ram.frameCount * MAPPINGS_PER_FRAME);
  const memory = tracer ? new TracedUserMemory(ram, processor, tracer) : new UserMemory(ram, processor);
  const endpoints = { emulated: new EmulatedEndpoint(memory), native: new NativeEndpoint() };
  const forgetting = forget === undefined ? undefined : new Forgetting(mappings, tasks, forget);
  const waits = new Waits(scheduler, clock, tasks);
  const lines = new InterruptLines(waits, interrupts);
  const faults = new PageFaults(tasks, memory, mappings, waits, observers, forgetting);
  const traps = new Traps(ram, memory, tasks, waits, faults, observers);
  const preemptions = new Preemptions(tasks, waits);
  const copies = new DataSpaceCopies(tasks, waits);
  const transfers = new Transfers(ram, memory, mappings, faults, copies, waits, observers);
  const ipc = new Ipc(tasks, waits, transfers, lines);
  const lifecycle = new Lifecycle({
    processorTime,
    ram,
    processor,
    clock,
    tasks,
    scheduler,
    mappings,
    memory,
    lines,
    ipc,
    traps,
    observers,
    endpoints,
  });
  const calls = new EmulatedCalls({ tasks, scheduler, mappings, memory, ipc, faults, traps, lifecycle });
  return {
    processorTime,
    ram,
    processor,
    clock,
    interrupts,
    observers,
    tasks,
    scheduler,
    mappings,
    forgetting,
    lines,
    faults,
    traps,
    preemptions,
    transfers,
    ipc,
    lifecycle,
    calls,
  };
}
