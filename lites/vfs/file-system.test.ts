/**
 * Identity, content, permissions and the walls of mounted host directories.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { descriptorLinks, hostFiles } from "#node/host-files.ts";
import { S_IFCHR, S_IFIFO, S_IFSOCK } from "../abi/file-mode.ts";
import { AT_FDCWD, O_APPEND, O_CREAT, O_LARGEFILE, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../abi/open-flags.ts";
import { SIGXFSZ } from "../abi/signals.ts";
import { DirectoryHandles } from "../filesystems/directory-handles.ts";
import { NodeFileSystem } from "../filesystems/node-fs.ts";
import type { NodeFs } from "../filesystems/node-interface.ts";
import { type Bench, bench, bytes, out, run, type TestProcess, text } from "../../tests/support/file-side.ts";

/** A system with these files in its root, and other trees mounted. */
const newSystem = (mounts: Parameters<typeof bench>[1] = [], files: Record<string, string | null> = {}, space?: number) =>
  bench(createFsFromVolume(Volume.fromJSON(files, "/")) as unknown as NodeFs, mounts, space);

const made: string[] = [];
function hostDirectory(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "lites-files-")));
  made.push(path);
  return path;
}
afterAll(() => {
  for (const path of made) fs.rmSync(path, { recursive: true });
});

/** Short forms of calls, with the errno's name as result of a failure. */
function calls({ call }: Bench, process: TestProcess) {
  return {
    open: (path: string, flags = O_RDONLY, mode = 0o644) => run(() => call.open(process, { path, flags, mode })) as number,
    close: (fd: number) => run(() => call.close(process, { fd })),
    write: (fd: number, data: string) => run(() => call.write(process, { fd, buffer: bytes(data), count: data.length })),
    read(fd: number, count = 4096) {
      const buffer = out();
      const result = run(() => call.read(process, { fd, buffer, count }));
      return typeof result === "string" ? result : text(buffer.data);
    },
    pread(fd: number, count: number, position: number) {
      const buffer = out();
      const result = run(() => call.pread64(process, { fd, buffer, count, low: position >>> 0, high: Math.floor(position / 2 ** 32) }));
      return typeof result === "string" ? result : text(buffer.data);
    },
    pwrite: (fd: number, data: string, position: number) =>
      run(() => call.pwrite64(process, { fd, buffer: bytes(data), count: 0, low: position >>> 0, high: Math.floor(position / 2 ** 32) })),
    seek: (fd: number, offset: number, whence: number) => run(() => call.lseek(process, { fd, offset, whence })),
    stat: (path: string) => run(() => ({ ...call_resolve(process, path) })),
    unlink: (path: string) => run(() => call.unlink(process, { path })),
    rename: (from: string, to: string) => run(() => call.rename(process, { from, to })),
    mkdir: (path: string, mode = 0o755) => run(() => call.mkdir(process, { path, mode })),
    symlink: (target: string, path: string) => run(() => call.symlink(process, { target, path })),
    chdir: (path: string) => run(() => call.chdir(process, { path })),
    chmod: (path: string, mode: number) => run(() => call.chmod(process, { path, mode })),
    chown: (path: string, uid: number, gid: number) => run(() => call.chown32(process, { path, uid, gid })),
    getcwd() {
      const buffer = out();
      const result = run(() => call.getcwd(process, { buffer, size: 4096 }));
      return typeof result === "string" ? result : text(buffer.data).slice(0, -1);
    },
  };
  function call_resolve(by: TestProcess, path: string) {
    return system.side.files.resolve(by, path).inode.attributes();
  }
}

let system: Bench;
let process: TestProcess;
let sh: ReturnType<typeof calls>;
function start(mounts: Parameters<typeof bench>[1] = [], populate = {}, space?: number): void {
  system = newSystem(mounts, populate, space);
  process = system.newProcess();
  sh = calls(system, process);
}

/** Directory handles of all mounts. */
const handlesOf = ({ side }: Bench): number =>
  side.files.mountedFileSystems().reduce((count, { fileSystem }) => {
    const access = fileSystem instanceof NodeFileSystem ? fileSystem.access : undefined;
    return count + (access instanceof DirectoryHandles ? access.count : 0);
  }, 0);

/** The same tests for both kinds of tree: in "/t". */
const trees: [string, () => void][] = [
  ["memfs", () => start([], { "/t": null })],
  ["host directory by names", () => start([{ fs: hostFiles, directory: hostDirectory(), path: "/t" }])],
  ...(descriptorLinks === undefined
    ? []
    : ([["host directory", () => start([{ fs: hostFiles, directory: hostDirectory(), path: "/t", descriptorLinks }])]] satisfies [
        string,
        () => void,
      ][])),
];

for (const [name, prepare] of trees) {
  describe(`files on a ${name}`, () => {
    beforeEach(prepare);

    it("takes names and link targets as bytes", () => {
      const names = ["plain", "gr\xc3\xb6\xc3\x9fe", "\xff", "\xfe", "\xc3", "\xef\xbf\xbd", "\xed\xa0\x80", "\xf0\x9f\x98\x80"];
      for (const each of names) sh.close((sh.write(sh.open(`/t/${each}`, O_CREAT | O_WRONLY), each), 0));
      const listed = () =>
        system.side.files
          .resolve(process, "/t")
          .inode.asDirectory()
          .entries()
          .map((entry) => entry.name);
      expect(listed().sort()).toEqual([...names].sort());
      for (const each of names) expect(sh.read(sh.open(`/t/${each}`))).toBe(text(bytes(each)));
      sh.mkdir("/t/d\xfa");
      expect(sh.rename("/t/\xff", "/t/d\xfa/\xfd")).toBe(0);
      sh.symlink("d\xfa/\xfd", "/t/l\xfb");
      expect(sh.read(sh.open("/t/l\xfb"))).toBe(text(bytes("\xff")));
      const buffer = out();
      expect(run(() => system.call.readlink(process, { path: "/t/l\xfb", buffer, size: 100 }))).toBe(4);
      expect(buffer.data).toEqual(Uint8Array.of(0x64, 0xfa, 0x2f, 0xfd));
      expect(sh.unlink("/t/\xfe")).toBe(0);
      expect(sh.open("/t/\xfe")).toBe("ENOENT");
      sh.chdir("/t/d\xfa");
      const cwd = out();
      system.call.getcwd(process, { buffer: cwd, size: 100 });
      expect(cwd.data).toEqual(Uint8Array.of(0x2f, 0x74, 0x2f, 0x64, 0xfa, 0));
      expect(sh.unlink(`/t/${"x".repeat(256)}`)).toBe("ENAMETOOLONG");
      expect(sh.unlink(`/t/${"\xff".repeat(255)}`)).toBe("ENOENT");
    });

    it("keeps times to the nanosecond", () => {
      sh.close(sh.open("/t/f", O_CREAT | O_WRONLY));
      const set = (...times: bigint[]) => {
        const words = times
          .flatMap((ns) => [((ns % 10n ** 9n) + 10n ** 9n) % 10n ** 9n, ns])
          .map((value, index, all) => (index % 2 ? (value - all[index - 1]!) / 10n ** 9n : value));
        const bytes = new BigInt64Array([words[1]!, words[0]!, words[3]!, words[2]!]);
        return run(() =>
          system.call.utimensat_time64(process, { dirfd: AT_FDCWD, path: "/t/f", times: new Uint8Array(bytes.buffer), flags: 0 }),
        );
      };
      for (const [atimeNs, mtimeNs] of [
        [1_700_000_000_123_456_789n, 1_600_000_000_999_999_999n],
        [-1_500_000_001n, -1n],
        [1n, 4_000_000_000_000_000_001n],
      ] as const) {
        expect(set(atimeNs, mtimeNs)).toBe(0);
        expect(sh.stat("/t/f")).toMatchObject({ atimeNs, mtimeNs });
        sh.rename("/t/f", "/t/g");
        expect(sh.stat("/t/g")).toMatchObject({ atimeNs, mtimeNs });
        sh.rename("/t/g", "/t/f");
      }
      const fd = sh.open("/t/f", O_WRONLY);
      sh.write(fd, "x");
      expect((sh.stat("/t/f") as { mtimeNs: bigint }).mtimeNs).not.toBe(4_000_000_000_000_000_001n);
    });

    it("goes up from a removed directory, and has sockets as nodes", () => {
      sh.mkdir("/t/a");
      sh.mkdir("/t/a/b");
      sh.chdir("/t/a/b");
      expect(run(() => system.call.rmdir(process, { path: "/t/a/b" }))).toBe(0);
      expect(sh.getcwd()).toBe("ENOENT");
      expect(sh.stat(".")).toMatchObject({ nlink: 0 });
      expect(sh.mkdir("x")).toBe("ENOENT");
      expect(sh.chdir("..")).toBe(0);
      expect(sh.getcwd()).toBe("/t/a");
      expect(run(() => system.call.mknod(process, { path: "s", mode: S_IFSOCK | 0o600, device: 0 }))).toBe(0);
      expect(sh.stat("s")).toMatchObject({ mode: S_IFSOCK | 0o600 });
      expect(sh.open("s")).toBe("ENXIO");
    });

    it("goes down and up many directories", () => {
      // By names each step looks at the whole chain, and paths of the host have an end.
      const depth = name.endsWith("by names") ? 30 : 1000;
      for (let level = 0; level < depth; level++) {
        expect(sh.mkdir(level === 0 ? "/t/dir" : "dir")).toBe(0);
        expect(sh.chdir(level === 0 ? "/t/dir" : "dir")).toBe(0);
      }
      expect(sh.close(sh.open("bottom", O_CREAT | O_WRONLY))).toBe(0);
      expect(handlesOf(system)).toBeLessThan(300);
      sh.chdir("/");
      expect(sh.chdir("/t/dir")).toBe(0);
      for (let level = 1; level < depth; level++) expect(sh.chdir("dir")).toBe(0);
      expect(sh.unlink("bottom")).toBe(0);
      for (let level = 0; level < depth; level++) {
        expect(sh.chdir("..")).toBe(0);
        expect(run(() => system.call.rmdir(process, { path: "dir" }))).toBe(0);
      }
      expect(sh.stat("/t/dir")).toBe("ENOENT");
      system.side.close();
      expect(handlesOf(system)).toBe(0);
    });

    it("keeps the content of an unlinked file while it is open", () => {
      const fd = sh.open("/t/f", O_CREAT | O_RDWR);
      sh.write(fd, "hello");
      sh.unlink("/t/f");
      expect(sh.open("/t/f")).toBe("ENOENT");
      expect(sh.pread(fd, 10, 1)).toBe("ello");
      sh.write(fd, " world");
      expect(sh.pread(fd, 20, 0)).toBe("hello world");
      expect(process.descriptors[fd]!.file.inode.attributes().nlink).toBe(0);
      expect(sh.close(fd)).toBe(0);
    });

    it("keeps a file that is only opened for reading and unlinked before the first read", () => {
      sh.close((sh.write(sh.open("/t/f", O_CREAT | O_WRONLY), "kept"), 0));
      const fd = sh.open("/t/f");
      sh.unlink("/t/f");
      expect(sh.read(fd)).toBe("kept");
    });

    it("replaces a file by rename while both are open", () => {
      const a = sh.open("/t/a", O_CREAT | O_RDWR);
      const b = sh.open("/t/b", O_CREAT | O_RDWR);
      sh.write(a, "A");
      sh.write(b, "B");
      const identity = process.descriptors[a]!.file.inode;
      expect(sh.rename("/t/a", "/t/b")).toBe(0);
      expect(sh.pread(b, 1, 0)).toBe("B");
      expect(system.side.files.resolve(process, "/t/b").inode).toBe(identity);
      expect(sh.read(sh.open("/t/b"))).toBe("A");
    });

    it("is one inode under all names while referenced", () => {
      const fd = sh.open("/t/f", O_CREAT | O_RDWR);
      system.call.link(process, { from: "/t/f", to: "/t/g" });
      const { inode } = process.descriptors[fd]!.file;
      expect(system.side.files.resolve(process, "/t/g").inode).toBe(inode);
      sh.unlink("/t/f");
      expect(system.side.files.resolve(process, "/t/g").inode).toBe(inode);
      sh.write(fd, "x");
      sh.close(fd);
      expect(sh.read(sh.open("/t/g"))).toBe("x");
    });

    it("follows a renamed working directory and loses a removed one", () => {
      sh.mkdir("/t/a");
      sh.mkdir("/t/a/b");
      sh.chdir("/t/a/b");
      sh.rename("/t/a", "/t/z");
      expect(sh.getcwd()).toBe("/t/z/b");
      sh.close(sh.open("f", O_CREAT | O_WRONLY));
      expect(sh.stat("/t/z/b/f")).toMatchObject({ nlink: 1 });
      sh.unlink("f");
      expect(run(() => system.call.rmdir(process, { path: "/t/z/b" }))).toBe(0);
      expect(sh.getcwd()).toBe("ENOENT");
      expect(sh.open("f", O_CREAT | O_WRONLY)).toBe("ENOENT");
      expect(sh.open("x")).toBe("ENOENT");
    });

    it("appends at the end, wherever the position is", () => {
      const fd = sh.open("/t/f", O_CREAT | O_RDWR | O_APPEND);
      sh.write(fd, "one");
      sh.seek(fd, 0, 0);
      sh.write(fd, "two");
      expect(sh.seek(fd, 0, 1)).toBe(6);
      expect(sh.pread(fd, 10, 0)).toBe("onetwo");
    });

    it("fills holes with zeros and truncates both ways", () => {
      const fd = sh.open("/t/f", O_CREAT | O_RDWR);
      sh.seek(fd, 5, 0);
      sh.write(fd, "x");
      expect(sh.pread(fd, 10, 0)).toBe("\0\0\0\0\0x");
      system.call.ftruncate(process, { fd, length: 2 });
      system.call.ftruncate(process, { fd, length: 4 });
      expect(sh.pread(fd, 10, 0)).toBe("\0\0\0\0");
      sh.close(sh.open("/t/f", O_WRONLY | O_TRUNC));
      expect(sh.stat("/t/f")).toMatchObject({ size: 0 });
    });

    it("applies the umask, exact modes and the size limit", () => {
      process.umask = 0o027;
      sh.close(sh.open("/t/f", O_CREAT | O_WRONLY, 0o666));
      sh.mkdir("/t/d", 0o777);
      expect(sh.stat("/t/f")).toMatchObject({ mode: 0o100640 });
      expect(sh.stat("/t/d")).toMatchObject({ mode: 0o040750 });
      sh.chmod("/t/f", 0o4755);
      expect(sh.stat("/t/f")).toMatchObject({ mode: 0o104755 });
      process.fileSizeLimit = 4;
      const fd = sh.open("/t/f", O_RDWR);
      expect(sh.write(fd, "123456")).toBe(4);
      expect(sh.write(fd, "5")).toBe("EFBIG");
      expect(process.signals).toEqual([SIGXFSZ]);
    });

    it("has FIFOs and devices in any directory", () => {
      system.call.mknod(process, { path: "/t/fifo", mode: S_IFIFO | 0o600, device: 0 });
      system.call.mknod(process, { path: "/t/null", mode: S_IFCHR | 0o666, device: 0x103 });
      const fd = sh.open("/t/fifo", O_RDWR);
      sh.write(fd, "through");
      expect(sh.read(fd)).toBe("through");
      expect(sh.write(sh.open("/t/null", O_WRONLY), "gone")).toBe(4);
      sh.mkdir("/t/d");
      expect(sh.rename("/t/fifo", "/t/d/fifo")).toBe(0);
      expect(sh.stat("/t/d/fifo")).toMatchObject({ mode: S_IFIFO | 0o600 });
      const listed = system.side.files.resolve(process, "/t/d").inode.asDirectory().entries();
      expect(listed.map((entry) => [entry.name, entry.type])).toEqual([["fifo", 1]]);
      expect(run(() => system.call.rmdir(process, { path: "/t/d" }))).toBe("ENOTEMPTY");
      expect(sh.unlink("/t/d/fifo")).toBe(0);
      expect(run(() => system.call.rmdir(process, { path: "/t/d" }))).toBe(0);
    });

    it("keeps times to the second at least and sets them", () => {
      sh.close(sh.open("/t/f", O_CREAT | O_WRONLY));
      const times = new Uint8Array(Int32Array.of(1000, 5000, 2000, 6000).buffer);
      expect(run(() => system.call.utimes(process, { path: "/t/f", times }))).toBe(0);
      expect(sh.stat("/t/f")).toMatchObject({ atimeNs: 1000_005_000_000n, mtimeNs: 2000_006_000_000n });
    });

    it("lists directories with stable positions while entries go", () => {
      for (let i = 0; i < 20; i++) sh.close(sh.open(`/t/file${i}`, O_CREAT | O_WRONLY));
      const fd = sh.open("/t");
      const names: string[] = [];
      for (;;) {
        const buffer = out(100);
        const length = run(() => system.call.getdents64(process, { fd, buffer, size: 100 })) as number;
        if (length === 0) break;
        const view = new DataView(buffer.data!.buffer, buffer.data!.byteOffset);
        for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
          const name = text(buffer.data!.subarray(at + 19)).split("\0")[0]!;
          names.push(name);
          if (name.startsWith("file")) sh.unlink(`/t/${name}`);
        }
      }
      expect(names.slice(0, 2)).toEqual([".", ".."]);
      expect(names.slice(2).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `file${i}`).sort());
      sh.seek(fd, 0, 0);
      const buffer = out();
      expect(run(() => system.call.getdents64(process, { fd, buffer, size: 4096 }))).toBe(48);
      expect(run(() => system.call.getdents(process, { fd: sh.open("/t"), buffer: out(4), size: 4 }))).toBe("EINVAL");
    });
  });
}

describe("permissions", () => {
  beforeEach(() => start([], { "/t": null }));

  it("are checked for others than root", () => {
    sh.chmod("/t", 0o755);
    sh.close(sh.open("/t/secret", O_CREAT | O_WRONLY, 0o600));
    sh.mkdir("/t/closed", 0o700);
    sh.close(sh.open("/t/closed/f", O_CREAT | O_WRONLY));
    sh.close(sh.open("/t/group", O_CREAT | O_WRONLY, 0o640));
    sh.chown("/t/group", 0, 50);
    process.become(1000, 1000, [50]);
    expect(sh.open("/t/secret")).toBe("EACCES");
    expect(sh.open("/t/closed/f")).toBe("EACCES");
    expect(sh.open("/t/new", O_CREAT | O_WRONLY)).toBe("EACCES");
    expect(sh.unlink("/t/secret")).toBe("EACCES");
    expect(typeof sh.open("/t/group")).toBe("number");
    expect(sh.open("/t/group", O_WRONLY)).toBe("EACCES");
    expect(sh.chmod("/t/secret", 0o777)).toBe("EPERM");
    expect(sh.chown("/t/secret", 1000, -1)).toBe("EPERM");
  });

  it("let root do everything but execute what nobody may", () => {
    sh.close(sh.open("/t/f", O_CREAT | O_WRONLY, 0));
    const fd = sh.open("/t/f", O_RDWR);
    expect(() => system.side.files.executable(process, "/t/f")).toThrow("Permission denied");
    sh.chmod("/t/f", 0o001);
    expect(() => system.side.files.executable(process, "/t/f")).toThrow("Text file busy");
    sh.close(fd);
    expect(system.side.files.executable(process, "/t/f").path).toBe("/t/f");
    expect(() => system.side.files.executable(process, "/t")).toThrow("Permission denied");
  });

  it("guard names in sticky directories", () => {
    sh.mkdir("/t/tmp");
    sh.chmod("/t/tmp", 0o1777);
    sh.close(sh.open("/t/tmp/root", O_CREAT | O_WRONLY, 0o666));
    process.become(1000);
    sh.close(sh.open("/t/tmp/mine", O_CREAT | O_WRONLY));
    expect(sh.unlink("/t/tmp/root")).toBe("EPERM");
    expect(sh.rename("/t/tmp/root", "/t/tmp/x")).toBe("EPERM");
    expect(sh.rename("/t/tmp/mine", "/t/tmp/root")).toBe("EPERM");
    expect(sh.rename("/t/tmp/mine", "/t/tmp/x")).toBe(0);
    expect(sh.stat("/t/tmp/x")).toMatchObject({ uid: 1000, gid: 1000 });
  });

  it("use the real ids for access(2)", () => {
    sh.close(sh.open("/t/f", O_CREAT | O_WRONLY, 0o600));
    process.credentials.uid = 1000;
    process.credentials.gid = 1000;
    expect(run(() => system.call.access(process, { path: "/t/f", mode: 4 }))).toBe("EACCES");
    expect(run(() => system.call.faccessat2(process, { dirfd: AT_FDCWD, path: "/t/f", mode: 4, flags: 0x200 }))).toBe(0);
  });

  it("inherit the group in set-group-id directories and lose set-ids by writing", () => {
    sh.mkdir("/t/d");
    sh.chown("/t/d", 0, 77);
    sh.chmod("/t/d", 0o2777);
    sh.mkdir("/t/d/sub");
    expect(sh.stat("/t/d/sub")).toMatchObject({ gid: 77, mode: 0o042755 });
    process.become(1000);
    const fd = sh.open("/t/d/f", O_CREAT | O_WRONLY, 0o777);
    sh.chmod("/t/d/f", 0o4755);
    sh.write(fd, "x");
    expect(sh.stat("/t/d/f")).toMatchObject({ mode: 0o100755, gid: 77 });
  });
});

describe("chroot", () => {
  it("keeps the process inside", () => {
    start([], { "/jail/in": "inside", "/out": "outside" });
    sh.symlink("/out", "/jail/link");
    run(() => system.call.chroot(process, { path: "/jail" }));
    sh.chdir("/");
    expect(sh.getcwd()).toBe("/");
    expect(sh.open("../out")).toBe("ENOENT");
    expect(sh.open("/../../out")).toBe("ENOENT");
    expect(sh.open("link")).toBe("ENOENT");
    expect(sh.read(sh.open("/in"))).toBe("inside");
  });
});

describe("mounted host directories", () => {
  let outside: string;
  let inside: string;
  beforeEach(() => {
    outside = hostDirectory();
    inside = join(outside, "inside");
    fs.mkdirSync(inside);
    fs.writeFileSync(join(outside, "secret"), "secret");
    fs.writeFileSync(join(inside, "f"), "f");
    start([{ fs: hostFiles, descriptorLinks, directory: inside, path: "/mnt" }]);
  });

  it("cannot be left by ..", () => {
    expect(sh.open("/mnt/../secret")).toBe("ENOENT");
    sh.chdir("/mnt");
    expect(sh.open("../secret")).toBe("ENOENT");
    expect(sh.stat("..")).toMatchObject({ ino: (sh.stat("/") as { ino: number }).ino });
  });

  it("cannot be left by symbolic links of the host: they lead through the guest's tree", () => {
    fs.symlinkSync(join(outside, "secret"), join(inside, "absolute"));
    fs.symlinkSync("../secret", join(inside, "relative"));
    fs.symlinkSync("..", join(inside, "up"));
    fs.symlinkSync("/mnt/f", join(inside, "guest"));
    for (const path of ["absolute", "relative", "up/secret"]) expect(sh.open(`/mnt/${path}`)).toBe("ENOENT");
    expect(sh.open("/mnt/relative", O_CREAT | O_WRONLY)).not.toBe("EACCES");
    expect(fs.readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
    expect(sh.read(sh.open("/mnt/guest"))).toBe("f");
  });

  it("cannot be left by symbolic links of the guest", () => {
    sh.symlink(join(outside, "secret"), "/mnt/a");
    sh.symlink("../secret", "/mnt/b");
    expect(sh.open("/mnt/a")).toBe("ENOENT");
    expect(sh.open("/mnt/b")).toBe("ENOENT");
    expect(fs.readlinkSync(join(inside, "b"))).toBe("../secret");
  });

  it("cannot be left by putting a link where a directory in use was", () => {
    sh.mkdir("/mnt/d");
    sh.chdir("/mnt/d");
    const fd = sh.open("/mnt/d");
    expect(run(() => system.call.rmdir(process, { path: "/mnt/d" }))).toBe(0);
    fs.symlinkSync("..", join(inside, "d"));
    expect(sh.open("secret")).toBe("ENOENT");
    expect(run(() => system.call.openat(process, { dirfd: fd, path: "../secret", flags: O_RDONLY, mode: 0 }))).toBe("ENOENT");
    expect(sh.open("planted", O_CREAT | O_WRONLY)).toBe("ENOENT");
    expect(fs.existsSync(join(outside, "planted"))).toBe(false);
  });

  it("cannot be left when the host swaps a directory for a link", () => {
    sh.mkdir("/mnt/d");
    sh.chdir("/mnt/d");
    fs.rmdirSync(join(inside, "d"));
    fs.symlinkSync("..", join(inside, "d"));
    expect(sh.open("../secret")).toBe("ENOENT");
    expect(sh.open("secret")).toBe("ENOENT");
    expect(sh.mkdir("planted")).toBe("ENOENT");
    expect(fs.existsSync(join(outside, "planted"))).toBe(false);
  });

  it("cannot be left when the host swaps an open file's name for a link", () => {
    const inode = system.side.files.resolve(process, "/mnt/f").inode;
    fs.rmSync(join(inside, "f"));
    fs.symlinkSync("../secret", join(inside, "f"));
    expect(() => inode.readAt(0, new Uint8Array(10))).toThrow();
  });

  it("show the host's changes at once", () => {
    fs.writeFileSync(join(inside, "later"), "1");
    expect(sh.read(sh.open("/mnt/later"))).toBe("1");
    fs.appendFileSync(join(inside, "later"), "2");
    expect(sh.stat("/mnt/later")).toMatchObject({ size: 2 });
    fs.rmSync(join(inside, "later"));
    expect(sh.stat("/mnt/later")).toBe("ENOENT");
  });

  it("are mount points: busy, and another device", () => {
    sh.close(sh.open("/mnt/g", O_CREAT | O_WRONLY));
    expect(run(() => system.call.rmdir(process, { path: "/mnt" }))).toBe("EBUSY");
    expect(sh.rename("/mnt", "/x")).toBe("EBUSY");
    expect(sh.rename("/mnt/g", "/g")).toBe("EXDEV");
    expect(run(() => system.call.link(process, { from: "/mnt/g", to: "/g" }))).toBe("EXDEV");
    sh.chdir("/mnt");
    expect(sh.getcwd()).toBe("/mnt");
  });

  it("take offsets beyond 32 bits", () => {
    const fd = sh.open("/mnt/big", O_CREAT | O_RDWR | O_LARGEFILE);
    expect(sh.pwrite(fd, "end", 2 ** 33)).toBe(3);
    expect(sh.pread(fd, 10, 2 ** 33 + 1)).toBe("nd");
    expect(sh.stat("/mnt/big")).toMatchObject({ size: 2 ** 33 + 3 });
    expect(sh.open("/mnt/big")).toBe("EOVERFLOW");
    expect(sh.seek(fd, 0, 2)).toBe("EOVERFLOW");
    const result = out(8);
    expect(run(() => system.call.llseek(process, { fd, high: 2, low: 1, result, whence: 0 }))).toBe(0);
    expect(new BigInt64Array(result.data!.slice().buffer)[0]).toBe(2n ** 33n + 1n);
  });

  it("refuse everything that writes when they are read-only", () => {
    start([{ fs: hostFiles, descriptorLinks, directory: inside, path: "/mnt", readOnly: true }]);
    sh.close(sh.open("/outside", O_CREAT | O_WRONLY));
    expect(sh.read(sh.open("/mnt/f"))).toBe("f");
    expect(sh.open("/mnt/f", O_WRONLY)).toBe("EROFS");
    expect(sh.open("/mnt/f", O_RDONLY | O_TRUNC)).toBe("EROFS");
    expect(sh.open("/mnt/new", O_CREAT | O_WRONLY)).toBe("EROFS");
    expect(typeof sh.open("/mnt/f", O_CREAT | O_RDONLY)).toBe("number");
    expect(sh.mkdir("/mnt/d")).toBe("EROFS");
    expect(sh.unlink("/mnt/f")).toBe("EROFS");
    expect(sh.rename("/mnt/f", "/mnt/g")).toBe("EROFS");
    expect(sh.symlink("x", "/mnt/l")).toBe("EROFS");
    expect(sh.chmod("/mnt/f", 0o777)).toBe("EROFS");
    expect(sh.chown("/mnt/f", 1, 1)).toBe("EROFS");
    expect(run(() => system.call.utimes(process, { path: "/mnt/f", times: undefined }))).toBe("EROFS");
    expect(run(() => system.call.truncate(process, { path: "/mnt/f", length: 0 }))).toBe("EROFS");
    expect(run(() => system.call.mknod(process, { path: "/mnt/p", mode: S_IFIFO | 0o600, device: 0 }))).toBe("EROFS");
    expect(run(() => system.call.access(process, { path: "/mnt/f", mode: 2 }))).toBe("EROFS");
    expect(fs.readFileSync(join(inside, "f"), "utf8")).toBe("f");
  });
});

describe("memfs as root", () => {
  beforeEach(() => start([], { "/bin/tool": "#!", "/etc/x": "1" }));

  it("writes attributes back, and opens up what the host's user could not touch", () => {
    sh.chmod("/bin/tool", 0o4711);
    sh.chown("/etc/x", 12, 34);
    sh.chmod("/etc", 0);
    expect(sh.read(sh.open("/etc/x"))).toBe("1");
    sh.close(sh.open("/etc/y", O_CREAT | O_WRONLY, 0o600));
    expect(sh.stat("/etc")).toMatchObject({ mode: 0o040000 });
    system.side.sync();
    const mode = (path: string) => Number(system.fs.lstatSync(path, { bigint: true }).mode);
    expect(mode("/bin/tool")).toBe(0o104711);
    expect(mode("/etc")).toBe(0o040000);
    expect(sh.read(sh.open("/etc/x"))).toBe("1");
    sh.chmod("/etc", 0o755);
    system.side.sync();
    expect(mode("/etc/y")).toBe(0o100600);
    expect(Number(system.fs.lstatSync("/etc/x", { bigint: true }).uid)).toBe(12);
  });

  it("has room for so much, and a block for each name", () => {
    start([], {}, 100 * 4096);
    const free = () => {
      const buffer = out();
      run(() => system.call.statfs64(process, { path: "/", size: 84, buffer }));
      const view = new DataView(buffer.data!.buffer, buffer.data!.byteOffset);
      return [view.getUint32(8, true), view.getUint32(16, true)];
    };
    const [all, before] = free() as [number, number];
    expect(all).toBe(100);
    const fd = sh.open("/f", O_CREAT | O_RDWR);
    expect(run(() => system.call.ftruncate(process, { fd, length: 900 << 20 }))).toBe("ENOSPC");
    expect(sh.stat("/f")).toMatchObject({ size: 0 });
    expect(free()[1]).toBe(before - 1);
    // A write that has room in part is cut, the next one refused.
    const room = (before - 1) * 4096;
    expect(sh.pwrite(fd, "x".repeat(8192), room - 4096)).toBe(4096);
    expect(free()[1]).toBe(0);
    expect(sh.pwrite(fd, "x", room)).toBe("ENOSPC");
    expect(sh.pwrite(fd, "x", 0)).toBe(1);
    expect(sh.open("/g", O_CREAT | O_RDWR)).toBe("ENOSPC");
    expect(sh.mkdir("/d")).toBe("ENOSPC");
    expect(run(() => system.call.link(process, { from: "/f", to: "/h" }))).toBe("ENOSPC");
    // The content of an open file stays.
    sh.unlink("/f");
    expect(free()[1]).toBe(1);
    sh.close(fd);
    expect(free()[1]).toBe(before);
    expect(sh.mkdir("/d")).toBe(0);
    // What the host does counts too.
    system.side.sync();
    (system.fs as unknown as typeof fs).writeFileSync("/d/by-host", "x".repeat(5000));
    system.side.files.backingChanged();
    expect(free()[1]).toBe(before - 1 - 3);
    (system.fs as unknown as typeof fs).rmSync("/d", { recursive: true });
    system.side.files.backingChanged();
    expect(free()[1]).toBe(before);
  });

  it("has limits", () => {
    const fd = sh.open("/f", O_CREAT | O_RDWR | O_LARGEFILE);
    expect(sh.pwrite(fd, "x", 2 ** 40)).toBe("EFBIG");
    expect(run(() => system.call.ftruncate64(process, { fd, low: 0, high: 16 }))).toBe("EFBIG");
    expect(sh.stat("/f")).toMatchObject({ size: 0 });
  });

  it("moves links themselves", () => {
    sh.symlink("/etc/x", "/l");
    sh.rename("/l", "/etc/l");
    expect(sh.read(sh.open("/etc/l"))).toBe("1");
    expect(system.fs.readlinkSync("/etc/l", { encoding: "latin1" })).toBe("/etc/x");
    expect(sh.read(sh.open("/etc/x"))).toBe("1");
  });
});
