/**
 * Signals of the host for a run of the command: those that ask for its end come by the signal thread, others go to the program.
 */
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { Worker } from "node:worker_threads";
import { type RunEnd, SIGNAL_STATUS, TIMEOUT_STATUS } from "./run-end.ts";
import { ENDING_SIGNALS, EXIT_EVENT, type FromSignalThread, type SignalThreadData, type ToSignalThread } from "./signal-messages.ts";

/** Signals that are the program's business alone, and their numbers in the guest. Node would open its debugger at the first. */
const PASSED_ON = { SIGUSR1: 10, SIGUSR2: 12 } as const;

/** Without the signal thread a run cannot be ended while a turn of the machine does not return. */
const UNAVAILABLE = "this Node has no signals for threads: a signal ends nothing while the processor hangs";

/** Node's binding of signals, without a warning that it is not for users. */
const THREAD_FLAGS = ["--expose-internals", "--no-warnings"];

export class HostSignals {
  /** Signals are taken from now on; until then they end the process as they end any. */
  readonly ready: Promise<void>;
  private readonly thread: Worker;
  private end: RunEnd | undefined;

  /** @param diagnostic told when not all can be done */
  constructor(timeoutMs: number | undefined, diagnostic: (line: string) => void) {
    const data: SignalThreadData = { timeoutMs };
    this.thread = new Worker(new URL("./signal-thread.js", import.meta.url), { workerData: data, execArgv: THREAD_FLAGS });
    process.once(EXIT_EVENT, (status: number) => {
      // Node tells there that it waits for a debugger, which is not so.
      closeSync(2);
      process.exit(status);
    });
    this.ready = new Promise((resolve) => {
      const listenHere = (): void => {
        diagnostic(UNAVAILABLE);
        for (const name of ENDING_SIGNALS) process.on(name, () => this.take({ kind: "signal", signal: constants.signals[name] }));
        resolve();
      };
      this.thread.on("error", listenHere);
      this.thread.on("message", (message: FromSignalThread) => {
        if (message.kind === "unavailable") listenHere();
        else if (message.kind === "ready") resolve();
        else this.take(message);
      });
    });
    // Last, because a listener holds the process.
    this.thread.unref();
  }

  /** Gives the signals to a program. Before, there is nothing that an end could be told to. */
  attach(end: RunEnd, program: { kill(signal: number, options: { group: boolean }): void }): void {
    this.end = end;
    for (const [name, number] of Object.entries(PASSED_ON)) process.on(name, () => program.kill(number, { group: true }));
  }

  /** How to set the host's terminal back, if the process must be ended by force. */
  terminal(settings: string | undefined): void {
    this.post({ kind: "terminal", settings });
  }

  private take(message: FromSignalThread): void {
    if (message.kind === "ping") this.post({ kind: "alive" });
    else if (message.kind === "signal") {
      if (this.end === undefined) process.exit(SIGNAL_STATUS + message.signal);
      this.end.signal(message.signal);
    } else if (message.kind === "timeout") {
      if (this.end === undefined) process.exit(TIMEOUT_STATUS);
      this.end.timeout();
    }
  }

  private post(message: ToSignalThread): void {
    this.thread.postMessage(message);
  }
}
