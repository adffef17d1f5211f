/**
 * The host's processor: who made it, and so which column of the table of facts (facts.ts) it is compared by.
 *
 * CPUID is executed natively by identity.c. Layer beneath: nothing.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Makers that the table has a column for. */
export type Maker = "intel" | "amd";
/** Whose results are recorded, and whose column the emulated processor follows. */
export const OURS: Maker = "intel";

const MAKERS: Readonly<Record<string, Maker>> = { GenuineIntel: "intel", AuthenticAMD: "amd" };
export const BUILD_OPTIONS = ["-m32", "-static", "-O2", "-fno-stack-protector"] as const;
const PROBED_VECTOR = 0x7f;
const GATE = 2;
/** Exit status of commands that compare with the host when they cannot. */
const NOT_COMPARED = 2;

export interface Host {
  /** As CPUID has it. */
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  /** undefined: the table has no column for this maker. */
  readonly maker: Maker | undefined;
  /** Whether INT n goes through the interrupt descriptor table; events of FRED do not. */
  readonly hasInterruptTable: boolean;
}

/** @param text what identity.c prints */
export function parseHost(text: string): Host {
  const [vendor, numbers] = text.split("\n") as [string, string];
  const [family, model, error] = numbers.split(" ").map(Number) as [number, number, number];
  return { vendor, family, model, maker: MAKERS[vendor], hasInterruptTable: error === PROBED_VECTOR * 8 + GATE };
}

/** undefined when the host cannot build or execute i386 programs. */
function identify(): Host | undefined {
  if (process.platform !== "linux") return undefined;
  const directory = mkdtempSync(join(tmpdir(), "identity-"));
  const program = join(directory, "identity");
  try {
    execFileSync("gcc", [...BUILD_OPTIONS, "-o", program, fileURLToPath(new URL("identity.c", import.meta.url))], { stdio: "ignore" });
    return parseHost(execFileSync(program, { encoding: "latin1" }));
  } catch {
    return undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The host whose results are recorded in the tests' vectors. */
export const RECORDED: Host & { readonly maker: Maker } = {
  vendor: "GenuineIntel",
  family: 6,
  model: 207,
  maker: OURS,
  hasInterruptTable: true,
};

let known: { readonly host: Host | undefined } | undefined;

/** The host, identified once. undefined when it cannot build or execute i386 programs. */
export function host(): Host | undefined {
  known ??= { host: identify() };
  return known.host;
}

/** A host that cases can be compared with. */
export type KnownHost = Host & { readonly maker: Maker };

export function isKnown(found: Host | undefined): found is KnownHost {
  return found?.maker !== undefined;
}

/** Why nothing is compared with a host; undefined when it is. @param found undefined: it cannot be identified */
export function whyNotCompared(found: Host | undefined): string | undefined {
  if (found === undefined) return "this host cannot build or run i386 programs: recorded results are compared only";
  if (isKnown(found)) return undefined;
  const processor = `${found.vendor} family ${found.family} model ${found.model}`;
  return `tests/hardware/facts.ts has no column for ${processor}: recorded results are compared only`;
}

/** The host that commands compare with; ends the process with the reason when there is none. */
export function comparedHost(): KnownHost {
  const found = host();
  if (isKnown(found)) return found;
  console.error(whyNotCompared(found));
  process.exit(NOT_COMPARED);
}

/** For names of tests that compare with the host: why they are skipped. */
export function skipNote(): string {
  const why = whyNotCompared(host());
  return why === undefined ? "" : ` (skipped: ${why})`;
}

/** Recorded results are those of our column. Throws for a host that has another. */
export function mustBeOurs(found: Host | undefined): void {
  if (found?.maker !== OURS)
    throw new Error(`results are recorded on processors of ${RECORDED.vendor}; this host has ${found?.vendor ?? "none"}`);
}
