/**
 * Who runs the lines: this processor, qemu's user-mode emulator, Linux on v86, and the system with its engines.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "tar";
import type { Engine } from "#machine/engine.ts";
import { hostRuns } from "../../tests/support/debian.ts";
import { parseOutput, type Outcome } from "./outcome.ts";
import type { Line } from "./place.ts";

const LITES = fileURLToPath(new URL("../../bin/lites", import.meta.url));
const GUEST_PLACE = "/bench";
const MEMORY = "256M";
const LINE_LIMIT_MS = 600_000;
const GUEST_LIMIT_S = 7200;

export interface Job {
  /** The directory of all files. */
  place: string;
  lines: readonly Line[];
  /** Milliseconds per kernel. */
  milliseconds: number;
  /** Told each outcome as it comes. */
  done: (line: string, outcome: Outcome | undefined) => void;
}

export interface Peer {
  name: PeerName;
  /** Whether lines of different peers can alternate: a peer that boots for minutes takes all of them at once. */
  single: boolean;
  run(job: Job): void;
}

export const PEERS = ["native", "qemu", "v86", "auto", "translator", "interpreter"] as const;
export type PeerName = (typeof PEERS)[number];

/** The whole command of a line; what comes between the stopwatch and the program is the emulator that is measured. */
function command({ kind, name, argv }: Line, milliseconds: number, emulator: readonly string[] = []): string[] {
  return kind === "kernel" ? [...emulator, ...argv, name, String(milliseconds)] : ["./stopwatch", name, ...emulator, ...argv];
}

function runOne(argv: readonly string[], cwd: string): Outcome | undefined {
  const [file, ...args] = argv;
  const result = spawnSync(file!, args, {
    cwd,
    encoding: "utf8",
    timeout: LINE_LIMIT_MS,
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome = [...parseOutput(result.stdout).values()][0];
  if (outcome === undefined) process.stderr.write(`${argv.join(" ")}: ${result.stdout}${result.stderr}${result.error?.message ?? ""}\n`);
  return outcome;
}

/** A peer for which each line is a process of the host. */
function processes(name: PeerName, argv: (line: Line, job: Job) => string[]): Peer {
  return {
    name,
    single: true,
    run(job) {
      for (const line of job.lines) job.done(line.name, runOne(argv(line, job), job.place));
    },
  };
}

function system(engine: Engine): Peer {
  return processes(engine, (line, { place, milliseconds }) => [
    process.execPath,
    LITES,
    ...["--engine", engine, "--memory", MEMORY, "--mount", `${place}:${GUEST_PLACE}:ro`, "--cwd", GUEST_PLACE, "exec"],
    ...command(line, milliseconds),
  ]);
}

/** v86: a command that takes a command line of the guest and a file to carry into its /bin. */
function pcEmulator(runner: string): Peer {
  return {
    name: "v86",
    single: false,
    run({ place, lines, milliseconds, done }) {
      const cwd = mkdtempSync(join(tmpdir(), "lites-bench-"));
      try {
        const archive = join(cwd, "place.tar");
        create({ cwd: place, file: archive, sync: true }, readdirSync(place));
        const script = [
          `mkdir ${GUEST_PLACE}; cd ${GUEST_PLACE} && tar xf /bin/place.tar && rm /bin/place.tar`,
          ...lines.map((line) => command(line, milliseconds).join(" ")),
        ].join("\n");
        const result = spawnSync("sh", ["-c", `${runner} "$@"`, "v86", script, archive], {
          encoding: "utf8",
          timeout: GUEST_LIMIT_S * 1000,
          env: { ...process.env, LIMIT_S: String(GUEST_LIMIT_S) },
          stdio: ["ignore", "pipe", "inherit"],
        });
        const outcomes = parseOutput(result.stdout);
        for (const { name } of lines) done(name, outcomes.get(name));
        if (outcomes.size < lines.length) process.stderr.write(`v86: ${result.stdout}\n`);
      } finally {
        rmSync(cwd, { recursive: true });
      }
    },
  };
}

/** The peers of the list that this machine has; the others are told to `missing`. `probe` is any i386 program that ends well. */
export function makePeers(
  names: readonly PeerName[],
  probe: readonly string[],
  runner: string | undefined,
  missing: (what: string) => void,
): Peer[] {
  const [file, ...args] = probe;
  const make: Record<PeerName, () => Peer | string> = {
    native: () =>
      hostRuns(file!, ...args)
        ? processes("native", (line, { milliseconds }) => command(line, milliseconds))
        : "this host cannot run i386 programs",
    qemu: () => {
      const path = spawnSync("sh", ["-c", "command -v qemu-i386"], { encoding: "utf8" }).stdout.trim();
      if (path === "") return "no qemu-i386 in PATH";
      return processes("qemu", (line, { milliseconds }) => command(line, milliseconds, [path]));
    },
    v86: () => (runner === undefined ? "no --v86 COMMAND" : pcEmulator(runner)),
    auto: () => system("auto"),
    translator: () => system("translator"),
    interpreter: () => system("interpreter"),
  };
  return names.flatMap((name) => {
    const peer = make[name]();
    if (typeof peer !== "string") return [peer];
    missing(`${name} is left out: ${peer}`);
    return [];
  });
}
