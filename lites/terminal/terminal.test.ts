/**
 * Terminals: reading modes, job control, pseudo terminals, and terminals and streams on channel ports with a driver played by the test.
 */
import { createFsFromVolume, Volume } from "memfs";
import { beforeEach, describe, expect, it } from "vitest";
import type { NodeFs } from "../filesystems/node-interface.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import { ioctlCommands } from "../abi/commands.ts";
import { O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR } from "../abi/open-flags.ts";
import { SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGTTIN, SIGTTOU, SIGWINCH } from "../abi/signals.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import * as T from "../abi/termios.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { argument, type Bench, bench, bytes, out, run, Task, TestProcess, text } from "../../tests/support/file-side.ts";
import { isOrphanedGroup } from "./job-control.ts";
import { leaveTerminal, Terminal } from "./terminal.ts";

/** A system with these files in its root, and other trees mounted. */
const newSystem = (mounts: Parameters<typeof bench>[1] = [], files: Record<string, string | null> = {}) =>
  bench(createFsFromVolume(Volume.fromJSON(files, "/")) as unknown as NodeFs, mounts);

let system: Bench;
let process: TestProcess;

const C = ioctlCommands;
const open = (path: string, flags = O_RDWR, by = process) => run(() => system.call.open(by, { path, flags, mode: 0 })) as number;
const write = (fd: number, data: string, by = process) => new Task(system.call.write(by, { fd, buffer: bytes(data), count: 0 }));
function read(fd: number, count = 4096, by = process) {
  const buffer = out(count);
  const task = new Task(system.call.read(by, { fd, buffer, count }));
  return { task, data: () => text(buffer.data), error: () => (task.error as { name: string } | undefined)?.name };
}
const ioctl = (fd: number, command: number, arg = argument(), by = process) =>
  run(() => system.call.ioctl(by, { fd, command, argument: arg }));
const int = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
const poll = (fd: number, by = process) => by.descriptors[fd]!.file.poll().events;

function ptyPair(): { master: number; slave: number; terminal: Terminal } {
  const master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  ioctl(master, C.TIOCSPTLCK.nr, argument(0, int(0)));
  const number = argument(0, undefined, 4);
  ioctl(master, C.TIOCGPTN.nr, number);
  const slave = open(`/dev/pts/${number.output!.data![0]}`, O_RDWR);
  return { master, slave, terminal: process.descriptors[slave]!.file.inode as Terminal };
}

function setModes(fd: number, change: Partial<T.Termios>, cc: Record<number, number> = {}, by = process): unknown {
  const termios = { ...T.defaultTermios(), ...change };
  for (const [place, value] of Object.entries(cc)) termios.c_cc[Number(place)] = value;
  return ioctl(fd, C.TCSETS.nr, argument(0, T.encodeTermios(termios)), by);
}

/** A second process of the same session, in a group of its own. */
function background(): TestProcess {
  const child = system.newProcess();
  child.parentPid = process.pid;
  child.session = process.session;
  child.terminal = process.terminal;
  child.descriptors = process.descriptors.map((slot) => slot && { file: slot.file.retain(), closeOnExec: false });
  return child;
}

beforeEach(() => {
  system = newSystem();
  process = system.newProcess();
});

describe("pseudo terminal", () => {
  it("joins both ends through the line discipline", () => {
    const { master, slave } = ptyPair();
    write(master, "hi\r");
    expect(read(slave).data()).toBe("hi\n");
    write(slave, "out\n");
    expect(read(master).data()).toBe("hi\r\nout\r\n");
  });

  it("is locked until it is unlocked, and freed with its master", () => {
    const master = open("/dev/ptmx");
    expect(open("/dev/pts/0")).toBe("EIO");
    expect(open("/dev/pts/1")).toBe("ENOENT");
    system.call.close(process, { fd: master });
    expect(open("/dev/pts/0")).toBe("ENOENT");
  });

  it("tells the master when the slave is closed, and the slave when the master is", () => {
    const { master, slave } = ptyPair();
    const waiting = read(master);
    system.call.close(process, { fd: slave });
    expect(waiting.error()).toBe("EIO");
    expect(poll(master) & PollEvent.HUP).toBeTruthy();

    const other = ptyPair();
    const reading = read(other.slave);
    system.call.close(process, { fd: other.master });
    expect(reading.task.value).toBe(0);
    expect((write(other.slave, "x").error as { name: string }).name).toBe("EIO");
    expect(poll(other.slave) & PollEvent.HUP).toBeTruthy();
  });

  it("hangs the session's leader up when the master is closed", () => {
    const { master } = ptyPair();
    expect(process.terminal).toBeDefined();
    system.call.close(process, { fd: master });
    expect(process.signals).toEqual([SIGHUP, SIGCONT]);
  });

  it("lets writers wait until the master is read", () => {
    const { master, slave } = ptyPair();
    const task = write(slave, "x".repeat(5000));
    expect(task.done).toBe(false);
    expect(poll(slave) & PollEvent.OUT).toBe(0);
    read(master);
    expect(task.value).toBe(5000);
  });

  it("stops output at ^S and goes on at ^Q", () => {
    const { master, slave } = ptyPair();
    write(master, "\x13");
    const task = write(slave, "abc");
    expect(task.done).toBe(false);
    write(master, "\x11");
    expect(task.value).toBe(3);
  });

  it("lets the master wait while nobody reads raw input", () => {
    const { master, slave } = ptyPair();
    setModes(slave, { c_lflag: 0 });
    const task = write(master, "x".repeat(5000));
    expect(task.done).toBe(false);
    expect(read(slave).data().length).toBe(4095);
    expect(task.value).toBe(5000);
  });
});

describe("reading in raw mode", () => {
  let master: number;
  let slave: number;
  const raw = (minimum: number, time: number) => setModes(slave, { c_lflag: 0, c_iflag: 0 }, { [T.VMIN]: minimum, [T.VTIME]: time });
  beforeEach(() => ({ master, slave } = ptyPair()));

  it("MIN > 0, TIME = 0: waits for MIN bytes", () => {
    raw(3, 0);
    const reading = read(slave);
    write(master, "ab");
    expect(reading.task.done).toBe(false);
    write(master, "c");
    expect(reading.data()).toBe("abc");
    const small = read(slave, 2);
    write(master, "de");
    expect(small.data()).toBe("de");
  });

  it("MIN = 0, TIME = 0: never waits", () => {
    raw(0, 0);
    expect(read(slave).task.value).toBe(0);
    write(master, "x");
    expect(read(slave).data()).toBe("x");
  });

  it("MIN = 0, TIME > 0: waits so long for the first byte", () => {
    raw(0, 5);
    const reading = read(slave);
    expect(reading.task.sleep!.deadlineNs).toBe(system.clock.ns + 5e8);
    reading.task.wake("timeout");
    expect(reading.task.value).toBe(0);
    const second = read(slave);
    write(master, "x");
    expect(second.data()).toBe("x");
  });

  it("MIN > 0, TIME > 0: limits the time between bytes", () => {
    raw(3, 5);
    const reading = read(slave);
    expect(reading.task.sleep!.deadlineNs).toBe(Number.POSITIVE_INFINITY);
    write(master, "a");
    system.clock.ns += 1e8;
    expect(reading.task.sleep!.deadlineNs).toBe(1.5e9);
    write(master, "b");
    expect(reading.task.sleep!.deadlineNs).toBe(1.6e9);
    reading.task.wake("timeout");
    expect(reading.data()).toBe("ab");
  });

  it("non-blocking reads give what there is", () => {
    raw(3, 0);
    process.descriptors[slave]!.file.flags |= O_NONBLOCK;
    expect(read(slave).error()).toBe("EAGAIN");
    write(master, "a");
    expect(read(slave).data()).toBe("a");
  });
});

describe("job control", () => {
  let master: number;
  let slave: number;
  let terminal: Terminal;
  beforeEach(() => ({ master, slave, terminal } = ptyPair()));

  it("gives a session leader without terminal the one that it opens", () => {
    expect(process.terminal).toBe(terminal);
    expect(open("/dev/tty")).toBeGreaterThan(0);
    const group = argument(0, undefined, 4);
    expect(ioctl(slave, C.TIOCGPGRP.nr, group)).toBe(0);
    expect(group.output!.data).toEqual(int(process.pgrp));
    const stranger = system.newProcess();
    expect(open("/dev/tty", O_RDWR, stranger)).toBe("ENXIO");
  });

  it("signals the foreground group only", () => {
    const other = background();
    write(master, "\x03");
    expect(process.signals).toEqual([SIGINT]);
    expect(other.signals).toEqual([]);
    expect(ioctl(slave, C.TIOCSPGRP.nr, argument(0, int(other.pgrp)))).toBe(0);
    write(master, "\x03");
    expect(other.signals).toEqual([SIGINT]);
  });

  it("stops background readers, or refuses them", () => {
    const other = background();
    expect(read(slave, 10, other).error()).toBe("ERESTARTSYS");
    expect(other.signals).toEqual([SIGTTIN]);
    other.ignored.add(SIGTTIN);
    expect(read(slave, 10, other).error()).toBe("EIO");
    other.ignored.clear();
    other.parentPid = 999;
    expect(read(slave, 10, other).error()).toBe("EIO");
  });

  it("stops background writers with TOSTOP, and those that change settings", () => {
    const other = background();
    expect(write(slave, "x", other).value).toBe(1);
    setModes(slave, { c_lflag: T.defaultTermios().c_lflag | T.TOSTOP });
    expect((write(slave, "x", other).error as { name: string }).name).toBe("ERESTARTSYS");
    expect(other.signals).toEqual([SIGTTOU]);
    expect(setModes(slave, {}, {}, other)).toBe("ERESTARTSYS");
    other.ignored.add(SIGTTOU);
    expect(setModes(slave, {}, {}, other)).toBe(0);
  });

  it("allows only groups of the session into the foreground", () => {
    const stranger = system.newProcess();
    expect(ioctl(slave, C.TIOCSPGRP.nr, argument(0, int(stranger.pgrp)))).toBe("EPERM");
    expect(ioctl(slave, C.TIOCSPGRP.nr, argument(0, int(999)))).toBe("ESRCH");
    expect(ioctl(slave, C.TIOCSPGRP.nr, argument(0, int(-1)))).toBe("EINVAL");
  });

  it("hangs the foreground up when the leader leaves", () => {
    const other = background();
    ioctl(slave, C.TIOCSPGRP.nr, argument(0, int(other.pgrp)));
    leaveTerminal(process);
    expect(other.signals).toEqual([SIGHUP, SIGCONT]);
    expect(other.terminal).toBeUndefined();
    const next = system.newProcess();
    next.descriptors = process.descriptors;
    expect(ioctl(slave, C.TIOCSCTTY.nr, argument(), next)).toBe(0);
    expect(next.terminal).toBe(terminal);
  });

  it("knows orphaned groups", () => {
    const other = background();
    const source = {
      pids: () => [process.pid, other.pid],
      process: (pid: number) => (pid === other.pid ? other : pid === process.pid ? process : undefined),
    };
    const full = { ...source, details: () => Promise.reject() as never, system: () => Promise.reject() as never };
    expect(isOrphanedGroup(full, other.pgrp)).toBe(false);
    expect(isOrphanedGroup(full, process.pgrp)).toBe(true);
  });

  it("tells the foreground of a new window size, once", () => {
    const size = encode(structs.winsize, { ws_row: 24, ws_col: 80 });
    ioctl(master, C.TIOCSWINSZ.nr, argument(0, size));
    ioctl(master, C.TIOCSWINSZ.nr, argument(0, size));
    expect(process.signals).toEqual([SIGWINCH]);
    const answer = argument(0, undefined, 8);
    ioctl(slave, C.TIOCGWINSZ.nr, answer);
    expect(answer.output!.data).toEqual(size);
  });

  it("gives and takes settings, and refuses what it does not know", () => {
    setModes(slave, { c_lflag: T.ISIG });
    const answer = argument(0, undefined, 36);
    ioctl(slave, C.TCGETS.nr, answer);
    expect(T.decodeTermios(answer.output!.data!).c_lflag).toBe(T.ISIG);
    expect(ioctl(slave, C.VT_OPENQRY.nr, argument(0, undefined, 4))).toBe("ENOTTY");
    expect(ioctl(open("/dev/null"), C.TCGETS.nr, argument(0, undefined, 36))).toBe("ENOTTY");
  });
});

describe("terminal on a channel port", () => {
  let input: Bench["helpers"]["threads"][number];
  const output = () => system.helpers.threads[1]!;
  const ok = { words: [DriverStatus.OK, 0] };
  const typed = (data: string) => ({ words: [DriverStatus.OK, data.length], strings: [bytes(data)] });
  beforeEach(() => {
    const stream = { port: 3, terminal: true };
    system.side.installStreams(process, [stream, stream, stream], { rows: 24, columns: 80 });
    input = system.helpers.threads[0]!;
  });

  it("is the console and the controlling terminal, one open file", () => {
    expect(process.descriptors[0]!.file).toBe(process.descriptors[2]!.file);
    expect(process.terminal).toBe(process.descriptors[0]!.file.inode);
    const buffer = out();
    system.call.readlink(process, { path: "/proc/self/fd/0", buffer, size: 4096 });
    expect(text(buffer.data)).toBe("/dev/console");
    expect(system.side.files.resolve(process, "/dev/stdin").inode).toBe(process.terminal);
  });

  it("reads the port at all times and echoes", () => {
    expect(input.request!.slice(0, 2)).toEqual([DriverRequest.READ, 3]);
    const reading = read(0);
    input.answer(typed("ls\r"));
    expect(reading.data()).toBe("ls\n");
    expect(output().request!.slice(0, 2)).toEqual([DriverRequest.WRITE, 3]);
    expect(output().sent).toBe("ls\r\n");
    input.answer(typed("\x03"));
    expect(process.signals).toEqual([SIGINT]);
  });

  it("writes in order, as fast as the port takes it", () => {
    write(1, "one\n");
    expect(output().sent).toBe("one\r\n");
    write(1, "two\n");
    write(1, "three\n");
    output().answer(ok);
    expect(output().sent).toBe("two\r\nthree\r\n");
    output().answer(ok);
    write(1, "four");
    expect(output().sent).toBe("four");
  });

  it("lets writers wait when the port is slow", () => {
    const task = write(1, "x".repeat(200_000));
    expect(task.done).toBe(false);
    for (let i = 0; i < 40 && !task.done; i++) output().answer(ok);
    expect(task.value).toBe(200_000);
  });

  it("is hung up at the end of the input", () => {
    const reading = read(0);
    input.answer({ words: [DriverStatus.OK, 0], strings: [new Uint8Array(0)] });
    expect(reading.task.value).toBe(0);
    expect(process.signals).toEqual([SIGHUP, SIGCONT]);
    expect(input.done).toBe(true);
  });

  it("resizes", () => {
    system.side.resize(3, { rows: 10, columns: 20 });
    expect(process.signals).toEqual([SIGWINCH]);
  });

  it("closes the port after the output when nobody uses it any more", () => {
    write(1, "bye");
    for (const fd of [0, 1, 2]) system.call.close(process, { fd });
    output().answer(ok);
    expect(output().request).toBeUndefined();
    leaveTerminal(process);
    expect(output().request!.slice(0, 2)).toEqual([DriverRequest.CLOSE, 3]);
    output().answer(ok);
    expect(output().done).toBe(true);
    expect(open("/dev/console")).toBe("ENOENT");
  });
});

describe("streams on channel ports", () => {
  const threads = () => system.helpers.threads;
  const ok = { words: [DriverStatus.OK, 0] };
  beforeEach(() => {
    system.side.installStreams(
      process,
      [4, 5, 6].map((port) => ({ port, terminal: false })),
    );
  });

  it("takes input only when somebody reads, and ends", () => {
    expect(threads()).toHaveLength(0);
    const reading = read(0, 100);
    expect(threads()[0]!.request).toEqual([DriverRequest.READ, 4, 0, 100]);
    threads()[0]!.answer({ words: [DriverStatus.OK, 3], strings: [Uint8Array.of(0, 255, 13)] });
    expect(reading.task.value).toBe(3);
    expect(threads()[0]!.request).toBeUndefined();
    const second = read(0, 10);
    expect(threads()[0]!.request).toEqual([DriverRequest.READ, 4, 0, 10]);
    threads()[0]!.answer({ words: [DriverStatus.OK, 0], strings: [new Uint8Array(0)] });
    expect(second.task.value).toBe(0);
    expect(read(0).task.value).toBe(0);
  });

  it("asks for input when polled", () => {
    expect(poll(0) & PollEvent.IN).toBe(0);
    threads()[0]!.answer({ words: [DriverStatus.OK, 1], strings: [bytes("x")] });
    expect(poll(0) & PollEvent.IN).toBe(PollEvent.IN);
    expect(read(0).data()).toBe("x");
  });

  it("writes bytes as they are, and breaks when the other end is gone", () => {
    write(1, "a\nb");
    expect(threads()[0]!.sent).toBe("a\nb");
    threads()[0]!.answer({ words: [DriverStatus.NOT_READY, 0] });
    const task = write(1, "more");
    expect((task.error as { name: string }).name).toBe("EPIPE");
    expect(process.signals).toEqual([SIGPIPE]);
  });

  it("closes each port when its last descriptor goes, after what was written", () => {
    write(1, "rest");
    const copy = run(() => system.call.dup(process, { fd: 1 })) as number;
    system.call.close(process, { fd: 1 });
    system.call.close(process, { fd: copy });
    expect(threads()[0]!.request![0]).toBe(DriverRequest.WRITE);
    threads()[0]!.answer(ok);
    expect(threads()[0]!.request).toEqual([DriverRequest.CLOSE, 5]);
    system.call.close(process, { fd: 0 });
    expect(threads()[1]!.request).toEqual([DriverRequest.CLOSE, 4]);
  });

  it("can be opened again through /dev/stdin", () => {
    const fd = open("/dev/stdin", O_RDONLY);
    expect(process.descriptors[fd]!.file.inode).toBe(process.descriptors[0]!.file.inode);
  });
});
