/**
 * One measurement: boots a system, runs a command in it, and answers with all figures of its paging.
 *
 * Everything is counted from the boot to the end of the command, so that sums balance; the first process has a line of
 * its own. Layer beneath: node/.
 */
import type { Machine } from "#system/machine.ts";
import type { MeasuredParts } from "#system/measured-parts.ts";
import { type BootOptions, OptionError } from "#node/options.ts";
import { System } from "#node/system.ts";
import { DEFAULT_ENGINE } from "#node/options.ts";
import { type DiskTiming, fixedTiming, flashTiming, seekTiming } from "#machine/devices/disk-timing.ts";
import { ReferenceTracer } from "#machine/reference-tracer.ts";
import type { FaultKind } from "#servers/memory-manager/counters.ts";
import type { PagingObserver } from "#servers/memory-manager/paging-observer.ts";
import { parametersOf, policyNamed } from "#servers/memory-manager/policies/table.ts";
import type { PolicyRow } from "#servers/memory-manager/replacement-policy.ts";
import { type ManagedRun, loadManager, managedRun } from "./manager-module.ts";
import { type DiskModel, type FaultRecord, type Measurement, type RunConfig, SWAP_PAGES, type TaskFigures } from "./measurement.ts";
import { MissCurveBuilder } from "./miss-curve.ts";
import type { ReferenceSink } from "./trace.ts";
import { seededRandom } from "./seeded-random.ts";
import { StageClock } from "./stage-clock.ts";
import { figuresOf, NO_FIGURES, ReferenceCounter, sumOf, TaskTable } from "./task-table.ts";

/** With fewer frames most policies let no process run: one instruction, or one system call, may need so many pages at the same time. */
export const LEAST_FRAMES = 8;
/** Pages that one command of the disk driver moves at most. */
export const MOST_PAGES_AT_ONCE = 16;
/** Faults without an instruction completed between them, after which nothing is expected to go on any more. */
const STUCK = 10_000;
/** Faults that are kept one by one. */
const FAULT_LOG_LIMIT = 100_000;

const NS_PER_US = 1000;

/** Faults that take a frame. */
const MISSES: ReadonlySet<FaultKind> = new Set(["zeroFill", "copy", "pageIn"]);

/** Frames of the standard memory manager beside one of the user's own: so many that it pages nothing. */
const FRAMES_BESIDE = 16_384;
/** What the standard memory manager replaces pages by there, if it ever does. */
const POLICY_BESIDE = "fifo";

function timingOf(disk: DiskModel, blocks: number): DiskTiming {
  switch (disk.kind) {
    case "fixed":
      return fixedTiming(disk.us * NS_PER_US);
    case "seek":
      return seekTiming({
        trackNs: disk.trackUs * NS_PER_US,
        fullNs: disk.seekUs * NS_PER_US,
        rotationNs: disk.rotationUs * NS_PER_US,
        transferNs: disk.transferUs * NS_PER_US,
        blocksPerTrack: disk.pagesPerTrack,
        blocks,
      });
    case "ssd":
      return flashTiming(disk.readUs * NS_PER_US, disk.writeUs * NS_PER_US, disk.channels);
  }
}

function wholeNumber(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OptionError(`${name} must be ${least} to ${most}, not ${value}`);
  }
}

/** Most frames that can be asked for: 512 MiB. */
const MOST_FRAMES = 1 << 17;

/** @throws OptionError when the configuration makes no sense */
function checked(config: RunConfig): { row: PolicyRow; parameters: Record<string, number>; isTraced: boolean } {
  wholeNumber("the number of frames", config.frames, config.manager ? 1 : LEAST_FRAMES, MOST_FRAMES);
  wholeNumber("the size of clusters", config.cluster, 1, MOST_PAGES_AT_ONCE);
  wholeNumber("read-ahead", config.readAhead, 0, MOST_PAGES_AT_ONCE - 1);
  if (config.command.length === 0) throw new OptionError("there is no command to measure");
  if (config.manager && config.record) throw new OptionError("references to pages of a manager of one's own cannot be recorded");
  if (config.manager && config.stages) throw new OptionError("stages of faults are measured for the standard memory manager only");
  let row: PolicyRow;
  let parameters: Record<string, number>;
  try {
    row = policyNamed(config.manager ? POLICY_BESIDE : config.policy.name);
    parameters = parametersOf(row, config.manager ? {} : config.policy.parameters);
  } catch (error) {
    throw error instanceof RangeError ? new OptionError(error.message) : error;
  }
  if (row.references === "future") throw new OptionError(`policy '${row.name}' needs to know the future: it runs in replays only`);
  const isTraced = config.record !== undefined || row.references === "exact";
  if (isTraced && config.engine !== undefined && config.engine !== "interpreter") {
    const reason = config.record === undefined ? `policy '${row.name}' needs` : "recording needs";
    throw new OptionError(`${reason} every reference, which only the engine 'interpreter' tells, not '${config.engine}'`);
  }
  return { row, parameters, isTraced };
}

/** What is collected while the system runs. */
class Collector implements PagingObserver {
  readonly tasks = new TaskTable();
  readonly faultLog: FaultRecord[] = [];
  private readonly misses = new MissCurveBuilder();
  /** Copies so far that came with a page-in, by one fault. */
  private pageInCopies = 0;
  readonly watch: StageClock | undefined;
  tracer: ReferenceTracer | undefined;
  private counter: ReferenceCounter | undefined;
  private fillingSince = 0;
  machine: Machine | undefined;
  /** No program makes progress. */
  isStuck = false;
  /** Instructions executed at the last fault, and faults since then. */
  private lastInstructions = -1;
  private faultsInPlace = 0;
  /** Until the command has ended. */
  private sink: ReferenceSink | undefined;

  constructor(config: RunConfig) {
    this.sink = config.record;
    this.watch = config.stages ? new StageClock() : undefined;
  }

  task(...[id, counters]: Parameters<PagingObserver["task"]>): void {
    const { number, name } = this.tasks.add(this.machine!.kernel, id, counters);
    this.sink?.task(number, name);
  }

  fault(client: number, address: number, kind: FaultKind): void {
    this.lookForProgress();
    this.countMisses(kind);
    if (this.faultLog.length >= FAULT_LOG_LIMIT) return;
    const task = this.tasks.of(client)?.number ?? 0;
    this.faultLog.push({ time: this.machine!.instructions(), task, page: address >>> 12, kind });
  }

  private countMisses(kind: FaultKind): void {
    const now = this.machine!.instructions();
    if (MISSES.has(kind)) this.misses.add(now);
    const { copies, faults } = this.machine!.memory.totals()!;
    for (; this.pageInCopies < copies - faults.copy; this.pageInCopies++) this.misses.add(now);
  }

  /** @throws Error when there is none, which ends the machine */
  private lookForProgress(): void {
    const now = this.machine!.instructions();
    this.faultsInPlace = now === this.lastInstructions ? this.faultsInPlace + 1 : 0;
    this.lastInstructions = now;
    if (this.faultsInPlace < STUCK) return;
    this.isStuck = true;
    throw new Error("no program makes progress");
  }

  copied(client: number, page: number): void {
    const task = this.tasks.of(client);
    if (task === undefined) return;
    task.references++;
    this.sink?.reference(this.machine!.instructions(), task.number, page, false, false);
  }

  filling(): void {
    this.fillingSince = this.machine!.instructions();
    this.counter?.hold();
  }

  filled(...[arrival]: Parameters<PagingObserver["filled"]>): void {
    const task = arrival && this.tasks.withNumber(arrival.counters.serial);
    if (task) {
      task.references++;
      this.sink?.reference(this.fillingSince, task.number, arrival.page, arrival.write, false);
    }
    this.counter?.release();
  }

  dropped(page: number): void {
    this.sink?.dropped(this.machine!.instructions(), page);
  }

  placed(...[task, place, page]: Parameters<PagingObserver["placed"]>): void {
    this.sink?.placed(task.serial, page, place);
  }

  displaced(place: number): void {
    this.sink?.displaced(place);
  }

  occupied(frame: number, isOccupied: boolean): void {
    if (this.tracer) this.tracer.watched[frame] = isOccupied ? 1 : 0;
  }

  stage(...[stage]: Parameters<PagingObserver["stage"]>): void {
    this.watch?.manager(stage);
  }

  /** Makes the tracer; the machine is complete when it is first used. */
  traceReferences(frames: number): ReferenceTracer {
    const use = (frame: number): number => this.machine!.memory.referenced(frame);
    this.counter = new ReferenceCounter(
      () => this.machine!.kernel,
      this.tasks,
      use,
      () => this.sink,
    );
    this.tracer = new ReferenceTracer(frames, this.counter);
    return this.tracer;
  }

  /** The command has ended: the figures as they are now. */
  finish(isTraced: boolean): Omit<Measurement, "config" | "status" | "output"> {
    const { kernel, clock, memory, disk } = this.machine!;
    this.sink = undefined;
    const tasks = this.tasks.figures(isTraced);
    const references = tasks.reduce((sum, task) => sum + (task.references ?? 0), 0);
    const total = figuresOf("total", 0, memory.totals()!, kernel.statistics().instructions, isTraced ? references : undefined);
    return {
      tasks,
      total,
      virtualNs: clock.now(),
      ...(this.watch ? { stages: this.watch.means(total.faults) } : {}),
      faultLog: [...this.faultLog],
      missCurve: this.misses.curve(this.machine!.instructions()),
      disk: { reads: disk.reads, writes: disk.writes, busyNs: disk.busyNs },
    };
  }
}

/**
 * Runs a command in a system of its own and measures its paging.
 * @throws OptionError when the configuration makes no sense, SpawnError when the command cannot be started
 */
export async function measure(config: RunConfig): Promise<Measurement> {
  const { row, parameters, isTraced } = checked(config);
  const collector = new Collector(config);
  const { watch } = collector;
  const managed =
    config.manager &&
    managedRun(
      await loadManager(config.manager, config.watch),
      config.frames,
      config.command,
      (...fault) => collector.fault(...fault),
      config.watch,
    );
  const parts: MeasuredParts = {
    frames: managed ? FRAMES_BESIDE : config.frames,
    swapPages: SWAP_PAGES,
    timing: timingOf(config.disk, SWAP_PAGES + (managed?.boot.manager?.blocks ?? 0)),
    manager: (instructions) => ({
      policy: (view) => row.create(view, parameters),
      local: config.scope === "local",
      random: seededRandom(config.seed),
      time: instructions,
      readAhead: config.readAhead,
      cluster: config.cluster,
      faultAround: false,
      observer: collector,
      traced: isTraced,
    }),
    ...(isTraced ? { tracer: (frames) => collector.traceReferences(frames) } : {}),
    ...(watch ? { probe: watch, processor: (processor) => watch.timed(processor) } : {}),
  };
  const options: BootOptions = {
    virtualClock: config.virtualClock,
    seed: config.seed,
    engine: isTraced ? "interpreter" : (config.engine ?? DEFAULT_ENGINE),
    ...(config.mounts ? { mounts: config.mounts } : {}),
    ...(config.root === undefined ? {} : { root: config.root }),
    ...managed?.boot,
  };
  let figures: ReturnType<Collector["finish"]> | undefined;
  let system: System | undefined;
  try {
    system = await System.start(options, {
      parts,
      made: (machine) => (collector.machine = machine),
      told: ({ op }) => {
        if (op === "exited") figures = collector.finish(isTraced);
      },
    });
    managed?.prepare(system);
    const { code, stdout, stderr } = await system.run(managed?.command ?? config.command, { env: { ...managed?.env } });
    const output = Buffer.concat([stdout, stderr]).toString();
    return { config, status: code, output, ...figures!, ...(managed ? withManager(figures!, managed, system) : {}) };
  } catch (error) {
    if (!collector.isStuck) throw error;
    throw new OptionError(`with ${config.frames} frames and policy '${row.name}' no program makes progress: pages go before they are used`);
  } finally {
    if (!collector.isStuck) await system?.halt();
  }
}

/** The tasks with one more for what a manager of the user's own did, and the sum of all. */
function withManager(
  { tasks, total }: Pick<Measurement, "tasks" | "total">,
  managed: ManagedRun,
  system: System,
): Pick<Measurement, "tasks" | "total"> {
  const own: TaskFigures = { ...NO_FIGURES, name: managed.name, task: tasks.length + 1, ...managed.figures(system) };
  return { tasks: [...tasks, own], total: sumOf(total, own) };
}
