/**
 * What a measurement is asked for and what it answers: the types that measure.ts fills and the command and its reports read.
 *
 * Layer beneath: node/, which boots the system that is measured.
 */
import type { BootOptions } from "#node/options.ts";
import type { FaultKind } from "#servers/memory-manager/counters.ts";
import type { ManagerWatch } from "./manager-watch.ts";
import type { MissCurve } from "./miss-curve.ts";
import type { ReferenceSink } from "./trace.ts";

/** Pages of the paging disk: 512 MiB. */
export const SWAP_PAGES = 1 << 17;

/** A replacement policy by its name in servers/memory-manager/policies/table.ts; parameters left out have their defaults. */
export interface PolicyChoice {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** global: one policy instance chooses among all frames; local: one for each task, with equal shares. */
export type Scope = "global" | "local";

/** How long the paging disk takes; times in microseconds. */
export type DiskModel =
  | { readonly kind: "fixed"; readonly us: number }
  | {
      readonly kind: "seek";
      /** Shortest (neighbouring track) and longest seek. */
      readonly trackUs: number;
      readonly seekUs: number;
      /** A whole turn; the mean wait is half of it. */
      readonly rotationUs: number;
      /** One page under the head. */
      readonly transferUs: number;
      readonly pagesPerTrack: number;
    }
  | { readonly kind: "ssd"; readonly readUs: number; readonly writeUs: number; readonly channels: number };

/** A memory manager of the user's own: a TypeScript module or an i386 program. */
export interface ManagerChoice {
  readonly file: string;
  /** Of the file's content: tells its versions apart. */
  readonly digest?: string;
}

export interface RunConfig {
  /** What runs in the guest: argv. */
  readonly command: readonly string[];
  readonly mounts?: BootOptions["mounts"];
  /** A root file system other than the built-in, as boot() takes it. */
  readonly root?: string;
  /** Page frames for private memory of programs. */
  readonly frames: number;
  readonly policy: PolicyChoice;
  readonly scope: Scope;
  /** Pages that come with a page-in beyond the one asked for. */
  readonly readAhead: number;
  /** Victims that are written out together. */
  readonly cluster: number;
  readonly disk: DiskModel;
  readonly virtualClock: boolean;
  readonly seed: string;
  readonly engine?: NonNullable<BootOptions["engine"]>;
  /** Is told of every page referenced. */
  readonly record?: ReferenceSink;
  readonly manager?: ManagerChoice;
  /** Told when the code of the manager's module runs. */
  readonly watch?: ManagerWatch;
  /** Whether host time is taken by stage: measurement.stages. */
  readonly stages?: boolean;
}

/**
 * Counters of one task, or of all, from the boot to the end of the command. A fault is counted under one kind: faults = zeroFills + copies +
 * pageIns + protections + forgotten + sources + refused.
 */
export interface TaskFigures {
  readonly name: string;
  readonly task: number;
  /** References to pages of programs, when they were traced. Runs of accesses to one page are one. */
  readonly references?: number;
  readonly faults: number;
  readonly zeroFills: number;
  readonly copies: number;
  readonly pageIns: number;
  /** Of the page-ins: the page was shared and was written to, so that its copy took a frame, too. */
  readonly pageInCopies: number;
  /** A page that was there became writable. */
  readonly protections: number;
  /** The page was in memory, its mapping was not. */
  readonly forgotten: number;
  /** Mapped from where the content comes from: the page of zeros, or a page of a file that nobody has written to. It takes no frame. */
  readonly sources: number;
  /** Nothing was to be had: no memory, beyond the end of a file, an error of the disk. */
  readonly refused: number;
  /** Pages that came with page-ins and that nobody had asked for. Read from disk: pageIns + readAheads. */
  readonly readAheads: number;
  readonly pageOuts: number;
  /** Pages taken away from the task by unmapping. */
  readonly flushes: number;
  /** Messages that the faults cost: fault, answer, and those to the disk driver and back. */
  readonly ipcs: number;
  /** Words moved by those messages. */
  readonly words: number;
  readonly instructions: number;
}

/** Where the host's time of a fault goes, in the order of events. */
export const STAGES = ["fault", "ipc", "manager", "policy", "disk", "reply", "resume"] as const;
export type Stage = (typeof STAGES)[number];

export interface FaultRecord {
  /** Instructions executed. */
  readonly time: number;
  readonly task: number;
  /** Virtual page number. */
  readonly page: number;
  readonly kind: FaultKind;
}

export interface Measurement {
  readonly config: RunConfig;
  /** Exit status of the command. */
  readonly status: number;
  /** What it wrote to its standard output and error. */
  readonly output?: string;
  readonly tasks: readonly TaskFigures[];
  readonly total: TaskFigures;
  readonly virtualNs: number;
  /** Mean host nanoseconds per fault, when they were asked for. They differ from run to run. */
  readonly stages?: Readonly<Record<Stage, number>>;
  /** The first faults, up to a bound. */
  readonly faultLog: readonly FaultRecord[];
  readonly missCurve: MissCurve;
  readonly disk: { readonly reads: number; readonly writes: number; readonly busyNs: number };
}
