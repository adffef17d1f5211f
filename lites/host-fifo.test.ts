/** FIFOs of a mounted directory, with another process of the host at the other end: this test. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { descriptorLinks, hostFiles } from "#node/host-files.ts";
import { S_IFIFO } from "./abi/file-mode.ts";
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "./abi/open-flags.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { Op } from "./activation.ts";
import { type Bench, bench, bytes, inout, out, run, Task, type TestProcess, testThread, text } from "../tests/support/file-side.ts";
import type { NodeFs } from "./filesystems/node-interface.ts";

const HOST = { reading: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK, writing: fs.constants.O_WRONLY | fs.constants.O_NONBLOCK };

let directory: string;
let system: Bench;
let process: TestProcess;
let fifo: string;
const descriptors: number[] = [];

beforeEach(() => {
  directory = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "lites-fifo-")));
  fifo = join(directory, "f");
  execFileSync("mkfifo", [fifo]);
  const mount = { fs: hostFiles, directory, path: "/t", descriptorLinks };
  system = bench(createFsFromVolume(new Volume()) as unknown as NodeFs, [mount]);
  process = system.newProcess();
});
afterEach(() => {
  for (const fd of descriptors.splice(0)) fs.closeSync(fd);
  for (const [fd, slot] of process.descriptors.entries()) if (slot !== undefined) run(() => system.call.close(process, { fd }));
  fs.rmSync(directory, { recursive: true });
});

const hostOpen = (flags: number): number => {
  const fd = fs.openSync(fifo, flags);
  descriptors.push(fd);
  return fd;
};
const opening = (flags: number) => new Task(system.call.open(process, { path: "/t/f", flags, mode: 0 }) as Op<number>);
const opened = (flags: number): number => {
  const task = opening(flags);
  if (task.error !== undefined) throw task.error;
  return task.value!;
};
const reading = (fd: number, count = 100) => {
  const buffer = out(count);
  const task = new Task(system.call.read(process, { fd, buffer, count }) as Op<number>);
  return { task, text: () => text(buffer.data) };
};
const poll = (fd: number, events: number): number => {
  const fds = inout(new Uint8Array(8));
  new DataView(fds.input.buffer).setInt32(0, fd, true);
  new DataView(fds.input.buffer).setInt16(4, events, true);
  run(() => system.call.poll(process, { fds, count: 1, timeout: 0 }, testThread()));
  return fds.data![6]!;
};

test("a reader waits for the host's writer, and reads what it writes", () => {
  const task = opening(O_RDONLY);
  expect(task.done).toBe(false);
  const writer = hostOpen(HOST.writing);
  task.wake("timeout");
  expect(task.value).toBe(0);
  const first = reading(0);
  expect(first.task.done).toBe(false);
  fs.writeSync(writer, "from the host");
  first.task.wake("timeout");
  expect(first.text()).toBe("from the host");
  fs.closeSync(descriptors.pop()!);
  const end = reading(0);
  expect(end.task.value).toBe(0);
});

test("a byte taken to see whether there is a writer is not lost", () => {
  const task = opening(O_RDONLY);
  const writer = hostOpen(HOST.writing);
  fs.writeSync(writer, "abc");
  task.wake("timeout");
  expect(reading(0, 2).task.value).toBe(2);
  expect(reading(0).text()).toBe("c");
  expect(poll(0, 1)).toBe(0);
  fs.writeSync(writer, "d");
  expect(poll(0, 1)).toBe(1);
  expect(reading(0).text()).toBe("d");
});

test("a writer waits for a reader, and for room", () => {
  const task = opening(O_WRONLY);
  expect(task.done).toBe(false);
  const reader = hostOpen(HOST.reading);
  task.wake("timeout");
  expect(task.value).toBe(0);
  const data = new Uint8Array(70_000).fill(0x61);
  const writing = new Task(system.call.write(process, { fd: 0, buffer: data, count: data.length }) as Op<number>);
  expect(writing.done).toBe(false);
  // How much a pipe holds is the host's affair: less when its user has many.
  let taken = 0;
  for (let looks = 0; !writing.done && looks < 70; looks++) {
    taken += fs.readSync(reader, Buffer.alloc(65_536));
    writing.wake("timeout");
  }
  expect(writing.value).toBe(70_000);
  while (taken < 70_000) taken += fs.readSync(reader, Buffer.alloc(65_536));
  expect(taken).toBe(70_000);
  fs.closeSync(descriptors.pop()!);
  expect(run(() => system.call.write(process, { fd: 0, buffer: bytes("x"), count: 1 }))).toBe("EPIPE");
  expect(process.signals).toEqual([SIGPIPE]);
});

test("without waiting", () => {
  expect(opening(O_WRONLY | O_NONBLOCK).error).toMatchObject({ name: "ENXIO" });
  const fd = opened(O_RDONLY | O_NONBLOCK);
  expect(reading(fd).task.value).toBe(0);
  hostOpen(HOST.writing);
  expect(reading(fd).task.error).toMatchObject({ name: "EAGAIN" });
  expect(opening(O_RDWR).done).toBe(true);
});

test("both ends in the system: nobody waits for a clock", () => {
  const reader = opening(O_RDONLY);
  const writer = opening(O_WRONLY);
  expect([reader.value, writer.value]).toEqual([0, 1]);
  const waiting = reading(0);
  run(() => system.call.write(process, { fd: 1, buffer: bytes("hello"), count: 5 }));
  expect(waiting.text()).toBe("hello");
});

test("made in the system, it is the host's, whatever its name", () => {
  for (const name of ["made", "gr\xc3\xbcn", "\xff-\xfe", "a b'c"]) {
    expect(run(() => system.call.mknod(process, { path: `/t/${name}`, mode: S_IFIFO | 0o640, device: 0 }))).toBe(0);
    const { mode } = fs.lstatSync(Buffer.from(`${directory}/${name}`, "latin1"));
    expect(mode).toBe(S_IFIFO | 0o640);
  }
  expect(run(() => system.call.mknod(process, { path: "/t/made", mode: S_IFIFO | 0o640, device: 0 }))).toBe("EEXIST");
});

test("no FIFO can be made without the host's program", () => {
  const { mkfifoSync: _none, ...without } = hostFiles;
  const mount = { fs: Object.assign(Object.create(hostFiles) as NodeFs, without, { mkfifoSync: undefined }), directory, path: "/t" };
  const other = bench(createFsFromVolume(new Volume()) as unknown as NodeFs, [mount]);
  expect(run(() => other.call.mknod(other.newProcess(), { path: "/t/g", mode: S_IFIFO | 0o600, device: 0 }))).toBe("EPERM");
});
