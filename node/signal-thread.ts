/**
 * The signal thread of the command: takes the signals that ask for the end of a run, and the end of its time, and ends the process when
 * the main thread does not answer.
 *
 * Node runs listeners of signals on the main thread, between two turns of the machine. If a turn never returned, no listener would run,
 * and only SIGKILL could end the process. Here signals come to the loop of a worker, by the binding that Node's own listeners are made of;
 * the worker has it because it is started with --expose-internals. docs/architecture.md has the reasons.
 */
import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { Session } from "node:inspector";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { GRACE_MS, SignalFilter, TIMEOUT_STATUS } from "./run-end.ts";
import { ENDING_SIGNALS, EXIT_EVENT, type FromSignalThread, type SignalThreadData, type ToSignalThread } from "./signal-messages.ts";

/** Handle of Node's binding for one signal. */
interface SignalHandle {
  onsignal: (signal: number) => void;
  start(signal: number): number;
  close(): void;
}

const PING_MS = 250;
/** A main thread that has not answered for this long is stuck. */
const STUCK_MS = 1000;
/** How long the main thread may take to exit when it is made to. */
const EXIT_MS = 500;

const port = parentPort!;
const send = (message: FromSignalThread): void => port.postMessage(message);

const handles = new Map<number, SignalHandle>();
const filter = new SignalFilter();
let terminal: string | undefined;
/** When the main thread was asked first without an answer. */
let unansweredSince: number | undefined;
/** When the run must be over, once its end was asked for. */
let deadline = Number.POSITIVE_INFINITY;
let pinging: NodeJS.Timeout | undefined;

/** The end of the run was asked for. @param force ends the process when the main thread does not */
function asked(force: () => void): void {
  const now = performance.now();
  deadline = deadline === Number.POSITIVE_INFINITY ? now + GRACE_MS : now;
  clearInterval(pinging);
  const check = (): void => {
    const at = performance.now();
    if (unansweredSince !== undefined && at >= deadline && at - unansweredSince >= STUCK_MS) {
      clearInterval(pinging);
      force();
      return;
    }
    unansweredSince ??= at;
    send({ kind: "ping" });
  };
  check();
  pinging = setInterval(check, PING_MS);
}

function tell(reason: string): void {
  if (terminal !== undefined) spawnSync("stty", [terminal], { stdio: ["inherit", "ignore", "ignore"] });
  try {
    writeSync(2, `lites: the machine does not answer; ended by ${reason}\n`);
  } catch {
    // Nobody reads it.
  }
}

/** By the signal's own default action, so that the parent sees which it was. */
function endBySignal(signal: number): void {
  tell(`signal ${signal}`);
  handles.get(signal)!.close();
  handles.delete(signal);
  process.kill(process.pid, signal);
}

/** By an exit that is put into what the main thread runs. In a call of the host that does not return it cannot be reached. */
function endByTimeout(): void {
  tell("--timeout");
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression: `process.emit(${JSON.stringify(EXIT_EVENT)}, ${TIMEOUT_STATUS})` });
  setTimeout(() => process.kill(process.pid, "SIGKILL"), EXIT_MS);
}

function takeSignals(): void {
  const internal = createRequire(import.meta.url);
  const { internalBinding } = internal("internal/test/binding") as { internalBinding(name: string): { Signal: new () => SignalHandle } };
  const { Signal } = internalBinding("signal_wrap");
  for (const name of ENDING_SIGNALS) {
    const number = constants.signals[name];
    const handle = new Signal();
    handle.onsignal = () => {
      if (!filter.accept(number, performance.now())) return;
      send({ kind: "signal", signal: number });
      asked(() => endBySignal(number));
    };
    if (handle.start(number) !== 0) throw new Error(name);
    handles.set(number, handle);
  }
}

port.on("message", (message: ToSignalThread) => {
  if (message.kind === "alive") unansweredSince = undefined;
  else terminal = message.settings;
});

const { timeoutMs } = workerData as SignalThreadData;
if (timeoutMs !== undefined) {
  setTimeout(() => {
    send({ kind: "timeout" });
    asked(endByTimeout);
  }, timeoutMs);
}
try {
  takeSignals();
  send({ kind: "ready" });
} catch {
  send({ kind: "unavailable" });
}
