/**
 * Messages between the command's main thread and its signal thread.
 */

/** What the signal thread is started with. */
export interface SignalThreadData {
  /** When the run is over; undefined: never. */
  readonly timeoutMs: number | undefined;
}

export type FromSignalThread =
  /** Signals come here from now on. */
  | { readonly kind: "ready" }
  /** This Node does not let a thread take signals. */
  | { readonly kind: "unavailable" }
  | { readonly kind: "signal"; readonly signal: number }
  | { readonly kind: "timeout" }
  /** To be answered by "alive". */
  | { readonly kind: "ping" };

export type ToSignalThread =
  | { readonly kind: "alive" }
  /** How to set the terminal back: arguments of stty(1); undefined when it needs nothing. */
  | { readonly kind: "terminal"; readonly settings: string | undefined };

/** Signals that ask for the end of a run. */
export const ENDING_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

/** Event of the main thread's `process` by which the signal thread makes it exit with a status, although a turn does not return. */
export const EXIT_EVENT = "lites:exit";
