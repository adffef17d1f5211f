/**
 * One thread of prove.ts: proves the pieces that it is told to, and says where it is.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Engine } from "#machine/engine.ts";
import { NativeProcessor } from "../programs/native.ts";
import { type EngineTally, type Failure, LoopProver } from "./proof.ts";

export interface WorkerData {
  readonly engines: readonly Engine[];
  /** Source of the runner: this file is bundled elsewhere. */
  readonly runner: string;
  /** Two words: the seed of the loop that runs, and the place of its engine. */
  readonly place: SharedArrayBuffer;
}

/** Loops with seeds that follow each other. */
export interface Piece {
  readonly seed: number;
  readonly count: number;
}

export interface Answer {
  readonly piece: Piece;
  readonly faults: number;
  readonly engines: readonly EngineTally[];
  readonly failures: readonly Failure[];
  /** Of the table's cells. */
  readonly counts: Uint32Array;
}

const { engines, runner, place } = workerData as WorkerData;
const native = NativeProcessor.open(runner);
if (native === undefined) throw new Error("this host cannot run i386 programs");
const prover = new LoopProver(native, engines);
const words = new Int32Array(place);

parentPort!.on("message", (piece: Piece | null) => {
  if (piece === null) {
    native.close();
    parentPort!.close();
    return;
  }
  const {
    faults,
    engines: tallies,
    failures,
    coverage,
  } = prover.prove(piece.seed, piece.count, (seed, engine) => {
    Atomics.store(words, 0, seed);
    Atomics.store(words, 1, engine);
  });
  const answer: Answer = { piece, faults, engines: tallies, failures, counts: coverage.counts };
  parentPort!.postMessage(answer);
});
