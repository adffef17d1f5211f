/**
 * A sweep: what is measured, as the product of all values that the user listed.
 *
 * Layer beneath: measurement.ts, workloads.ts.
 */
import type { BootOptions, Mount } from "#node/options.ts";
import type { DiskModel, ManagerChoice, PolicyChoice, Scope } from "./measurement.ts";
import { managerName } from "./manager-module.ts";
import { POLICIES } from "#servers/memory-manager/policies/table.ts";
import { namedText } from "./named-settings.ts";
import type { TraceForm } from "./trace-file.ts";
import type { Workload } from "./workloads.ts";

/** Frames of a run that is recorded: so many that nothing is paged, and no policy has a say in what is recorded. */
const RECORDING_FRAMES = 8192;

/**
 * live: the policy works in the memory manager of a booted system; replay: it is fed with a reference trace. A policy that must
 * know the future (OPT) is always replayed.
 */
export type Method = "live" | "replay";
export const METHODS: readonly Method[] = ["live", "replay"];

/** A trace somebody else recorded takes the place of workloads. */
export interface TraceSource {
  readonly name: string;
  readonly file: string;
  /** Hash of its content: files with one name are not one trace. */
  readonly digest: string;
  /** By its content when undefined. */
  readonly form: TraceForm | undefined;
}

export interface Plan {
  readonly workloads: readonly Workload[];
  readonly trace?: TraceSource;
  readonly policies: readonly PolicyChoice[];
  readonly frames: readonly number[];
  readonly scopes: readonly Scope[];
  readonly readAheads: readonly number[];
  readonly clusters: readonly number[];
  readonly disks: readonly DiskModel[];
  readonly method: Method;
  readonly virtualClock: boolean;
  readonly seed: string;
  readonly engine?: NonNullable<BootOptions["engine"]>;
  readonly mounts: readonly Mount[];
  readonly root?: string;
  readonly manager?: ManagerChoice;
  readonly stages: boolean;
}

/** One run, live or replayed. Plain data: it goes to workers and, as JSON, names the run in a resume file. */
export interface Point {
  readonly method: Method;
  /** Name of the workload or trace. */
  readonly workload: string;
  readonly command: readonly string[];
  /** TraceSource.digest. */
  readonly trace?: string;
  readonly policy: PolicyChoice;
  readonly frames: number;
  readonly scope: Scope;
  readonly readAhead: number;
  readonly cluster: number;
  readonly seed: string;
  /** Live runs only, as are the rest. */
  readonly disk?: DiskModel;
  readonly virtualClock?: boolean;
  readonly engine?: NonNullable<BootOptions["engine"]>;
  readonly mounts?: readonly Mount[];
  readonly root?: string;
  readonly manager?: ManagerChoice;
  readonly stages?: boolean;
}

export const policyText = ({ name, parameters }: PolicyChoice): string => namedText(name, parameters);

/** Whether a policy knows the future. It is the bound of the others where one page comes for each fault, in one pool of frames. */
export const isBound = ({ name }: PolicyChoice): boolean => POLICIES.some((row) => row.name === name && row.references === "future");

/** What neither the bound nor a manager of the user's own can be given another value of. */
const PLAIN = { scope: "global", readAhead: 0, cluster: 1 } as const;

/** How a policy is measured. */
export const methodOf = (plan: Plan, policy: PolicyChoice): Method =>
  plan.trace !== undefined || isBound(policy) ? "replay" : plan.method;

/** What every run of the system is given beside its values. Only the interpreter tells references, so that a recording has no choice of engines. */
const liveSettings = (plan: Plan): Partial<Point> => ({
  virtualClock: plan.virtualClock,
  ...(plan.mounts.length === 0 ? {} : { mounts: plan.mounts }),
  ...(plan.root === undefined ? {} : { root: plan.root }),
});

/** All pairs of what is there with further values. */
const times = <Item extends object, More extends object>(items: readonly Item[], more: readonly More[]): (Item & More)[] =>
  items.flatMap((item) => more.map((values) => ({ ...item, ...values })));

/** All runs of a plan, in the order of the reports. */
export function pointsOf(plan: Plan): Point[] {
  const sources: readonly Workload[] = plan.trace ? [{ name: plan.trace.name, command: [] }] : plan.workloads;
  const trace = plan.trace && { trace: plan.trace.digest };
  const workloads = sources.map(({ name, command }) => ({ workload: name, command, seed: plan.seed, ...trace }));
  const placed = times(
    workloads,
    plan.policies.map((policy) => ({ policy, method: methodOf(plan, policy) })),
  );
  const settings = times(
    times(
      plan.scopes.map((scope) => ({ scope })),
      plan.readAheads.map((readAhead) => ({ readAhead })),
    ),
    plan.clusters.map((cluster) => ({ cluster })),
  );
  const values = placed.flatMap((run) => times([run], isBound(run.policy) ? [PLAIN] : settings));
  const live = plan.disks.map((disk) => ({
    disk,
    ...liveSettings(plan),
    ...(plan.engine === undefined ? {} : { engine: plan.engine }),
  }));
  const timed = plan.stages ? live.map((settings) => ({ ...settings, stages: true })) : live;
  const runs: Omit<Point, "frames">[] = values.flatMap((value) => (value.method === "live" ? times([value], timed) : [value]));
  // A manager of the user's own stands where a policy does; what else is listed is the standard manager's, as are stages.
  const { manager } = plan;
  if (manager !== undefined && plan.trace === undefined) {
    const policy = { name: managerName(manager), parameters: {} };
    runs.push(...times(times(workloads, live), [{ policy, method: "live", ...PLAIN, manager } as const]));
  }
  return times(
    runs,
    plan.frames.map((frames) => ({ frames })),
  );
}

/** The runs whose traces are recorded, one for a workload. */
export const recordingsOf = (plan: Plan): Point[] =>
  plan.workloads.map(({ name, command }) => ({
    method: "live",
    workload: name,
    command,
    policy: { name: "fifo", parameters: {} },
    frames: RECORDING_FRAMES,
    ...PLAIN,
    seed: plan.seed,
    disk: { kind: "fixed", us: 0 },
    ...liveSettings(plan),
  }));

/** What tells a run from all others. */
export const pointKey = (point: Point): string => JSON.stringify(point);
