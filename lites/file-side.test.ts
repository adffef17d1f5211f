/**
 * Calls on descriptors, locks, polling, attributes as they travel, /dev and /proc.
 */
import { createFsFromVolume, Volume } from "memfs";
import { beforeEach, describe, expect, it } from "vitest";
import type { NodeFs } from "./filesystems/node-interface.ts";
import { fcntlCommands, ioctlCommands } from "./abi/commands.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "./abi/open-flags.ts";
import { decode, encode } from "./abi/struct-codec.ts";
import { structs } from "./abi/structs.ts";
import { closeAll, closeOnExec, copyDescriptors } from "./descriptors.ts";
import {
  argument,
  type Bench,
  bench,
  bytes,
  inout,
  out,
  run,
  Task,
  type TestProcess,
  testThread,
  text,
} from "../tests/support/file-side.ts";

/** A system with these files in its root, and other trees mounted. */
const newSystem = (mounts: Parameters<typeof bench>[1] = [], files: Record<string, string | null> = {}) =>
  bench(createFsFromVolume(Volume.fromJSON(files, "/")) as unknown as NodeFs, mounts);

let system: Bench;
let process: TestProcess;
const F = fcntlCommands;

const open = (path: string, flags = O_RDONLY, by = process) => run(() => system.call.open(by, { path, flags, mode: 0o644 })) as number;
const write = (fd: number, data: string) => run(() => system.call.write(process, { fd, buffer: bytes(data), count: data.length }));
const read = (fd: number, count = 65536, by = process) => {
  const buffer = out(count);
  const result = run(() => system.call.read(by, { fd, buffer, count }));
  return typeof result === "string" ? result : text(buffer.data);
};
const readAll = (path: string, by = process) => {
  const fd = open(path, O_RDONLY, by);
  return typeof fd === "string" ? fd : read(fd, 65536, by);
};
const fcntl = (fd: number, command: number, value = 0) =>
  run(() => system.call.fcntl64(process, { fd, command, argument: argument(value) }));
const readLink = (path: string) => {
  const buffer = out();
  const result = run(() => system.call.readlink(process, { path, buffer, size: 4096 }));
  return typeof result === "string" ? result : text(buffer.data);
};
const close = (fd: number) => run(() => system.call.close(process, { fd }));
function pipe(): [number, number] {
  const fds = out(8);
  run(() => system.call.pipe(process, { fds }));
  return [...new Int32Array(fds.data!.slice().buffer)] as [number, number];
}

beforeEach(() => {
  system = newSystem([], { "/f": "0123456789" });
  process = system.newProcess();
});

describe("descriptors", () => {
  it("are the lowest free ones, up to the limit", () => {
    expect(open("/f")).toBe(0);
    expect(open("/f")).toBe(1);
    close(0);
    expect(open("/f")).toBe(0);
    process.descriptorLimit = 3;
    expect(open("/f")).toBe(2);
    expect(open("/f")).toBe("EMFILE");
    expect(run(() => system.call.pipe(process, { fds: out(8) }))).toBe("EMFILE");
    expect(close(7)).toBe("EBADF");
    expect(close(-1)).toBe("EBADF");
  });

  it("share the position after dup, not the close-on-exec flag", () => {
    const fd = open("/f", O_RDONLY | O_CLOEXEC);
    const copy = run(() => system.call.dup(process, { fd })) as number;
    expect(read(fd, 3)).toBe("012");
    expect(read(copy, 3)).toBe("345");
    expect(fcntl(fd, F.F_GETFD.nr)).toBe(1);
    expect(fcntl(copy, F.F_GETFD.nr)).toBe(0);
    expect(fcntl(fd, F.F_DUPFD.nr, 10)).toBe(10);
    expect(fcntl(fd, F.F_DUPFD_CLOEXEC.nr, 10)).toBe(11);
    expect(fcntl(11, F.F_GETFD.nr)).toBe(1);
    expect(fcntl(fd, F.F_DUPFD.nr, 64)).toBe("EINVAL");
    expect(run(() => system.call.dup2(process, { from: fd, to: 64 }))).toBe("EBADF");
    expect(run(() => system.call.dup2(process, { from: fd, to: fd }))).toBe(fd);
    expect(run(() => system.call.dup3(process, { from: fd, to: fd, flags: 0 }))).toBe("EINVAL");
    closeOnExec(process);
    expect(Array.from(process.descriptors, (slot) => slot !== undefined)).toEqual([false, true, ...Array(8).fill(false), true, false]);
  });

  it("replace an open one with dup2", () => {
    const [reader, writer] = pipe();
    const fd = open("/f");
    run(() => system.call.dup2(process, { from: fd, to: writer }));
    expect(read(reader)).toBe("");
    expect(read(writer, 2)).toBe("01");
  });

  it("are copied by fork and closed by exit", () => {
    const [reader] = pipe();
    const child = system.newProcess();
    child.descriptors = copyDescriptors(process);
    closeAll(process);
    expect(process.descriptors).toEqual([]);
    const reading = new Task(system.call.read(child, { fd: reader, buffer: out(), count: 1 }));
    expect(reading.done).toBe(false);
    reading.abort();
    closeAll(child);
  });

  it("change their status flags", () => {
    const fd = open("/f", O_RDWR);
    expect(fcntl(fd, F.F_SETFL.nr, O_APPEND | O_NONBLOCK | O_WRONLY)).toBe(0);
    expect(fcntl(fd, F.F_GETFL.nr)).toBe(O_RDWR | O_APPEND | O_NONBLOCK);
    run(() => system.call.ioctl(process, { fd, command: ioctlCommands.FIONBIO.nr, argument: argument(0, new Uint8Array(4)) }));
    expect(fcntl(fd, F.F_GETFL.nr)).toBe(O_RDWR | O_APPEND);
  });

  it("only name a place with O_PATH", () => {
    const fd = open("/f", O_PATH | O_RDWR);
    expect(read(fd)).toBe("EBADF");
    expect(fcntl(fd, F.F_SETFL.nr, 0)).toBe("EBADF");
    expect(run(() => system.call.fchmod(process, { fd, mode: 0o600 }))).toBe("EBADF");
    expect(run(() => system.call.fstat64(process, { fd, buffer: out(96) }))).toBe(0);
    expect(run(() => system.call.statx(process, { dirfd: fd, path: "", flags: AT_EMPTY_PATH, mask: 0x7ff, buffer: out(256) }))).toBe(0);
  });

  it("are closed in ranges", () => {
    for (let i = 0; i < 5; i++) open("/f");
    expect(run(() => system.call.close_range(process, { first: 1, last: 2, flags: 0 }))).toBe(0);
    expect(run(() => system.call.close_range(process, { first: 3, last: 0xffffffff, flags: 4 }))).toBe(0);
    expect(process.descriptors.map((slot) => slot?.closeOnExec)).toEqual([false, undefined, undefined, true, true]);
  });

  it("copy in the kernel", () => {
    const from = open("/f");
    const to = open("/copy", O_CREAT | O_RDWR);
    const offset = inout(new Uint8Array(Int32Array.of(4).buffer));
    expect(run(() => system.call.sendfile(process, { out: to, in: from, offset, count: 3 }))).toBe(3);
    expect(offset.data).toEqual(Uint8Array.of(7, 0, 0, 0));
    expect(run(() => system.call.sendfile(process, { out: to, in: from, offset: undefined, count: 2 }))).toBe(2);
    const args = { in: from, inOffset: undefined, out: to, outOffset: undefined, length: 100, flags: 0 };
    expect(run(() => system.call.copy_file_range(process, args))).toBe(8);
    expect(readAll("/copy")).toBe("4560123456789");
  });

  it("allocate and punch", () => {
    const fd = open("/f", O_RDWR);
    const call = (mode: number, offsetLow: number, lengthLow: number) =>
      run(() => system.call.fallocate(process, { fd, mode, offsetLow, offsetHigh: 0, lengthLow, lengthHigh: 0 }));
    expect(call(0, 8, 4)).toBe(0);
    expect(call(3, 2, 3)).toBe(0);
    expect(call(0, 0, 0)).toBe("EINVAL");
    expect(read(fd)).toBe("01\0\0\x0056789\0\0");
  });
});

describe("record locks", () => {
  let fd: number;
  let other: TestProcess;
  const set = (by: TestProcess, type: number, start: number, length: number, wait = false) =>
    new Task(
      system.call.fcntl64(by, {
        fd,
        command: wait ? F.F_SETLKW64.nr : F.F_SETLK64.nr,
        argument: argument(0, encode(structs.flock64, { l_type: type, l_whence: 0, l_start: start, l_len: length })),
      }) as ReturnType<Bench["call"]["ioctl"]>,
    );
  const result = (task: Task<number>) => (task.done ? ((task.error as { name: string })?.name ?? task.value) : "sleeps");
  const query = (by: TestProcess, type: number, start: number, length: number) => {
    const arg = argument(0, encode(structs.flock64, { l_type: type, l_whence: 0, l_start: start, l_len: length }), 24);
    run(() => system.call.fcntl64(by, { fd, command: F.F_GETLK64.nr, argument: arg }));
    const { l_type, l_start, l_len, l_pid } = decode(structs.flock64, arg.output!.data!);
    return [l_type, l_start, l_len, l_pid];
  };
  const [READ, WRITE, NONE] = [0, 1, 2] as const;
  beforeEach(() => {
    fd = open("/f", O_RDWR);
    other = system.newProcess();
    other.descriptors = copyDescriptors(process);
  });

  it("exclude each other by range and kind", () => {
    expect(result(set(process, WRITE, 2, 4))).toBe(0);
    expect(result(set(other, WRITE, 5, 1))).toBe("EAGAIN");
    expect(result(set(other, READ, 0, 0))).toBe("EAGAIN");
    expect(result(set(other, READ, 6, 10))).toBe(0);
    expect(query(other, READ, 0, 0)).toEqual([WRITE, 2, 4, process.pid]);
    expect(query(process, READ, 0, 0)[0]).toBe(NONE);
    expect(result(set(process, READ, 6, 1))).toBe(0);
  });

  it("are split, joined and changed by their owner", () => {
    set(process, WRITE, 0, 10);
    set(process, NONE, 3, 2);
    expect(query(other, WRITE, 0, 0)).toEqual([WRITE, 0, 3, process.pid]);
    expect(query(other, WRITE, 3, 0)).toEqual([WRITE, 5, 5, process.pid]);
    set(process, WRITE, 3, 2);
    expect(query(other, WRITE, 0, 0)).toEqual([WRITE, 0, 10, process.pid]);
    set(process, READ, 0, 0);
    expect(query(other, WRITE, 0, 0)).toEqual([READ, 0, 0, process.pid]);
  });

  it("are waited for, and dropped by any close", () => {
    set(process, WRITE, 0, 0);
    const waiting = set(other, WRITE, 0, 5, true);
    expect(result(waiting)).toBe("sleeps");
    const copy = run(() => system.call.dup(process, { fd })) as number;
    close(copy);
    expect(result(waiting)).toBe(0);
  });

  it("find deadlocks", () => {
    set(process, WRITE, 0, 1);
    set(other, WRITE, 1, 1);
    const waiting = set(process, WRITE, 1, 1, true);
    expect(result(waiting)).toBe("sleeps");
    expect(result(set(other, WRITE, 0, 1, true))).toBe("EDEADLK");
    set(other, NONE, 0, 0);
    expect(result(waiting)).toBe(0);
  });

  it("need a descriptor of the right kind", () => {
    fd = open("/f");
    expect(result(set(process, WRITE, 0, 1))).toBe("EBADF");
    expect(result(set(process, READ, 0, 1))).toBe(0);
    expect(result(set(process, 9, 0, 1))).toBe("EINVAL");
  });

  it("flock belongs to the open file", () => {
    const second = open("/f");
    const flock = (of: number, operation: number) => new Task(system.call.flock(process, { fd: of, operation }));
    expect(result(flock(fd, 2))).toBe(0);
    expect(result(flock(second, 1 | 4))).toBe("EAGAIN");
    const waiting = flock(second, 2);
    expect(result(waiting)).toBe("sleeps");
    close(fd);
    expect(result(waiting)).toBe("sleeps");
    closeAll(other);
    expect(result(waiting)).toBe(0);
    expect(result(flock(second, 8))).toBe(0);
  });
});

describe("polling", () => {
  const pollFds = (entries: [number, number][], timeout: number) => {
    const fds = inout(new Uint8Array(entries.length * 8));
    const view = new DataView(fds.input.buffer);
    for (const [i, [fd, events]] of entries.entries()) {
      view.setInt32(i * 8, fd, true);
      view.setInt16(i * 8 + 4, events, true);
    }
    const task = new Task(system.call.poll(process, { fds, count: entries.length, timeout }, testThread()));
    return { task, revents: () => entries.map((_, i) => new DataView(fds.data!.buffer).getUint16(i * 8 + 6, true)) };
  };

  it("polls", () => {
    const [reader, writer] = pipe();
    const file = open("/f");
    const immediate = pollFds(
      [
        [reader, 1],
        [writer, 4],
        [file, 5],
        [50, 1],
        [-1, 1],
      ],
      -1,
    );
    expect(immediate.task.value).toBe(3);
    expect(immediate.revents()).toEqual([0, 4, 5, 0x20, 0]);
    const waiting = pollFds([[reader, 1]], 1000);
    expect(waiting.task.sleep!.deadlineNs).toBe(system.clock.ns + 1e9);
    write(writer, "x");
    expect(waiting.task.value).toBe(1);
    expect(waiting.revents()).toEqual([1]);
    read(reader);
    expect(pollFds([[reader, 1]], 0).task.value).toBe(0);
    const late = pollFds([[reader, 1]], 5);
    system.clock.ns += 5e6;
    late.task.wake("timeout");
    expect(late.task.value).toBe(0);
    const interrupted = pollFds([[reader, 1]], -1);
    interrupted.task.wake("interrupted");
    expect((interrupted.task.error as { name: string }).name).toBe("ERESTARTNOHAND");
    close(writer);
    const hung = pollFds([[reader, 1]], -1);
    expect(hung.revents()).toEqual([0x10]);
  });

  it("selects, and tells the time left", () => {
    const [reader, writer] = pipe();
    const set = (...fds: number[]) => {
      const bits = new Uint8Array(128);
      for (const fd of fds) bits[fd >> 3]! |= 1 << (fd & 7);
      return inout(bits);
    };
    const timeout = inout(new Uint8Array(Int32Array.of(2, 0).buffer));
    const readSet = set(reader);
    const task = new Task(
      system.call.select(process, { count: 10, read: readSet, write: undefined, except: undefined, timeout }, testThread()),
    );
    expect(task.done).toBe(false);
    system.clock.ns += 5e8;
    write(writer, "x");
    expect(task.value).toBe(1);
    expect(readSet.data).toEqual(set(reader).input);
    expect([...new Int32Array(timeout.data!.slice().buffer)]).toEqual([1, 500000]);
    const bad = system.call.select(
      process,
      { count: 60, read: set(55), write: undefined, except: undefined, timeout: undefined },
      testThread(),
    );
    expect(run(() => bad)).toBe("EBADF");
    const wrong = inout(new Uint8Array(Int32Array.of(0, -1).buffer));
    expect(
      run(() =>
        system.call.select(process, { count: 0, read: undefined, write: undefined, except: undefined, timeout: wrong }, testThread()),
      ),
    ).toBe("EINVAL");
  });
});

describe("attributes", () => {
  it("travel in all layouts", () => {
    const fd = open("/new", O_CREAT | O_RDWR);
    write(fd, "x".repeat(5000));
    const buffers = [out(64), out(96), out(256)] as const;
    system.call.fstat(process, { fd, buffer: buffers[0] });
    system.call.fstat64(process, { fd, buffer: buffers[1] });
    system.call.statx(process, { dirfd: AT_FDCWD, path: "/new", flags: AT_SYMLINK_NOFOLLOW, mask: 0x7ff, buffer: buffers[2] });
    const expected = { mode: 0o100644, nlink: 1, size: 5000, blocks: 16, mtime: 1 };
    const old = decode(structs.stat, buffers[0].data!);
    const wide = decode(structs.stat64, buffers[1].data!);
    const extended = decode(structs.statx, buffers[2].data!);
    expect({ mode: old.st_mode, nlink: old.st_nlink, size: old.st_size, blocks: old.st_blocks, mtime: old.st_mtime }).toEqual(expected);
    expect({ mode: wide.st_mode, nlink: wide.st_nlink, size: wide.st_size, blocks: wide.st_blocks, mtime: wide.st_mtime }).toEqual(
      expected,
    );
    const { stx_mode: mode, stx_nlink: nlink, stx_size: size, stx_blocks: blocks, stx_mtime: mtime } = extended;
    expect({ mode, nlink, size, blocks, mtime }).toEqual(expected);
    expect(wide.st_ino).toBe(old.st_ino);
    expect(
      run(() => system.call.statx(process, { dirfd: AT_FDCWD, path: "/new", flags: AT_STATX_SYNC_TYPE, mask: 0, buffer: out(256) })),
    ).toBe("EINVAL");
  });

  it("keep or set times as utimensat says", () => {
    const touch = (times: number[]) =>
      run(() =>
        system.call.utimensat(process, { dirfd: AT_FDCWD, path: "/f", times: new Uint8Array(Int32Array.from(times).buffer), flags: 0 }),
      );
    const times = () => {
      const { atimeNs, mtimeNs } = system.side.files.resolve(process, "/f").inode.attributes();
      return [atimeNs, mtimeNs];
    };
    expect(touch([5, 6, -7, 8])).toBe(0);
    expect(times()).toEqual([5_000_000_006n, -6_999_999_992n]);
    expect(touch([0, 0x3ffffffe, 0, 0x3fffffff])).toBe(0);
    expect(times()).toEqual([5_000_000_006n, 1_000_000_000n]);
    expect(touch([0, -1, 0, 0])).toBe("EINVAL");
    run(() => system.call.chmod(process, { path: "/f", mode: 0o644 }));
    process.become(1000);
    expect(touch([1, 0, 1, 0])).toBe("EPERM");
    expect(touch([0, 0x3fffffff, 0, 0x3fffffff])).toBe("EACCES");
  });

  it("tell of file systems", () => {
    const buffer = out(84);
    expect(run(() => system.call.statfs64(process, { path: "/", size: 84, buffer }))).toBe(0);
    expect(decode(structs.statfs64, buffer.data!)).toMatchObject({ f_bsize: 4096, f_namelen: 255 });
    expect(run(() => system.call.statfs(process, { path: "/proc", buffer: out(64) }))).toBe(0);
    expect(run(() => system.call.statfs(process, { path: "/missing", buffer: out(64) }))).toBe("ENOENT");
  });
});

describe("/dev", () => {
  it("has the memory devices", () => {
    expect(readAll("/dev/null")).toBe("");
    expect(read(open("/dev/zero"), 4)).toBe("\0\0\0\0");
    expect(read(open("/dev/full"), 1)).toBe("\0");
    expect(write(open("/dev/full", O_WRONLY), "x")).toBe("ENOSPC");
    expect(write(open("/dev/null", O_WRONLY), "x")).toBe(1);
    const random = open("/dev/urandom");
    expect(read(random, 16)).not.toBe(read(random, 16));
    expect(open("/dev/tty")).toBe("ENXIO");
    expect(open("/dev/new", O_CREAT | O_WRONLY)).toBe("EPERM");
  });

  it("leads to the process's own descriptors", () => {
    const fd = open("/f");
    read(fd, 4);
    expect(readLink("/dev/fd")).toBe("/proc/self/fd");
    expect(readAll(`/dev/fd/${fd}`)).toBe("0123456789");
    expect(readAll("/dev/fd/9")).toBe("ENOENT");
  });
});

describe("/proc", () => {
  it("describes processes as ps reads them", () => {
    expect(readLink("/proc/self")).toBe(String(process.pid));
    const stat = readAll("/proc/self/stat").trim().split(" ");
    expect(stat).toHaveLength(52);
    expect(stat.slice(0, 8)).toEqual(["1", "(test)", "R", "0", "1", "1", "0", "-1"]);
    expect([stat[13], stat[14], stat[21], stat[22], stat[23]]).toEqual(["150", "25", "200", String(0x2000 + 0x800000), "3"]);
    expect(readAll("/proc/1/cmdline")).toBe("test\0-x\0");
    expect(readAll("/proc/1/comm")).toBe("test\n");
    expect(readAll("/proc/1/status")).toMatch(/^Name:\ttest\n[^]*State:\tR \(running\)\n[^]*Uid:\t0\t0\t0\t0\n[^]*VmRSS:\t {6}12 kB\n/);
    expect(readAll("/proc/1/statm")).toBe("2050 3 0 0 0 2048 0\n");
    expect(readAll("/proc/1/maps")).toContain("bf7ff000-bffff000 rw-p 00000000 00:00 0          [stack]\n");
    expect(readAll("/proc/99/stat")).toBe("ENOENT");
    expect(readAll("/proc/1/task/1/comm")).toBe("test\n");
  });

  it("describes the system", () => {
    expect(readAll("/proc/uptime")).toBe("12.34 10.00\n");
    expect(readAll("/proc/loadavg")).toBe("0.00 0.50 1.00 1/1 1\n");
    expect(readAll("/proc/meminfo")).toMatch(/^MemTotal: {10}65536 kB\nMemFree: {11}32768 kB\n/);
    expect(readAll("/proc/stat")).toMatch(/^cpu {2}200 0 100 1000 /);
    expect(readAll("/proc/mounts")).toBe("root / memfs rw 0 0\ndev /dev devtmpfs rw 0 0\nproc /proc proc rw 0 0\n");
    expect(readAll("/proc/version")).toMatch(/^Linux version 6.1.0 /);
    expect(readAll("/proc/cpuinfo")).toMatch(/^vendor_id\t: GenuineIntel$.*^model name\t: a processor$.*^flags\t\t: fpu sse2$/ms);
  });

  it("links to open objects, names or not", () => {
    const [reader] = pipe();
    const fd = open("/f");
    run(() => system.call.unlink(process, { path: "/f" }));
    expect(readLink(`/proc/self/fd/${fd}`)).toBe("/f (deleted)");
    expect(readAll(`/proc/self/fd/${fd}`)).toBe("0123456789");
    expect(readLink(`/proc/self/fd/${reader}`)).toMatch(/^pipe:\[\d+\]$/);
    expect(readLink("/proc/self/cwd")).toBe("/");
    expect(readLink("/proc/self/exe")).toBe("ENOENT");
    const stranger = system.newProcess().become(1000);
    expect(readAll(`/proc/1/fd/${fd}`, stranger)).toBe("EACCES");
    expect(readAll("/proc/1/environ", stranger)).toBe("EACCES");
  });

  it("cannot be changed", () => {
    expect(open("/proc/new", O_CREAT | O_WRONLY)).toBe("EPERM");
    expect(run(() => system.call.unlink(process, { path: "/proc/uptime" }))).toBe("EPERM");
    expect(run(() => system.call.rmdir(process, { path: "/proc" }))).toBe("EBUSY");
  });
});
