/**
 * Test bench of the file side: processes without tasks, a runner for activations, helper threads that tests drive by hand.
 * For tests only.
 */
import type { KernelCall, NativeContext, Op as NativeOp, Received } from "#kernel/native.ts";
import { UnixError } from "#lites/abi/errno.ts";
import type { Op, Sleep, Sleeper, WakeReason } from "#lites/activation.ts";
import { type CommandArgument, InOutBuffer, OutBuffer } from "#lites/arguments.ts";
import { FileSide, type MountOptions } from "#lites/file-side.ts";
import type { NodeFs } from "#lites/filesystems/node-interface.ts";
import type { ProcessDetails, ProcessSource, SystemDetails } from "#lites/filesystems/process-source.ts";
import type { HelperThreads } from "#lites/helper-threads.ts";
import type { Process } from "#lites/process/process.ts";
import { WaitQueue } from "#lites/activation.ts";
import type { DirectoryReference, Thread } from "#lites/process/process.ts";

/** An activation under test: runs until it sleeps or ends. */
export class Task<T> implements Sleeper {
  value: T | undefined;
  error: unknown;
  done = false;
  sleep: Sleep | undefined;
  private readonly steps: Iterator<KernelCall | Sleep, T, unknown>;

  constructor(op: Op<T>) {
    this.steps = op[Symbol.iterator]();
    this.step(undefined);
  }

  private step(input: WakeReason | undefined): void {
    try {
      const result = this.steps.next(input);
      if (result.done) this.finish(result.value);
      else this.wait(result.value);
    } catch (error) {
      this.done = true;
      this.error = error;
    }
  }

  private finish(value: T): void {
    this.done = true;
    this.value = value;
  }

  private wait(yielded: KernelCall | Sleep): void {
    if (yielded.op !== "sleep") throw new Error("a kernel call in a test without kernel");
    this.sleep = yielded;
    for (const queue of yielded.queues) queue.add(this);
  }

  wake(reason: WakeReason): void {
    const { sleep } = this;
    if (sleep === undefined) return;
    this.sleep = undefined;
    for (const queue of sleep.queues) queue.remove(this);
    this.step(reason);
  }

  /** As when the process is killed. */
  abort(): void {
    for (const queue of this.sleep?.queues ?? []) queue.remove(this);
    this.steps.return?.(undefined as T);
  }
}

/** Result of a call that must not sleep, or the name of the error that it throws. */
export function run<T>(call: () => T | Op<T>): T | string {
  try {
    const started = call();
    if (!isGenerator(started)) return started as T;
    const task = new Task(started as Op<T>);
    if (!task.done) throw new Error("it sleeps");
    if (task.error !== undefined) throw task.error;
    return task.value as T;
  } catch (error) {
    if (error instanceof UnixError) return error.name;
    throw error;
  }
}

function isGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && "next" in value && "return" in value;
}

export class TestProcess implements Process {
  readonly pid: number;
  task = 0;
  parentPid = 0;
  pgrp: number;
  session: number;
  name = "test";
  arguments = ["test", "-x"];
  credentials = { uid: 0, euid: 0, suid: 0, gid: 0, egid: 0, sgid: 0, groups: [] as number[] };
  descriptors: Process["descriptors"] = [];
  cwd: DirectoryReference;
  root: DirectoryReference;
  umask = 0o022;
  descriptorLimit = 64;
  fileSizeLimit = Number.POSITIVE_INFINITY;
  terminal: Process["terminal"];
  readonly childQueue = new WaitQueue();
  readonly ignored = new Set<number>();
  readonly signals: number[] = [];

  constructor(pid: number, root: DirectoryReference) {
    this.pid = pid;
    this.pgrp = pid;
    this.session = pid;
    this.cwd = root;
    this.root = root;
    root.inode.retain();
    root.inode.retain();
  }

  become(uid: number, gid = uid, groups: number[] = []): this {
    this.credentials = { uid, euid: uid, suid: uid, gid, egid: gid, sgid: gid, groups };
    return this;
  }

  signalIsBlockedOrIgnored(signal: number): boolean {
    return this.ignored.has(signal);
  }

  state(): "running" {
    return "running";
  }
}

const details: ProcessDetails = {
  startTimeNs: 2e9,
  userTimeNs: 1.5e9,
  systemTimeNs: 25e7,
  childUserTimeNs: 0,
  childSystemTimeNs: 0,
  minorFaults: 7,
  majorFaults: 1,
  nice: 0,
  executable: undefined,
  mappings: [
    { start: 0x8048000, end: 0x804a000, read: true, write: false, execute: true, shared: false, offset: 0, inode: undefined, name: "" },
    {
      start: 0xbf7ff000,
      end: 0xbffff000,
      read: true,
      write: true,
      execute: false,
      shared: false,
      offset: 0,
      inode: undefined,
      name: "[stack]",
    },
  ],
  residentBytes: 12288,
  environment: ["HOME=/"],
  threads: [1],
  signalPending: 0n,
  processSignalPending: 0n,
  signalBlocked: 0n,
  signalIgnored: 0n,
  signalCaught: 2n,
};

const system: SystemDetails = {
  uptimeNs: 12.34e9,
  idleNs: 10e9,
  bootTimeSeconds: 1000,
  userTimeNs: 2e9,
  systemTimeNs: 1e9,
  contextSwitches: 5,
  forks: 3,
  loadAverages: [0, 0.5, 1],
  memoryTotalBytes: 64 << 20,
  memoryFreeBytes: 32 << 20,
  memoryCachedBytes: 1 << 20,
  swapTotalBytes: 0,
  swapFreeBytes: 0,
  release: "6.1.0",
  version: "#1",
  hostname: "lites",
  cpu: {
    vendor: "GenuineIntel",
    family: 6,
    model: 13,
    stepping: 6,
    name: "a processor",
    features: ["fpu", "sse2"],
    capabilities: 0,
    lastLeaf: 2,
    cacheLineBytes: 64,
  },
};

/** Helper threads: started bodies run until their first wait; answers to their driver calls come from the test. */
export class TestHelpers implements HelperThreads {
  readonly threads: TestThread[] = [];

  start(body: (context: NativeContext) => NativeOp<void>): void {
    const id = this.threads.length + 1;
    this.threads.push(new TestThread(id, body({ id } as NativeContext)));
  }

  wake(helper: number): void {
    const thread = this.threads[helper - 1]!;
    thread.answer({ words: [0] });
  }

  // biome-ignore lint/correctness/useYield: nobody to nudge
  *nudge(): NativeOp<void> {}
}

export class TestThread {
  readonly id: number;
  /** The call that it waits in. */
  call: KernelCall | undefined;
  done = false;
  private readonly body: Iterator<KernelCall, void, Received>;

  constructor(id: number, body: NativeOp<void>) {
    this.id = id;
    this.body = body[Symbol.iterator]();
    this.take(this.body.next({} as Received));
  }

  private take(result: IteratorResult<KernelCall, void>): void {
    this.done = result.done === true;
    this.call = result.done ? undefined : result.value;
  }

  /** Words of the message that it sent, if any. */
  get request(): readonly number[] | undefined {
    return this.call?.message?.words;
  }

  get sent(): string {
    return new TextDecoder().decode(this.call?.message?.strings?.[0] ?? new Uint8Array(0));
  }

  answer(message: { words: number[]; strings?: Uint8Array[]; error?: number }): void {
    const received = {
      error: message.error ?? 0,
      condition: 0,
      from: 0,
      to: 0,
      words: message.words,
      strings: message.strings ?? [],
      offers: [],
      dataSpaces: [],
    };
    this.take(this.body.next(received as Received));
  }
}

export interface Bench {
  side: FileSide;
  call: FileSide["handlers"];
  helpers: TestHelpers;
  clock: { ns: number };
  /** memfs of the root. */
  fs: NodeFs;
  newProcess(): TestProcess;
}

/** A system with memfs (`fs`) as root and other trees mounted. */
export function bench(fs: NodeFs, mounts: readonly Partial<MountOptions>[] = [], space?: number): Bench {
  const clock = { ns: 1e9 };
  const processes = new Map<number, TestProcess>();
  const source: ProcessSource = {
    pids: () => [...processes.keys()],
    process: (pid) => processes.get(pid),
    details: () => details,
    system: () => system,
  };
  const helpers = new TestHelpers();
  let seed = 1;
  const side = new FileSide({
    mounts: [
      { fs, directory: "/", path: "/", exclusive: true, type: "memfs", source: "root", ...(space === undefined ? {} : { space }) },
      ...mounts.map((mount) => ({ fs, directory: "/", path: "/mnt", type: "host", source: "host", ...mount })),
    ],
    processes: source,
    signals: { postSignal: (process, signal) => (process as TestProcess).signals.push(signal) },
    helpers,
    channels: 99,
    // biome-ignore lint/correctness/useYield: a source that asks a driver elsewhere
    *random(count) {
      return new Uint8Array(count).map(() => (seed = (seed * 75 + 74) % 65537) & 0xff);
    },
    now: () => clock.ns,
    nowNs: () => BigInt(clock.ns),
    setTemporaryMask() {},
    restoreMask() {},
  });
  let lastPid = 0;
  return {
    side,
    call: side.handlers,
    helpers,
    clock,
    fs,
    newProcess() {
      const process = new TestProcess(++lastPid, side.files.root());
      processes.set(process.pid, process);
      return process;
    },
  };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);
export const out = (capacity = 4096): OutBuffer => new OutBuffer(capacity);
export const inout = (input: Uint8Array): InOutBuffer => new InOutBuffer(input, input.length);
export const argument = (value = 0, input?: Uint8Array, outputSize?: number): CommandArgument => ({
  value,
  input,
  output: outputSize === undefined ? undefined : new OutBuffer(outputSize),
});
export const testThread = (): Thread => ({ tid: 1, interruptedSleep: undefined });
