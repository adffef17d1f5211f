/**
 * Builds the emulation library: headers from the tables, then one flat image at EMULATOR_BASE.
 *
 * Needs gcc or clang that can make 32-bit code, and binutils; no 32-bit libraries.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCompiler } from "./c-compiler.ts";
import { emulibHeader } from "./c-headers/emulib.ts";
import { callNumbers, marshallingTables } from "./c-headers/marshalling.ts";

const sourceDirectory = join(dirname(dirname(fileURLToPath(import.meta.url))), "emulib");
const sources = [
  "entry.S",
  "trap.c",
  "marshal.c",
  "transfers.c",
  "special.c",
  "threads.c",
  "program.c",
  "signals.c",
  "descriptors.c",
  "clock.c",
  "local.c",
];

/** Entry points that the Unix server needs, as linked. */
const entryPoints = { start: "emulib_start", sysinfo: "emulib_sysinfo", gate: "system_call_gate" } as const;

export interface EmulatorImage {
  /** Bytes to map at EMULATOR_BASE. */
  image: Uint8Array;
  /** Virtual addresses. */
  entries: Record<keyof typeof entryPoints, number>;
}

/** Builds into `directory` and returns the image. Throws with the compiler's words when it fails. */
export function buildEmulator(directory: string): EmulatorImage {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "abi.h"), emulibHeader());
  writeFileSync(join(directory, "calls.h"), callNumbers());
  writeFileSync(join(directory, "tables.h"), marshallingTables());
  const linked = join(directory, "emulib.elf");
  const flat = join(directory, "emulib.bin");
  const compiler = findCompiler();
  execFileSync(
    compiler.command,
    [
      ...compiler.flags,
      "-O2",
      "-nostdlib",
      "-static",
      "-no-pie",
      "-Wl,-m,elf_i386",
      "-mno-80387",
      `-I${directory}`,
      `-I${sourceDirectory}`,
      "-Wl,--build-id=none",
      `-Wl,-T,${join(sourceDirectory, "emulib.ld")}`,
      "-o",
      linked,
      ...sources.map((source) => join(sourceDirectory, source)),
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  execFileSync("objcopy", ["-O", "binary", linked, flat]);
  const symbols = new Map(
    execFileSync("nm", [linked], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => {
        const [address, , name] = line.split(" ");
        return [name ?? "", Number.parseInt(address ?? "", 16)] as const;
      }),
  );
  const entries = Object.fromEntries(
    Object.entries(entryPoints).map(([name, symbol]) => {
      const address = symbols.get(symbol);
      if (address === undefined) throw new Error(`emulation library without ${symbol}`);
      return [name, address];
    }),
  ) as EmulatorImage["entries"];
  return { image: new Uint8Array(readFileSync(flat)), entries };
}
