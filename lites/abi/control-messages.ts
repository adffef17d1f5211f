/**
 * Messages of the control port (channel port 0) between the host and the Unix server: one JSON object a line, UTF-8.
 * The host sends ControlRequests, the server sends ControlEvents. Numbers are those of the guest. Names, arguments and values are Unicode
 * with escapes for other bytes (text.ts).
 */

/** A standard stream of a spawned program: a channel port, as a terminal or as a byte stream. */
export interface ControlStream {
  port: number;
  terminal: boolean;
  /** Of a byte stream: the host takes output at once or refuses it. A write ends when that is known, with the host's error. */
  synchronous?: boolean;
  /** Of a terminal: the host processes output itself, so that none of it is done here (OPOST is off). */
  plainOutput?: boolean;
}

export interface SpawnRequest {
  op: "spawn";
  /** Chosen by the host; comes back in the events about this program. */
  id: number;
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  /** Descriptors 0, 1, 2, … in order; null is a closed one. Equal ports are one open file. */
  fds: (ControlStream | null)[];
  /** Size of the terminal ports among them. */
  rows?: number;
  columns?: number;
  /** User and group id, default 0. */
  uid?: number;
}

export type ControlRequest =
  | SpawnRequest
  /** Sends a signal to a process, or to its process group. */
  | { op: "signal"; pid: number; signal: number; group?: boolean }
  /** The window of a terminal port changed (SIGWINCH follows). */
  | { op: "resize"; port: number; rows: number; columns: number }
  /**
   * Ends everything: all processes are killed, file systems are synced, then "halted" is sent; with `drain` not before the
   * host has taken all that programs have written. Without it, what it has not taken is lost, also when a halt with it waits.
   */
  | { op: "halt"; drain?: boolean };

export type ControlEvent =
  /** Process 1 runs: requests are served. */
  | { op: "ready" }
  | { op: "started"; id: number; pid: number }
  /** Not started, because of the working directory, or of the program or its descriptors. */
  | { op: "failed"; id: number; errno: number; code: string; message: string; at: "cwd" | "program" }
  /** Ended by exit (status 0 … 255) or by a signal. */
  | { op: "exited"; id: number; pid: number; status: number; signal?: undefined }
  | { op: "exited"; id: number; pid: number; signal: number; status?: undefined }
  | { op: "halted" };
