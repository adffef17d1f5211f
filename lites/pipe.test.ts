/**
 * Pipes and FIFOs: bounds, atomicity, ends, signals.
 */
import { createFsFromVolume, Volume } from "memfs";
import { beforeEach, describe, expect, it } from "vitest";
import type { NodeFs } from "./filesystems/node-interface.ts";
import { ioctlCommands } from "./abi/commands.ts";
import { S_IFIFO } from "./abi/file-mode.ts";
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "./abi/open-flags.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { Op } from "./activation.ts";
import { PIPE_BUF } from "./abi/limits.ts";
import { PIPE_CAPACITY } from "./pipe.ts";
import { argument, type Bench, bench, bytes, out, run, Task, type TestProcess, text } from "../tests/support/file-side.ts";

/** A system with these files in its root, and other trees mounted. */
const newSystem = (mounts: Parameters<typeof bench>[1] = [], files: Record<string, string | null> = {}) =>
  bench(createFsFromVolume(Volume.fromJSON(files, "/")) as unknown as NodeFs, mounts);

let system: Bench;
let process: TestProcess;
let reader: number;
let writer: number;

function pipe(flags = 0): [number, number] {
  const fds = out(8);
  run(() => system.call.pipe2(process, { fds, flags }));
  return [...new Int32Array(fds.data!.slice().buffer)] as [number, number];
}

const write = (data: string | Uint8Array, fd = writer) =>
  new Task(system.call.write(process, { fd, buffer: typeof data === "string" ? bytes(data) : data, count: 0 }));
function read(count: number, fd = reader) {
  const buffer = out(count);
  const task = new Task(system.call.read(process, { fd, buffer, count }));
  return { task, data: () => text(buffer.data) };
}
const poll = (fd: number) => process.descriptors[fd]!.file.poll().events;
const close = (fd: number) => system.call.close(process, { fd });
const errorName = (task: Task<number>) => (task.error as { name: string } | undefined)?.name;

beforeEach(() => {
  system = newSystem();
  process = system.newProcess();
  [reader, writer] = pipe();
});

describe("pipe", () => {
  it("carries bytes in order and ends when the writers are gone", () => {
    write("hello ");
    write("world");
    expect(read(7).data()).toBe("hello w");
    close(writer);
    expect(read(100).data()).toBe("orld");
    const end = read(100);
    expect(end.task.value).toBe(0);
  });

  it("lets a reader wait for a writer", () => {
    const waiting = read(10);
    expect(waiting.task.done).toBe(false);
    write("x");
    expect(waiting.task.done).toBe(true);
    expect(waiting.data()).toBe("x");
  });

  it("wakes a waiting reader at the end", () => {
    const waiting = read(10);
    close(writer);
    expect(waiting.task.value).toBe(0);
  });

  it("holds 64 KiB and lets writers wait for room", () => {
    const task = write(new Uint8Array(PIPE_CAPACITY + 10));
    expect(task.done).toBe(false);
    expect(poll(writer) & 4).toBe(0);
    read(PIPE_BUF);
    expect(task.done).toBe(true);
    expect(task.value).toBe(PIPE_CAPACITY + 10);
  });

  it("does not split small writes", () => {
    write(new Uint8Array(PIPE_CAPACITY - 10));
    const task = write("x".repeat(11));
    expect(task.done).toBe(false);
    const { file } = process.descriptors[writer]!;
    file.flags |= O_NONBLOCK;
    expect(errorName(write("y".repeat(11)))).toBe("EAGAIN");
    file.flags &= ~O_NONBLOCK;
    expect(write("z".repeat(10)).value).toBe(10);
    read(PIPE_CAPACITY - 10);
    expect(task.value).toBe(11);
    expect(read(100).data()).toBe("z".repeat(10) + "x".repeat(11));
  });

  it("cuts large non-blocking writes short", () => {
    process.descriptors[writer]!.file.flags |= O_NONBLOCK;
    write("abc");
    expect(write(new Uint8Array(PIPE_CAPACITY)).value).toBe(PIPE_CAPACITY - 3);
  });

  it("kills writers without readers", () => {
    close(reader);
    const task = write("x");
    expect(errorName(task)).toBe("EPIPE");
    expect(process.signals).toEqual([SIGPIPE]);
    expect(poll(writer) & 8).toBe(8);
  });

  it("ends a waiting write when the last reader goes", () => {
    const task = write(new Uint8Array(PIPE_CAPACITY + PIPE_BUF + 1));
    close(reader);
    expect(task.value).toBe(PIPE_CAPACITY);
    expect(process.signals).toEqual([]);
  });

  it("is interrupted, restartable, and without loss", () => {
    const waiting = read(10);
    waiting.task.wake("interrupted");
    expect(errorName(waiting.task)).toBe("ERESTARTSYS");
    const writing = write(new Uint8Array(PIPE_CAPACITY + PIPE_BUF));
    writing.wake("interrupted");
    expect(writing.value).toBe(PIPE_CAPACITY);
  });

  it("does not block when told so", () => {
    const [end] = pipe(O_NONBLOCK);
    expect(errorName(read(1, end).task)).toBe("EAGAIN");
  });

  it("stays open through duplicates and counts them", () => {
    const copy = run(() => system.call.dup(process, { fd: writer })) as number;
    close(writer);
    write("x", copy);
    expect(read(5).data()).toBe("x");
    const waiting = read(5);
    expect(waiting.task.done).toBe(false);
    close(copy);
    expect(waiting.task.value).toBe(0);
  });

  it("tells how much is in it, and cannot be sought", () => {
    write("abc");
    const count = argument(0, undefined, 4);
    run(() => system.call.ioctl(process, { fd: reader, command: ioctlCommands.FIONREAD.nr, argument: count }));
    expect(count.output!.data).toEqual(Uint8Array.of(3, 0, 0, 0));
    expect(run(() => system.call.lseek(process, { fd: reader, offset: 0, whence: 1 }))).toBe("ESPIPE");
    expect(run(() => system.call.pread64(process, { fd: reader, buffer: out(), count: 1, low: 0, high: 0 }))).toBe("ESPIPE");
    expect(run(() => system.call.write(process, { fd: reader, buffer: bytes("x"), count: 1 }))).toBe("EBADF");
    expect(run(() => system.call.read(process, { fd: writer, buffer: out(), count: 1 }))).toBe("EBADF");
  });
});

describe("FIFO", () => {
  const open = (flags: number) => new Task(system.call.open(process, { path: "/fifo", flags, mode: 0 }) as Op<number>);
  beforeEach(() => {
    system.call.mknod(process, { path: "/fifo", mode: S_IFIFO | 0o666, device: 0 });
  });

  it("opens when both sides are there", () => {
    const reading = open(O_RDONLY);
    expect(reading.done).toBe(false);
    const writing = open(O_WRONLY);
    expect(writing.done && reading.done).toBe(true);
    write("x", writing.value);
    expect(read(1, reading.value).data()).toBe("x");
    close(writing.value!);
    expect(read(1, reading.value).task.value).toBe(0);
    const again = open(O_WRONLY);
    expect(again.done).toBe(true);
  });

  it("opens non-blocking for reading, not for writing alone", () => {
    expect(errorName(open(O_WRONLY | O_NONBLOCK))).toBe("ENXIO");
    const reading = open(O_RDONLY | O_NONBLOCK);
    expect(read(1, reading.value).task.value).toBe(0);
    expect(poll(reading.value!) & 0x10).toBe(0);
    expect(open(O_WRONLY | O_NONBLOCK).done).toBe(true);
  });

  it("forgets an opener that was interrupted or killed", () => {
    const interrupted = open(O_RDONLY);
    interrupted.wake("interrupted");
    expect(errorName(interrupted)).toBe("ERESTARTSYS");
    const killed = open(O_RDONLY);
    killed.abort();
    expect(errorName(open(O_WRONLY | O_NONBLOCK))).toBe("ENXIO");
    expect(open(O_WRONLY).done).toBe(false);
  });

  it("is its own partner for reading and writing", () => {
    const both = open(O_RDWR);
    write("x", both.value);
    expect(read(1, both.value).data()).toBe("x");
  });
});
