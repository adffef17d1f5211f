/**
 * The `lites` command: a thin user of the library.
 *
 * It boots a system, runs one program in it with the caller's standard streams, and ends with the program's status.
 */
import { createWriteStream, openSync, readFileSync, type WriteStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { Command, CommanderError } from "commander";
import { boot } from "./boot.ts";
import {
  type BootOptions,
  type Mount,
  OptionError,
  parseConfine,
  parseEngine,
  parseForget,
  parseMemory,
  parseMount,
  parseSize,
  parseTrace,
  type TraceKind,
} from "./options.ts";
import { HostTerminal } from "./host-terminal.ts";
import type { Program } from "./program.ts";
import { defaultEnvironment, SpawnError, type SpawnOptions, type System } from "./system.ts";
import { statisticsText } from "./statistics.ts";

const USAGE_STATUS = 2;
const INTERNAL_STATUS = 70;
const Signal = { HUP: 1, INT: 2, TERM: 15 } as const;
/** How long a program may take to end after SIGTERM or SIGHUP, before the system is halted under it. */
const GRACE_MS = 2000;

interface CliOptions {
  command?: string;
  memory?: number;
  swap?: number;
  mount: Mount[];
  root?: string;
  env: Record<string, string>;
  cwd?: string;
  trace?: TraceKind[];
  traceFile?: string;
  stats?: "table" | "json";
  virtualClock?: boolean;
  seed?: string;
  engine?: NonNullable<BootOptions["engine"]>;
  confine?: NonNullable<BootOptions["confine"]>["policy"];
  forget?: NonNullable<BootOptions["forget"]>;
}

/** What to run: argv of the program, and where a host script goes. */
interface Job {
  argv: string[];
  script?: { name: string; text: Buffer };
}

const LOGIN_SHELL = ["/bin/sh", "-l"];

const append = (text: string, list: Mount[]): Mount[] => [...list, parseMount(text)];

function assignment(text: string, env: Record<string, string>): Record<string, string> {
  const at = text.indexOf("=");
  if (at <= 0) throw new OptionError(`not an assignment: '${text}' (form: NAME=VALUE)`);
  return { ...env, [text.slice(0, at)]: text.slice(at + 1) };
}

function statsFormat(text: string | true): "table" | "json" {
  if (text === true || text === "table") return "table";
  if (text === "json") return "json";
  throw new OptionError(`unknown statistics format '${text}' (known: table, json)`);
}

const EXAMPLES = `
Examples:
  lites                                   a login shell in this terminal
  lites -c 'ls -l / | wc -l'              one command line
  echo hi | lites -c cat > out            the host's pipes and redirections work
  lites script.sh one two                 a shell script of the host
  lites --mount .:/src exec /bin/ls /src  one program, with a host directory
  lites --confine read-only -c 'rm /x'    nothing may be written
  lites --memory 8M --stats -c 'sort big' counters at the end, on standard error
  lites paging --help                     measure page replacement: a command of its own

Exit status: that of the program, 128+n if signal n ended it; 2 for a wrong option.`;

function parser(): Command {
  return new Command("lites")
    .description("A Unix on an L3-style microkernel on an emulated i386.\nWithout arguments: a login shell.")
    .usage("[options] [SCRIPT [ARG…]]\n       lites [options] -c COMMAND [NAME [ARG…]]\n       lites [options] exec PROGRAM [ARG…]")
    .argument("[words...]")
    .option("-c, --command <line>", "run a command line with /bin/sh")
    .option("--memory <size>", "physical memory, as 64M (default 64M)", parseMemory)
    .option("--swap <size>", "paging disk (default: as memory, at least 32M)", parseSize)
    .option("--mount <dir:/guest[:ro]>", "host directory in the guest's tree (repeatable)", append, [])
    .option("--root <dir-or-tar>", "root file system other than the built-in, copied into memory")
    .option("--env <name=value>", "environment variable (repeatable)", assignment, {})
    .option("--cwd <dir>", "working directory in the guest")
    .option("--trace <kinds>", "trace lines: syscalls, ipc, faults (comma separated)", parseTrace)
    .option("--trace-file <file>", "where trace lines go (default standard error)")
    .option("--stats [format]", "counters at the end on standard error: table or json", statsFormat)
    .option("--confine <policy>", "refuse system calls: read-only, one-process, watch, or a file (docs/confinement.md)", parseConfine)
    .option("--virtual-clock", "time follows the instruction count: runs repeat bit for bit")
    .option("--seed <text>", "seed of the random device")
    .option("--forget <mode>", "the kernel forgets mappings: never, random, always (default never; for tests)", parseForget)
    .option("--engine <name>", "how instructions run: interpreter, translator, auto (default auto)", parseEngine)
    .version(PACKAGE_VERSION, "-V, --version")
    .passThroughOptions()
    .allowExcessArguments(true)
    .addHelpText("after", EXAMPLES)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
}

declare const PACKAGE_VERSION: string;

function job(words: string[], options: CliOptions): Job {
  if (options.command !== undefined) return { argv: ["/bin/sh", "-c", options.command, ...words] };
  if (words.length === 0) return { argv: LOGIN_SHELL };
  if (words[0] === "exec") {
    if (words.length < 2) throw new OptionError("exec needs a program");
    return { argv: words.slice(1) };
  }
  const file = words[0]!;
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    throw new OptionError(`cannot read '${file}': ${reason(error)}`);
  }
  const name = `/tmp/${basename(file)}`;
  return { argv: ["/bin/sh", name, ...words.slice(1)], script: { name, text } };
}

/** A stream to a file; what cannot be opened is refused before anything runs. */
function openForWriting(file: string): WriteStream {
  try {
    return createWriteStream(file, { fd: openSync(file, "w") });
  } catch (error) {
    throw new OptionError(`cannot write '${file}': ${reason(error)}`);
  }
}

/** Node's message without the call and the path. */
const reason = (error: unknown): string => (error instanceof Error ? error.message.replace(/, \w+ '.*/, "") : String(error));

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Copies a stream of the program to one of the host; a closed host stream hangs the guest's up. */
function handThrough(from: Readable, to: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    to.on("error", () => {
      from.destroy();
      resolve();
    });
    from.on("data", (chunk: Buffer) => {
      if (!to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.once("end", () => resolve());
    from.once("close", () => resolve());
  });
}

/** Signals of the host: SIGINT goes to the program, SIGTERM and SIGHUP too, and end the system if it does not. */
function forwardSignals(program: Program, system: System): { ended: () => number | undefined; overdue: () => boolean } {
  let ending: number | undefined;
  let overdue = false;
  process.on("SIGINT", () => program.kill(Signal.INT, { group: true }));
  for (const [name, signal] of [
    ["SIGTERM", Signal.TERM],
    ["SIGHUP", Signal.HUP],
  ] as const) {
    process.on(name, () => {
      if (ending !== undefined) return;
      ending = signal;
      program.kill(signal, { group: true });
      setTimeout(() => {
        overdue = true;
        void system.halt();
      }, GRACE_MS).unref();
    });
  }
  return { ended: () => ending, overdue: () => overdue };
}

async function runJob(work: Job, options: CliOptions): Promise<number> {
  const onTerminal = [process.stdin.isTTY === true, process.stdout.isTTY === true, process.stderr.isTTY === true] as const;
  const traceOutput = options.traceFile === undefined ? undefined : openForWriting(options.traceFile);
  const writeLine = (line: string): void => {
    if (traceOutput) traceOutput.write(`${line}\n`);
    else process.stderr.write(`${line}\n`);
  };
  const bootOptions: BootOptions = {
    mounts: options.mount,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    ...(options.swap === undefined ? {} : { swap: options.swap }),
    ...(options.root === undefined ? {} : { root: options.root }),
    ...(options.virtualClock ? { virtualClock: true } : {}),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.forget === undefined ? {} : { forget: options.forget }),
    ...(options.confine === undefined
      ? {}
      : { confine: { policy: options.confine, log: (line: string) => process.stderr.write(`lites: confine: ${line}\n`) } }),
    ...(options.trace ? { trace: { kinds: options.trace, write: writeLine } } : {}),
    diagnostic: (line) => process.stderr.write(`lites: ${line}\n`),
  };
  // Keys are read one by one only from somebody who sees the echo. Otherwise the host's terminal keeps its modes, which it may share
  // with other programs of a pipeline, and its lines come in like those of a file.
  const keyboard = onTerminal[0] && onTerminal[1];
  const anyTerminal = onTerminal[1] || onTerminal[2];
  // With the virtual clock the moment at which input arrives must not depend on the host.
  const input = keyboard ? undefined : options.virtualClock ? await readAll(process.stdin) : process.stdin;
  const system = await boot(bootOptions);
  if (work.script) {
    system.fs.mkdirSync("/tmp", { recursive: true });
    system.fs.writeFileSync(work.script.name, work.script.text);
  }
  const terminal = anyTerminal ? new HostTerminal() : undefined;
  const spawnOptions: SpawnOptions = {
    env: { ...(process.env["TERM"] && anyTerminal ? { TERM: process.env["TERM"] } : {}), ...options.env },
    cwd: options.cwd ?? (work.argv === LOGIN_SHELL ? defaultEnvironment["HOME"]! : "/"),
    ...(terminal
      ? { tty: { ...terminal.size(), plainOutput: !keyboard }, terminalDescriptors: [keyboard, onTerminal[1], onTerminal[2]] }
      : {}),
    ...(input === undefined ? {} : { stdin: input }),
  };
  const program = system.spawn(work.argv, spawnOptions);
  const signals = forwardSignals(program, system);
  terminal?.attach(program, keyboard);
  const output = [handThrough(program.stdout, process.stdout), handThrough(program.stderr, process.stderr)];
  try {
    const status = await program.exited;
    await system.halt({ drain: true });
    await Promise.all(output);
    return signals.overdue() ? 128 + signals.ended()! : status.code;
  } catch (error) {
    if (error instanceof SpawnError) {
      process.stderr.write(`lites: ${work.argv[0]}: ${error.message}\n`);
      await system.halt();
      // As shells: 127 not found, 126 found but not executable.
      return error.errno === 2 ? 127 : 126;
    }
    const ended = signals.ended();
    if (ended !== undefined) return 128 + ended;
    throw error;
  } finally {
    terminal?.restore();
    if (options.stats) process.stderr.write(statisticsText(system.statistics(), options.stats));
    if (traceOutput) await new Promise<void>((resolve) => traceOutput.end(() => resolve()));
  }
}

function complain(message: string): number {
  process.stderr.write(`lites: ${message}\n`);
  return USAGE_STATUS;
}

/** Runs the command line; returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parser().parse(argv, { from: "user" });
    const options = command.opts<CliOptions>();
    return await runJob(job(command.args, options), options);
  } catch (error) {
    if (error instanceof OptionError) return complain(error.message);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      return complain(`${error.message.replace(/^error: /, "")} (see lites --help)`);
    }
    process.stderr.write(`lites: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return INTERNAL_STATUS;
  }
}

process.exitCode = await main(process.argv.slice(2));
// Standard input may still be open (a terminal, a pipe nobody closes): do not wait for it.
process.stdin.destroy();
process.stdin.unref?.();
