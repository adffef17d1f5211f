/**
 * One thread of prove.ts: proves the rows that it is told to.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { KnownHost } from "../hardware/host.ts";
import { Hardware } from "./hardware.ts";
import { Prover, type RowProof } from "./proof.ts";
import { comparableRows } from "./rows.ts";
import type { Engine } from "#machine/engine.ts";

export interface WorkerData {
  readonly engines: readonly Engine[];
  readonly seed: number;
  /** Source of the runner: this file is bundled elsewhere. */
  readonly runner: string;
  readonly host: KnownHost;
}

export interface Assignment {
  readonly row: number;
  readonly cases: number;
}

export interface Answer extends RowProof {
  readonly row: number;
}

const { engines, seed, runner, host } = workerData as WorkerData;
const hardware = Hardware.open(runner);
if (hardware === undefined) throw new Error("this host cannot execute the cases");
const prover = new Prover(hardware, engines, host);
const rows = comparableRows();

parentPort!.on("message", (assignment: Assignment | null) => {
  if (assignment === null) {
    hardware.close();
    parentPort!.close();
    return;
  }
  const { row, cases } = assignment;
  const answer: Answer = { row, ...prover.prove(rows[row]!, row, cases, seed) };
  parentPort!.postMessage(answer);
});
