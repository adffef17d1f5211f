/**
 * Memory managers of the user's own: loads a TypeScript (or JavaScript) module or an i386 program, and says how a system is booted
 * and a command is run with it. docs/managers.md is the guide.
 *
 * A module is a native task beside the standard memory manager, with frames and disk blocks of its own. A program is a Unix process
 * around the command (userland/libl3: l3_manage), with frames of its own memory and a file.
 * Layer beneath: node/; esbuild, which is loaded when it is needed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions } from "esbuild";
import { type BootOptions, OptionError } from "#node/options.ts";
import type { System } from "#node/system.ts";
import type { NativeContext, Op } from "#kernel/native.ts";
import { type ManagerFactory, type ManagerFigures, type ManagerOptions, noFigures } from "#servers/pager.ts";
import { ManagerWatch } from "./manager-watch.ts";
import type { ManagerChoice } from "./measurement.ts";
import { needPackages } from "./optional-packages.ts";

export type LoadedManager =
  | { readonly kind: "module"; readonly name: string; readonly make: ManagerFactory }
  | { readonly kind: "program"; readonly name: string; readonly image: Uint8Array };

/** What a run with a manager needs. */
export interface ManagedRun {
  /** The manager's. */
  readonly name: string;
  /** Options of boot() beside others. */
  readonly boot: Pick<BootOptions, "manager">;
  /** Variables of the command's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What to run in place of the command. */
  readonly command: readonly string[];
  /** To be called before the command runs. */
  prepare(system: System): void;
  /** To be called when it has ended. What the manager counted: undefined when a program did not come to its report. @throws OptionError when a module failed */
  figures(system: System): ManagerFigures | undefined;
}

const MODULES = new Set([".ts", ".mts", ".js", ".mjs"]);
/** Start of an ELF file for i386: magic number, 32 bits, little endian; at byte 18 the machine. */
const ELF_START = [0x7f, 0x45, 0x4c, 0x46, 1, 1];
const ELF_MACHINE_AT = 18;
const ELF_MACHINE_I386 = 3;

/** Blocks of the disk for a module's pages: 256 MiB. */
const MODULE_BLOCKS = 65_536;
/** In the guest. */
const PROGRAM_FOLDER = "/usr/lib/paging";
const REPORT = "/tmp/manager-report";

/** userland/libl3/include/l3/manager.h has the names. */
const MANAGER_VARIABLE = "LITES_MANAGER";
const REPORT_VARIABLE = "LITES_MANAGER_REPORT";
const BOOTED = "booted";

/** Whether a manager is a module, and not a program of the guest. */
export const isModule = ({ file }: ManagerChoice): boolean => MODULES.has(extname(file));

/** What a manager is called in reports. */
export const managerName = ({ file }: ManagerChoice): string => basename(file);

/**
 * @param watch told when code of a module runs
 * @throws OptionError when there is no manager in the file
 */
export async function loadManager({ file }: ManagerChoice, watch = new ManagerWatch()): Promise<LoadedManager> {
  const name = managerName({ file });
  if (isModule({ file })) return { kind: "module", name, make: await loadModule(file, watch) };
  let image: Uint8Array;
  try {
    image = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new OptionError(`cannot read the manager '${file}': ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  if (ELF_START.some((byte, index) => image[index] !== byte) || image[ELF_MACHINE_AT] !== ELF_MACHINE_I386) {
    throw new OptionError(`the manager '${file}' is neither a module (${[...MODULES].join(", ")}) nor an i386 program`);
  }
  return { kind: "program", name, image };
}

async function loadModule(file: string, watch: ManagerWatch): Promise<ManagerFactory> {
  const folder = mkdtempSync(join(tmpdir(), "lites-manager-"));
  // Errors name the lines of the source.
  process.setSourceMapsEnabled(true);
  let exports: { default?: unknown };
  try {
    const compiled = await compile(file, join(folder, `${basename(file, extname(file))}.mjs`));
    watch.turn();
    exports = await import(pathToFileURL(compiled).href).catch((error: unknown) => {
      throw new OptionError(`the manager '${file}' fails when it is loaded: ${reason(error)}`);
    });
    watch.turn();
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (typeof exports.default !== "function") throw new OptionError(`the manager '${file}' exports no function by default`);
  return exports.default as ManagerFactory;
}

/** Makes one file of a module and all that it imports. @returns `outfile` */
async function compile(file: string, outfile: string): Promise<string> {
  await needPackages(["esbuild"], "a manager's module");
  const { build } = await import("esbuild");
  const options: BuildOptions = {
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    alias: { "lites-l3/manager": managerInterface() },
    logLevel: "silent",
  };
  await build(options).catch((error: unknown) => {
    throw new OptionError(`the manager '${file}' does not compile: ${reason(error)}`);
  });
  return outfile;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What "lites-l3/manager" is: beside the bundle, or in the source tree. */
function managerInterface(): string {
  const built = fileURLToPath(new URL("./manager.js", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../servers/pager.ts", import.meta.url));
}

/**
 * @param frames page frames that the manager may take
 * @param observe told of the faults of a module
 * @param watch told when code of a module runs
 */
export function managedRun(
  manager: LoadedManager,
  frames: number,
  command: readonly string[],
  observe?: NonNullable<ManagerOptions["observe"]>,
  watch = new ManagerWatch(),
): ManagedRun {
  return manager.kind === "program"
    ? programRun(manager, frames, command)
    : moduleRun(manager.name, manager.make, frames, command, observe, watch);
}

/** @throws OptionError when what a module exports by default does not make what runs as a task */
function bodyOf(task: unknown, context: NativeContext): Op<void> {
  const body: unknown = typeof task === "function" ? (task as (context: NativeContext) => unknown)(context) : undefined;
  const isBody = typeof body === "object" && body !== null && Symbol.iterator in body;
  if (!isBody) throw new OptionError("its function does not return a generator function");
  return body as Op<void>;
}

/** Where it happened, too, but for what is not an error of the code. */
const failureText = (failure: unknown): string =>
  failure instanceof Error && !(failure instanceof OptionError) ? (failure.stack ?? failure.message) : reason(failure);

function moduleRun(
  name: string,
  make: ManagerFactory,
  frames: number,
  command: readonly string[],
  observe: ManagerOptions["observe"],
  watch: ManagerWatch,
): ManagedRun {
  const figures = noFigures();
  let failure: unknown;
  /** The manager; when it throws or ends, its task ends, and its clients' faults are refused. */
  const guarded: ManagerFactory = (options) =>
    function* (context) {
      try {
        yield* watch.body(() => bodyOf(make(observe === undefined ? options : { ...options, observe }), context));
        failure = new OptionError("it ended, and nobody serves its faults");
      } catch (error) {
        failure = error;
      }
    };
  return {
    name,
    boot: { manager: { name, frames, blocks: MODULE_BLOCKS, figures, make: guarded } },
    env: { [MANAGER_VARIABLE]: BOOTED },
    command,
    prepare: () => {},
    figures() {
      if (failure === undefined) return figures;
      throw new OptionError(`the manager '${name}' failed: ${failureText(failure)}`);
    },
  };
}

function programRun({ name, image }: { name: string; image: Uint8Array }, frames: number, command: readonly string[]): ManagedRun {
  const path = `${PROGRAM_FOLDER}/${name}`;
  return {
    name,
    boot: {},
    env: { [REPORT_VARIABLE]: REPORT },
    command: [path, "-f", String(frames), ...command],
    prepare({ fs }) {
      fs.mkdirSync(PROGRAM_FOLDER, { recursive: true });
      fs.writeFileSync(path, image, { mode: 0o755 });
    },
    figures: ({ fs }) => (fs.existsSync(REPORT) ? parseReport(fs.readFileSync(REPORT, "utf8") as string) : undefined),
  };
}

/** "faults 12 zeroFills 3 …": what l3_manage writes. */
function parseReport(text: string): ManagerFigures {
  const words = text.trim().split(" ");
  const values = new Map<string, number>();
  for (let index = 0; index + 1 < words.length; index += 2) values.set(words[index]!, Number(words[index + 1]));
  const figures = noFigures();
  for (const name of Object.keys(figures) as (keyof ManagerFigures)[]) figures[name] = values.get(name) ?? 0;
  return figures;
}
