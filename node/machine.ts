/**
 * Puts a machine together and boots it: processor, devices, kernel, servers, Unix server.
 */
import { setFlagsFromString } from "node:v8";
import { randomBytes } from "node:crypto";
import * as nodeFs from "node:fs";
import { fileURLToPath } from "node:url";
import { Kernel } from "#kernel/kernel.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeContext, Op } from "#kernel/native.ts";
import type { EmulatorEntries } from "#lites/core.ts";
import type { NodeFs } from "#lites/filesystems/node-interface.ts";
import { type LitesServer, litesServer } from "#lites/server.ts";
import { byteStringOf } from "#lites/text.ts";
import { IDENTITY } from "#machine/cpu/identity.ts";
import { type Clock, RealClock, VirtualClock } from "#machine/clock.ts";
import { Channels, type ChannelHost } from "#machine/devices/channels.ts";
import { Disk, DISK_BLOCK_BYTES } from "#machine/devices/disk.ts";
import { SeededEntropy } from "#machine/devices/entropy.ts";
import { createProcessor } from "#machine/engine.ts";
import { INTERRUPT_LINES, InterruptController, InterruptLine } from "#machine/interrupts.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { WellKnownServer } from "#servers/abi/well-known-servers.ts";
import { channelDriver } from "#servers/channel-driver.ts";
import { clockDriver } from "#servers/clock-driver.ts";
import { diskDriver } from "#servers/disk-driver.ts";
import { interruptServer } from "#servers/interrupt-server.ts";
import { memoryManager, type MemoryManagerTask } from "#servers/memory-manager/memory-manager.ts";
import { randomDriver } from "#servers/random-driver.ts";
import { sigma0 } from "#servers/sigma0.ts";
import { descriptorLinks, hostFiles, UNPROTECTED_MOUNTS } from "./host-files.ts";
import { MEASURED_PAGE_CACHE, measuredMemory, type MeasuredParts } from "#system/measured-parts.ts";
import { makeMountPoints } from "./mount-points.ts";
import { policyOf } from "./option-forms.ts";
import { type BootOptions, checkBootOptions, DEFAULT_ENGINE, DEFAULT_MEMORY, DEFAULT_SWAP_AT_LEAST } from "./options.ts";
import { makeRoot, rootSpace, type RootVolume } from "./root-image.ts";
import { type SystemStatistics, systemStatistics } from "#system/statistics.ts";
import { TraceLines } from "#system/trace-lines.ts";

/** Priorities of the boot tasks (docs/architecture.md). */
const Priority = { SIGMA0: 220, INTERRUPTS: 210, DRIVER: 200, MEMORY: 180, UNIX: 160 } as const;

/** Unix time of a virtual machine's start: fixed, so that runs repeat. 2025-01-01 00:00 UTC. */
const VIRTUAL_EPOCH_NS = 1_735_689_600_000_000_000n;
const VIRTUAL_SEED = "lites";

/** Share of the frames that the page cache of files gets, with limits in frames. */
const PAGE_CACHE_SHARE = 1 / 4;
const PAGE_CACHE_LEAST = 256;
/** Frames that stay with σ0: for driver buffers and latecomers. */
const SIGMA0_RESERVE = 64;

/** Where the build put its results, seen from this module: dist/ in the bundle, else the source tree's dist/. */
function artifact(name: string): string {
  const beside = fileURLToPath(new URL(`./${name}`, import.meta.url));
  return nodeFs.existsSync(beside) ? beside : fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
}

/** A generator of numbers in [0, 1). */
function numbers(seed: string): () => number {
  const entropy = new SeededEntropy(seed);
  const word = new Uint32Array(1);
  const bytes = new Uint8Array(word.buffer);
  return () => {
    entropy.fill(bytes);
    return word[0]! / 2 ** 32;
  };
}

export interface Machine {
  kernel: Kernel;
  clock: Clock;
  channels: Channels;
  root: RootVolume;
  /** The Unix server, as far as it has to do with the root file system. */
  files: Pick<LitesServer, "syncFiles" | "filesChanged">;
  /** For measurements. */
  memory: MemoryManagerTask;
  disk: Pick<Disk, "reads" | "writes" | "busyNs">;
  instructions(): number;
  statistics(): SystemStatistics;
}

/** V8 optimises WebAssembly functions after this much work: regions are small, and hot before they are translated. */
const TIERING = "--wasm-tiering-budget=200000";

/** Set by tests: internal errors that the processor could get over end the run. */
const isStrict = process.env["LITES_STRICT"] === "1";

/** @throws OptionError */
export function makeMachine(options: BootOptions, host: ChannelHost, measured?: MeasuredParts): Machine {
  checkBootOptions(options);
  const root = makeRoot(options.root, artifact("root.tar"));
  const mounts = options.mounts ?? [];
  makeMountPoints(root, mounts);

  const { manager } = options;
  const memoryBytes = measured ? measuredMemory(measured) + (manager?.frames ?? 0) * PAGE_SIZE : (options.memory ?? DEFAULT_MEMORY);
  const swap = measured ? measured.swapPages * PAGE_SIZE : (options.swap ?? Math.max(memoryBytes, DEFAULT_SWAP_AT_LEAST));
  const ram = new Ram(memoryBytes);
  const interrupts = new InterruptController();
  setFlagsFromString(TIERING);
  const tracer = measured?.tracer?.(ram.frameCount);
  const diagnostic = options.diagnostic ?? ((line: string) => void process.stderr.write(`lites: ${line}\n`));
  const report = isStrict ? undefined : (message: string) => diagnostic(`internal error: ${message}; the interpreter goes on`);
  const made = createProcessor(options.engine ?? DEFAULT_ENGINE, ram, { now: () => 0 }, tracer, report);
  const processor = measured?.processor?.(made) ?? made;
  const clock = options.virtualClock
    ? new VirtualClock(VIRTUAL_EPOCH_NS, () => processor.instructions)
    : new RealClock(BigInt(Date.now()) * 1_000_000n, () => performance.now() * 1e6);
  processor.clock = clock;
  const seed = options.seed ?? (options.virtualClock ? VIRTUAL_SEED : randomBytes(16).toString("hex"));
  const channels = new Channels(interrupts, host);
  const swapBlocks = Math.floor(swap / DISK_BLOCK_BYTES);
  const disk = new Disk(ram, clock, interrupts, {
    blocks: swapBlocks + (manager?.blocks ?? 0),
    onFrameChange: (frame) => processor.invalidateFrame(frame),
    ...(measured ? { timing: measured.timing } : {}),
  });

  if (mounts.length > 0 && descriptorLinks === undefined) diagnostic(UNPROTECTED_MOUNTS);
  const { trace } = options;
  const lines = trace && trace.kinds.some((kind) => kind !== "syscalls") ? new TraceLines(trace.kinds, trace.write) : undefined;
  const { forget } = options;
  const kernel = new Kernel({
    ram,
    processor,
    clock,
    interrupts,
    ...(lines ? { trace: lines.event } : {}),
    tracer,
    probe: measured?.probe,
    ...(forget === undefined || forget === "never" ? {} : { forget: { mode: forget, random: numbers(`${seed} forget`) } }),
  });

  const boot = (name: string, taskNumber: number, priority: number, body: (context: NativeContext) => Op<void>): ThreadId =>
    kernel.bootTask({ name, priority, taskNumber }, body);
  const sigma0Id = boot("sigma0", WellKnownServer.SIGMA0, Priority.SIGMA0, sigma0);
  const interruptServerId = boot("interrupts", WellKnownServer.INTERRUPTS, Priority.INTERRUPTS, interruptServer(INTERRUPT_LINES));
  const diskDriverId = boot(
    "disk",
    WellKnownServer.DISK,
    Priority.DRIVER,
    diskDriver({ disk, interruptLine: InterruptLine.DISK, interruptServer: interruptServerId, sigma0: sigma0Id }),
  );
  const channelDriverId = boot(
    "channels",
    WellKnownServer.CHANNELS,
    Priority.DRIVER,
    channelDriver({ ports: channels, interruptLine: InterruptLine.CHANNELS, interruptServer: interruptServerId }),
  );
  boot("clock", WellKnownServer.CLOCK, Priority.DRIVER, clockDriver);
  const randomDriverId = boot("random", WellKnownServer.RANDOM, Priority.DRIVER, randomDriver(new SeededEntropy(seed)));
  // Before the standard one, which takes all frames that are left.
  const managerId =
    manager &&
    boot(
      manager.name,
      WellKnownServer.MANAGER,
      Priority.MEMORY,
      manager.make({ ...manager, sigma0: sigma0Id, diskDriver: diskDriverId, firstBlock: swapBlocks }),
    );
  const pagerFrames = measured ? MEASURED_PAGE_CACHE : Math.max(PAGE_CACHE_LEAST, Math.floor((memoryBytes / PAGE_SIZE) * PAGE_CACHE_SHARE));
  const memory = memoryManager({
    sigma0: sigma0Id,
    diskDriver: diskDriverId,
    // Of a measured number of frames one more becomes the page of zeros.
    frames: measured ? measured.frames + 1 : ram.frameCount - pagerFrames - SIGMA0_RESERVE - (manager?.frames ?? 0),
    swapPages: swapBlocks,
    ...measured?.manager(() => processor.instructions),
  });
  const memoryManagerId = boot("memory", WellKnownServer.MEMORY, Priority.MEMORY, memory);
  const lites = litesServer({
    sigma0: sigma0Id,
    memoryManager: memoryManagerId,
    ...(managerId === undefined ? {} : { manager: managerId }),
    channels: channelDriverId,
    random: randomDriverId,
    mounts: [
      {
        fs: root as unknown as NodeFs,
        directory: "/",
        path: "/",
        exclusive: true,
        space: rootSpace(root, options.rootSize),
        type: "memfs",
        source: "root",
      },
      ...mounts.map(({ source, target, readOnly }) => ({
        fs: hostFiles,
        directory: nodeFs.realpathSync.native(source, { encoding: "latin1" }),
        descriptorLinks,
        path: byteStringOf(target),
        readOnly: readOnly ?? false,
        type: "host",
        source: byteStringOf(source),
      })),
    ],
    emulator: {
      image: new Uint8Array(nodeFs.readFileSync(artifact("emulib.bin"))),
      entries: JSON.parse(nodeFs.readFileSync(artifact("emulib.json"), "utf8")) as EmulatorEntries,
    },
    pagerFrames,
    ...(options.hostname === undefined ? {} : { hostName: byteStringOf(options.hostname) }),
    ...(options.confine === undefined ? {} : { confinement: { policy: policyOf(options.confine.policy), log: options.confine.log } }),
    cpu: IDENTITY,
    trace: trace?.kinds.includes("syscalls") ? trace.write : undefined,
    report: diagnostic,
  });
  boot("lites", WellKnownServer.UNIX, Priority.UNIX, lites);
  return {
    kernel,
    clock,
    channels,
    root,
    files: lites,
    memory,
    disk,
    instructions: () => processor.instructions,
    statistics: () => systemStatistics({ kernel, unix: lites, memory, nowNs: clock.now() }),
  };
}
