/**
 * What a machine is made from, on Node: from the options of boot(), the files of the build, and the host's clock and entropy.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { EmulatorEntries } from "#lites/core.ts";
import { byteStringOf } from "#lites/text.ts";
import type { MachineParts } from "#system/machine-parts.ts";
import { rootFs, type RootVolume } from "#system/memory-root.ts";
import { descriptorLinks, hostFiles, UNPROTECTED_MOUNTS } from "./host-files.ts";
import { makeMountPoints } from "./mount-points.ts";
import { policyOf } from "./option-forms.ts";
import { type BootOptions, checkBootOptions, DEFAULT_ENGINE, DEFAULT_MEMORY, DEFAULT_SWAP_AT_LEAST } from "./options.ts";
import { makeRoot, rootSpace } from "./root-image.ts";

const VIRTUAL_SEED = "lites";

/** V8 optimises WebAssembly functions after this much work: regions are small, and hot before they are translated. */
const TIERING = "--wasm-tiering-budget=200000";

/** Set by tests: internal errors that the processor could get over end the run. */
const isStrict = process.env["LITES_STRICT"] === "1";

/** Where the build put its results, seen from this module: dist/ in the bundle, else the source tree's dist/. */
function artifact(name: string): string {
  const beside = fileURLToPath(new URL(`./${name}`, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
}

/** The parts, and the root file system among them as its users see it. @throws OptionError */
export function hostParts(options: BootOptions): { parts: MachineParts; root: RootVolume } {
  checkBootOptions(options);
  const root = makeRoot(options.root, artifact("root.tar"));
  const mounts = options.mounts ?? [];
  makeMountPoints(root, mounts);
  const diagnostic = options.diagnostic ?? ((line: string) => void process.stderr.write(`lites: ${line}\n`));
  if (mounts.length > 0 && descriptorLinks === undefined) diagnostic(UNPROTECTED_MOUNTS);
  setFlagsFromString(TIERING);
  const memory = options.memory ?? DEFAULT_MEMORY;
  const { confine } = options;
  const parts: MachineParts = {
    memory,
    swap: options.swap ?? Math.max(memory, DEFAULT_SWAP_AT_LEAST),
    time: options.virtualClock ? "virtual" : { epochNs: BigInt(Date.now()) * 1_000_000n, monotonicNs: () => performance.now() * 1e6 },
    seed: options.seed ?? (options.virtualClock ? VIRTUAL_SEED : randomBytes(16).toString("hex")),
    engine: options.engine ?? DEFAULT_ENGINE,
    forget: options.forget,
    manager: options.manager,
    emulator: {
      image: new Uint8Array(readFileSync(artifact("emulib.bin"))),
      entries: JSON.parse(readFileSync(artifact("emulib.json"), "utf8")) as EmulatorEntries,
    },
    root: { fs: rootFs(root), space: rootSpace(root, options.rootSize) },
    mounts: mounts.map(({ source, target, readOnly }) => ({
      fs: hostFiles,
      directory: realpathSync.native(source, { encoding: "latin1" }),
      descriptorLinks,
      path: byteStringOf(target),
      readOnly: readOnly ?? false,
      type: "host",
      source: byteStringOf(source),
    })),
    hostName: options.hostname === undefined ? undefined : byteStringOf(options.hostname),
    confinement: confine && { policy: policyOf(confine.policy), log: confine.log },
    trace: options.trace,
    diagnostic,
    isStrict,
  };
  return { parts, root };
}
