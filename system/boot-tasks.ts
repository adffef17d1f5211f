/**
 * The tasks that are made at boot, as a table: who they are, what runs in them, and whom they need. The order of the rows is that of the
 * boot. A driver is a row here and a file in servers/; its number, by which others find it, is a row of servers/abi/well-known-servers.ts.
 */
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { Kernel } from "#kernel/kernel.ts";
import type { NativeBody } from "#kernel/lifecycle.ts";
import { litesServer } from "#lites/server.ts";
import { IDENTITY } from "#machine/cpu/identity.ts";
import { SeededEntropy } from "#machine/devices/entropy.ts";
import { INTERRUPT_LINES, InterruptLine } from "#machine/interrupts.ts";
import { WellKnownServer } from "#servers/abi/well-known-servers.ts";
import { channelDriver } from "#servers/channel-driver.ts";
import { clockDriver } from "#servers/clock-driver.ts";
import { diskDriver } from "#servers/disk-driver.ts";
import { interruptServer } from "#servers/interrupt-server.ts";
import { memoryManager } from "#servers/memory-manager/memory-manager.ts";
import { randomDriver } from "#servers/random-driver.ts";
import { sigma0 } from "#servers/sigma0.ts";
import type { Hardware } from "./hardware.ts";
import { emptySharedMemory, rootFs } from "./memory-root.ts";

export type ServerName = keyof typeof WellKnownServer;

/** Priorities of the boot tasks (docs/architecture.md). */
const Priority = { SIGMA0: 220, INTERRUPTS: 210, DRIVER: 200, MEMORY: 180, UNIX: 160 } as const;

/** How much /dev/shm holds, as a share of the memory; as on Linux. */
const SHARED_MEMORY_SHARE = 1 / 2;
/** Trees that the server has for itself. */
const ownTree = { directory: "/", exclusive: true } as const;

export interface BootTask<Body extends NativeBody = NativeBody> {
  /** As traces and statistics show it. */
  name(hardware: Hardware): string;
  readonly priority: number;
  /** Tasks of rows above that it has to know. */
  readonly needs: readonly ServerName[];
  /** What its first thread runs; undefined: this machine does not have it, and its id is NIL for others. */
  body(hardware: Hardware, ids: Readonly<Record<ServerName, ThreadId>>): Body | undefined;
}

/** A row, in which only ids of needed tasks can be used. */
function task<const Needs extends ServerName, Body extends NativeBody>(
  name: string | ((hardware: Hardware) => string),
  priority: number,
  needs: readonly Needs[],
  body: (hardware: Hardware, ids: Readonly<Record<Needs, ThreadId>>) => Body | undefined,
): BootTask<Body> {
  return { name: typeof name === "string" ? () => name : name, priority, needs, body };
}

export const BOOT_TASKS = {
  SIGMA0: task("sigma0", Priority.SIGMA0, [], () => sigma0),
  INTERRUPTS: task("interrupts", Priority.INTERRUPTS, [], () => interruptServer(INTERRUPT_LINES)),
  DISK: task("disk", Priority.DRIVER, ["SIGMA0", "INTERRUPTS"], ({ disk }, { SIGMA0, INTERRUPTS }) =>
    diskDriver({ disk, interruptLine: InterruptLine.DISK, interruptServer: INTERRUPTS, sigma0: SIGMA0 }),
  ),
  CHANNELS: task("channels", Priority.DRIVER, ["INTERRUPTS"], ({ channels }, { INTERRUPTS }) =>
    channelDriver({ ports: channels, interruptLine: InterruptLine.CHANNELS, interruptServer: INTERRUPTS }),
  ),
  CLOCK: task("clock", Priority.DRIVER, [], () => clockDriver),
  RANDOM: task("random", Priority.DRIVER, [], ({ parts }) => randomDriver(new SeededEntropy(parts.seed))),
  // Before the standard memory manager, which takes all frames that are left.
  MANAGER: task(
    ({ parts }) => parts.manager?.name ?? "",
    Priority.MEMORY,
    ["SIGMA0", "DISK"],
    ({ parts: { manager }, swapBlocks }, { SIGMA0, DISK }) =>
      manager?.make({ ...manager, sigma0: SIGMA0, diskDriver: DISK, firstBlock: swapBlocks }),
  ),
  MEMORY: task("memory", Priority.MEMORY, ["SIGMA0", "DISK"], ({ frames, swapBlocks, measuredManager }, { SIGMA0, DISK }) =>
    memoryManager({ sigma0: SIGMA0, diskDriver: DISK, frames: frames.memory, swapPages: swapBlocks, ...measuredManager }),
  ),
  UNIX: task(
    "lites",
    Priority.UNIX,
    ["SIGMA0", "MEMORY", "MANAGER", "CHANNELS", "RANDOM"],
    ({ parts, frames }, { SIGMA0, MEMORY, MANAGER, CHANNELS, RANDOM }) => {
      const { root, mounts, memory, emulator, hostName, confinement, trace, diagnostic } = parts;
      return litesServer({
        sigma0: SIGMA0,
        memoryManager: MEMORY,
        ...(MANAGER === NIL ? {} : { manager: MANAGER }),
        channels: CHANNELS,
        random: RANDOM,
        mounts: [
          { ...root, ...ownTree, path: "/", type: "memfs", source: "root" },
          {
            fs: rootFs(emptySharedMemory()),
            space: memory * SHARED_MEMORY_SHARE,
            ...ownTree,
            path: "/dev/shm",
            type: "tmpfs",
            source: "tmpfs",
          },
          ...mounts,
        ],
        emulator,
        pagerFrames: frames.pager,
        ...(hostName === undefined ? {} : { hostName }),
        ...(confinement === undefined ? {} : { confinement }),
        cpu: IDENTITY,
        trace: trace?.kinds.includes("syscalls") ? trace.write : undefined,
        report: diagnostic,
      });
    },
  ),
} satisfies Record<ServerName, BootTask>;

/** What runs in the tasks. */
export type Bodies = { readonly [Name in ServerName]: ReturnType<(typeof BOOT_TASKS)[Name]["body"]> };

/** Makes the tasks. */
export function bootTasks(kernel: Kernel, hardware: Hardware): Bodies {
  const ids: Partial<Record<ServerName, ThreadId>> = {};
  const bodies: Partial<Record<ServerName, NativeBody | undefined>> = {};
  for (const [name, row] of Object.entries(BOOT_TASKS) as [ServerName, BootTask][]) {
    const missing = row.needs.find((needed) => ids[needed] === undefined);
    if (missing !== undefined) throw new Error(`boot task ${name} comes before ${missing}, which it needs`);
    const body = row.body(hardware, ids as Record<ServerName, ThreadId>);
    bodies[name] = body;
    ids[name] =
      body === undefined
        ? NIL
        : kernel.bootTask({ name: row.name(hardware), priority: row.priority, taskNumber: WellKnownServer[name] }, body);
  }
  return bodies as Bodies;
}
