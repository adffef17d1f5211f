/**
 * One run of the command: boots a system, runs a program in it with the caller's standard streams, and ends with its status.
 */
import { createWriteStream, openSync, type WriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { boot } from "./boot.ts";
import { type CommandOptions, hostPath, type Job, LOGIN_SHELL } from "./command-line.ts";
import { EscapeKeys, escapeHelp } from "./escape-keys.ts";
import { type DescriptorKinds, descriptorKinds, handThrough, inputStream, OutputError, sinkOf, writeText } from "./host-output.ts";
import { HostSignals } from "./host-signals.ts";
import { HostTerminal } from "./host-terminal.ts";
import { defaultEnvironment } from "#system/guest.ts";
import { OptionError } from "#system/option-error.ts";
import { reasonOf } from "./option-forms.ts";
import { type BootOptions, DEFAULT_ESCAPE } from "./options.ts";
import type { Program } from "./program.ts";
import type { SpawnOptions } from "./program-options.ts";
import { RunEnd } from "./run-end.ts";
import { SpawnError } from "#system/spawn-error.ts";
import { statisticsText } from "#system/statistics.ts";
import type { System } from "./system.ts";

const SIGHUP = 1;
const ENOENT = 2;
/** As shells: found but not executable, not found. */
const NOT_EXECUTABLE_STATUS = 126;
const NOT_FOUND_STATUS = 127;
/** How long the machine may take to halt. */
const HALT_MS = 1000;

/** Lines of the trace. */
interface TraceOutput {
  write(line: string): void;
  /** Resolves when all is written. @throws OutputError */
  end(): Promise<void>;
}

/** A stream to a file; what cannot be opened is refused before anything runs. */
function openTrace(file: string): TraceOutput {
  let stream: WriteStream;
  try {
    stream = createWriteStream("", { fd: openSync(hostPath(file), "w") });
  } catch (error) {
    throw new OptionError(`cannot write '${file}': ${reasonOf(error)}`, "--trace-file", file);
  }
  let failure: OutputError | undefined;
  const done = new Promise<void>((resolve) => {
    stream.once("close", () => resolve());
  });
  stream.on("error", (error) => {
    failure ??= new OutputError(`'${file}'`, error);
  });
  return {
    write: (line) => void stream.write(`${line}\n`),
    async end() {
      stream.end();
      await done;
      if (failure) throw failure;
    },
  };
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One line of the command itself; when nobody takes it, it is lost. */
const tell = (line: string): void => void process.stderr.write(`lites: ${line}\n`);

function bootOptionsOf(options: CommandOptions, trace: TraceOutput | undefined): BootOptions {
  const { memory, swap, root, rootSize, virtualClock, seed, engine, forget, confine } = options;
  const write = trace ? trace.write : (line: string) => void process.stderr.write(`${line}\n`);
  return {
    mounts: options.mount ?? [],
    ...(memory === undefined ? {} : { memory }),
    ...(swap === undefined ? {} : { swap }),
    ...(root === undefined ? {} : { root }),
    ...(rootSize === undefined ? {} : { rootSize }),
    ...(virtualClock ? { virtualClock } : {}),
    ...(seed === undefined ? {} : { seed }),
    ...(engine === undefined ? {} : { engine }),
    ...(forget === undefined ? {} : { forget }),
    ...(confine === undefined ? {} : { confine: { policy: confine, log: (line: string) => tell(`confine: ${line}`) } }),
    ...(options.trace ? { trace: { kinds: options.trace, write } } : {}),
    diagnostic: tell,
  };
}

function putScript(system: System, { name, text }: NonNullable<Job["script"]>): void {
  system.fs.mkdirSync("/tmp", { recursive: true });
  system.fs.writeFileSync(name, text);
}

/** The sinks of a run's output, by their names in SpawnOptions. */
function sinksOf([, output, errors]: DescriptorKinds): NonNullable<SpawnOptions["sinks"]> {
  const [stdout, stderr] = [sinkOf(1, output), sinkOf(2, errors)];
  return { ...(stdout ? { stdout } : {}), ...(stderr ? { stderr } : {}) };
}

/** Gives the terminal's keys to the program. */
function attachKeyboard(terminal: HostTerminal, program: Program, escape: string, end: RunEnd): string | undefined {
  if (escape === "") return terminal.attachKeyboard(program, (bytes) => bytes);
  const keys = new EscapeKeys(escape, (command) => {
    if (command === "help") terminal.show(escapeHelp(escape));
    else end.signal(SIGHUP);
  });
  return terminal.attachKeyboard(program, (bytes) => keys.type(bytes));
}

/** What a run is ended by from outside, and a promise of the machine's end by force. */
function makeEnd(program: Program, system: System): { end: RunEnd; forced: Promise<void> } {
  let force!: () => void;
  const forced = new Promise<void>((resolve) => {
    force = resolve;
  });
  const end = new RunEnd({
    forward: (signal) => program.kill(signal, { group: true }),
    halt: () => {
      setTimeout(force, HALT_MS).unref();
      void system.halt().then(force, force);
    },
    later: (callback, ms) => void setTimeout(callback, ms).unref(),
  });
  return { end, forced };
}

export interface JobEnd {
  status: number;
  /** The machine was halted by force; output that nobody takes may still wait. */
  isForced: boolean;
}

/** @param closed descriptors that the caller has closed @throws OptionError, OutputError */
export async function runJob(work: Job, options: CommandOptions, closed: ReadonlySet<number>): Promise<JobEnd> {
  const kinds = descriptorKinds(closed);
  const keyboard = kinds[0] === "terminal";
  const trace = options.traceFile === undefined ? undefined : openTrace(options.traceFile);
  const signals = new HostSignals(options.timeout === undefined ? undefined : options.timeout * 1000, tell);
  // With the virtual clock the moment at which input arrives must not depend on the host.
  const input = kinds[0] !== "stream" ? undefined : options.virtualClock ? await readAll(inputStream()) : inputStream();
  const system = await boot(bootOptionsOf(options, trace));
  if (work.script) putScript(system, work.script);
  const terminal = kinds.includes("terminal") ? new HostTerminal() : undefined;
  await signals.ready;
  const program = system.spawn(work.argv, {
    env: {
      ...(process.env["TERM"] && terminal ? { TERM: process.env["TERM"] } : {}),
      ...Object.fromEntries((options.env ?? []).map(({ name, value }) => [name, value])),
    },
    cwd: options.cwd ?? (work.argv === LOGIN_SHELL ? defaultEnvironment["HOME"]! : "/"),
    descriptors: kinds,
    sinks: sinksOf(kinds),
    ...(terminal ? { tty: { ...terminal.size(), plainOutput: !keyboard } } : {}),
    ...(input === undefined ? {} : { stdin: input }),
  });
  const { end, forced } = makeEnd(program, system);
  signals.attach(end, program);
  terminal?.attach(program);
  if (terminal && keyboard) signals.terminal(attachKeyboard(terminal, program, options.escape ?? DEFAULT_ESCAPE, end));
  const output = [handThrough(program.stdout, process.stdout), handThrough(program.stderr, process.stderr)];
  const toTheEnd = async (): Promise<number> => {
    const { code } = await program.exited;
    await system.halt({ drain: true });
    await Promise.all(output);
    return code;
  };
  try {
    const status = await Promise.race([toTheEnd(), forced]);
    return { status: end.status ?? status!, isForced: end.isForced };
  } catch (error) {
    if (end.status !== undefined) return { status: end.status, isForced: end.isForced };
    if (!(error instanceof SpawnError)) throw error;
    await system.halt();
    if (error.cause.syscall === "chdir") throw new OptionError(`'${error.cause.path}': ${error.message.replace(/^.*': /, "")}`, "--cwd");
    tell(error.message);
    return { status: error.errno === ENOENT ? NOT_FOUND_STATUS : NOT_EXECUTABLE_STATUS, isForced: false };
  } finally {
    terminal?.restore();
    signals.terminal(undefined);
    if (options.stats) writeText(2, "statistics", statisticsText(system.statistics(), options.stats), closed);
    await trace?.end();
  }
}
