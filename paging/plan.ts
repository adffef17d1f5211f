/**
 * A sweep: what is measured, as the product of all values that the user listed.
 *
 * Layer beneath: measurement.ts, workloads.ts.
 */
import type { BootOptions, Mount } from "#host/options.ts";
import type { DiskModel, ManagerChoice, PolicyChoice, Scope } from "./measurement.ts";
import { policyNamed } from "#servers/memory-manager/policies/table.ts";
import { namedText } from "./named-settings.ts";
import type { Workload } from "./workloads.ts";

/**
 * live: the policy works in the memory manager of a booted system; replay: it is fed with a reference trace. A policy that must
 * know the future (OPT) is always replayed.
 */
export type Method = "live" | "replay";
export const METHODS: readonly Method[] = ["live", "replay"];

/** Forms of traces that can be read. */
export const TRACE_FORMATS = ["native", "lackey", "plain"] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** A trace somebody else recorded takes the place of workloads. */
export interface TraceSource {
  readonly name: string;
  readonly file: string;
  /** By its content when undefined. */
  readonly format: TraceFormat | undefined;
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
  readonly policy: PolicyChoice;
  readonly frames: number;
  readonly scope: Scope;
  readonly readAhead: number;
  /** Live runs only, as are the rest. */
  readonly cluster?: number;
  readonly disk?: DiskModel;
  readonly virtualClock?: boolean;
  readonly engine?: NonNullable<BootOptions["engine"]>;
  readonly mounts?: readonly Mount[];
  readonly root?: string;
  readonly manager?: ManagerChoice;
  readonly stages?: boolean;
  readonly seed: string;
}

export const policyText = ({ name, parameters }: PolicyChoice): string => namedText(name, parameters);

/** How a policy is measured. */
export const methodOf = (plan: Plan, policy: PolicyChoice): Method =>
  plan.trace !== undefined || policyNamed(policy.name).references === "future" ? "replay" : plan.method;

/** All runs of a plan, in the order of the reports. */
export function pointsOf(plan: Plan): Point[] {
  const sources: readonly Workload[] = plan.trace ? [{ name: plan.trace.name, command: [] }] : plan.workloads;
  const points: Point[] = [];
  for (const { name, command } of sources) {
    for (const scope of plan.scopes) {
      for (const readAhead of plan.readAheads) {
        for (const policy of plan.policies) {
          const common = { workload: name, command, policy, scope, readAhead, seed: plan.seed };
          if (methodOf(plan, policy) === "replay") {
            for (const frames of plan.frames) points.push({ method: "replay", ...common, frames });
            continue;
          }
          for (const cluster of plan.clusters) {
            for (const disk of plan.disks) {
              for (const frames of plan.frames) {
                points.push({
                  method: "live",
                  ...common,
                  frames,
                  cluster,
                  disk,
                  virtualClock: plan.virtualClock,
                  ...(plan.engine === undefined ? {} : { engine: plan.engine }),
                  ...(plan.mounts.length === 0 ? {} : { mounts: plan.mounts }),
                  ...(plan.root === undefined ? {} : { root: plan.root }),
                  ...(plan.manager === undefined ? {} : { manager: plan.manager }),
                  ...(plan.stages ? { stages: true } : {}),
                });
              }
            }
          }
        }
      }
    }
  }
  return points;
}

/** What tells a run from all others. */
export const pointKey = (point: Point): string => JSON.stringify(point);
