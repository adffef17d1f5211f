/**
 * Takes the host's time of page faults that the standard memory manager serves, stage by stage.
 *
 * The host does one thing at a time, so one watch is enough: every event ends a stage and begins the next.
 *
 *   fault    from the processor's exit until the fault message is on its way
 *   ipc      until the memory manager runs with it
 *   manager  the memory manager's work, but for
 *   policy   the choice of victims, and
 *   disk     what the host does while the manager waits for the paging disk: driver, device and kernel, not other programs' instructions
 *   reply    from the manager's answer until the page is mapped
 *   resume   until the client runs again
 *
 * Layers beneath: kernel/ (FaultProbe), servers/memory-manager/ (PagingObserver), machine/ (Processor).
 */
import { taskNumber, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { FaultProbe } from "#kernel/fault-probe.ts";
import type { Context } from "#machine/context.ts";
import { type Exit, Vector } from "#machine/exit.ts";
import type { ClockedProcessor } from "#machine/engine.ts";
import type { TranslationTable } from "#machine/translation-table.ts";
import { WellKnownServer } from "#servers/abi/well-known-servers.ts";
import type { ManagerStage } from "#servers/memory-manager/paging-observer.ts";
import { STAGES, type Stage } from "./measurement.ts";

type State = Stage | ManagerStage;

const NS_PER_MS = 1e6;

export class StageClock implements FaultProbe {
  private state: State = "other";
  private readonly now: () => number;
  private since: number;
  /** Whether the manager waits for the disk while other programs run. */
  private isWaiting = false;
  /** Whose faults the memory manager serves. */
  private readonly clients = new Set<ThreadId>();
  private readonly spent = new Map<State, number>();

  /** @param now milliseconds on the host's clock */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.since = now();
  }

  /** Something else begins. */
  enter(state: State): void {
    const now = this.now();
    this.spent.set(this.state, (this.spent.get(this.state) ?? 0) + now - this.since);
    this.since = now;
    this.state = state;
  }

  manager(stage: ManagerStage): void {
    this.isWaiting = stage === "disk";
    this.enter(stage);
  }

  raised(client: ThreadId, manager: ThreadId, isDelivered: boolean): void {
    if (taskNumber(manager) !== WellKnownServer.MEMORY) {
      // Of no interest, as its beginning was not.
      this.state = "other";
      this.enter(this.idle);
      return;
    }
    this.clients.add(client);
    this.enter(isDelivered ? "ipc" : this.idle);
  }

  served(client: ThreadId): void {
    if (this.clients.delete(client)) this.enter("resume");
  }

  /** Puts the watch in front of a processor. */
  timed(processor: ClockedProcessor): ClockedProcessor {
    return new TimedProcessor(processor, this);
  }

  /** A program's instructions begin. */
  started(): void {
    this.enter("other");
  }

  stopped(exit: Exit): void {
    const isFault = exit.kind === "exception" && exit.vector === Vector.PAGE_FAULT;
    this.enter(isFault ? "fault" : this.idle);
  }

  /** Mean nanoseconds for each of a number of faults. */
  means(faults: number): Record<Stage, number> {
    const mean = (stage: Stage): number => (faults === 0 ? 0 : ((this.spent.get(stage) ?? 0) * NS_PER_MS) / faults);
    return Object.fromEntries(STAGES.map((stage) => [stage, mean(stage)])) as Record<Stage, number>;
  }

  private get idle(): State {
    return this.isWaiting ? "disk" : "other";
  }
}

class TimedProcessor implements ClockedProcessor {
  private readonly processor: ClockedProcessor;
  private readonly watch: StageClock;

  constructor(processor: ClockedProcessor, watch: StageClock) {
    this.processor = processor;
    this.watch = watch;
  }

  get instructions(): number {
    return this.processor.instructions;
  }

  get exit(): Exit {
    return this.processor.exit;
  }

  get clock(): ClockedProcessor["clock"] {
    return this.processor.clock;
  }

  set clock(clock: ClockedProcessor["clock"]) {
    this.processor.clock = clock;
  }

  run(context: Context, table: TranslationTable, budget: number): Exit {
    this.watch.started();
    const exit = this.processor.run(context, table, budget);
    this.watch.stopped(exit);
    return exit;
  }

  flushFloatingPoint(context: Context): void {
    this.processor.flushFloatingPoint(context);
  }

  copyFloatingPoint(src: Context, dst: Context): void {
    this.processor.copyFloatingPoint(src, dst);
  }

  invalidateFrame(frame: number): void {
    this.processor.invalidateFrame(frame);
  }

  release(context: Context): void {
    this.processor.release(context);
  }
}
