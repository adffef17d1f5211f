/**
 * How the file side of the server sends signals: the process side implements it.
 */
import type { Process } from "./process/process.ts";

export interface SignalSink {
  /** Posts a signal to one process, as kill(2) from the kernel: no permission check. Never sleeps. */
  postSignal(process: Process, signal: number): void;
}
