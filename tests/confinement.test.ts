/** A confined system: programs run as ever, what the policy forbids is refused and told, and nothing gets round the chief. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lites, projectRoot } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lites-confine-"));
  await guestProgram("hostile");
  await guestProgram("l3-calls");
  await guestProgram("chroot");
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A policy in a file. */
function policy(text: string): string {
  const file = join(directory, "policy");
  writeFileSync(file, text);
  return file;
}

const told = (stderr: string): string[] => stderr.split("\n").filter((line) => line.startsWith("lites: confine: "));

describe("a confined system", () => {
  const busy = `
    ls -l /bin | wc -l; echo a b c | tr a-z A-Z > /tmp/x; cat /tmp/x
    trap "echo usr1" USR1; (sleep 0.05; kill -USR1 $$) & wait; wait
    yes | head -100000 | wc -c; seq 1 3000 | sort -rn | head -2; sleep 10 & kill -9 $!; wait $!; echo $?
    i=0; while [ $i -lt 20 ]; do (echo $i | cat) & i=$((i+1)); done | sort -n | tail -1; sh -c 'kill -SEGV $$'; echo $?`;

  test("does what an unconfined one does, and repeats", () => {
    const plain = lites(["--virtual-clock", "-c", busy]);
    const first = lites(["--virtual-clock", "--confine", "watch", "-c", busy]);
    const second = lites(["--virtual-clock", "--confine", "watch", "-c", busy]);
    expect(first.stdout).toBe(plain.stdout);
    expect(first.stdout).toMatch(/usr1\n200000\n3000\n2999\n137\n19\n139\n$/);
    expect(told(first.stderr).length).toBeGreaterThan(500);
    expect(second).toEqual(first);
  });

  test("has the kernel's calls as an unconfined one has, and its clans", () => {
    const script = "/test/l3-calls; l3-ram-disk | tail -2; l3-chief 2 | tail -1; l3-clock-manager -f 3 seq 2";
    const { stdout } = lites(["--virtual-clock", "--confine", "watch", "--mount", `${guestDirectory}:/test:ro`, "-c", script]);
    expect(stdout).toBe("77 checks, 0 wrong\nclose: no error\ndead: the driver cannot be reached\n5: -1\n1\n2\n");
  });

  test("tells what it sees: programs, their numbers, calls, and paths", () => {
    const { stderr } = lites(["--confine", "watch", "-c", "cat /etc/passwd > /dev/null"]);
    const lines = told(stderr);
    expect(lines).toContain('lites: confine: sh (2) execve "/bin/cat"');
    expect(lines).toContain('lites: confine: cat (2) openat "/etc/passwd"');
    expect(lines.some((line) => line.endsWith("cat (2) exit_group"))).toBe(true);
  });

  test("read-only: writing fails with EROFS, reading works", () => {
    const script =
      "echo x > /dev/null; echo x > /tmp/x; mkdir /d; rm /etc/passwd; mv /bin/ls /bin/sl; chmod 0 /etc/passwd; head -1 /etc/passwd; ls /tmp; exit 3";
    const { stdout, stderr, status } = lites(["--confine", "read-only", "-c", script]);
    expect(stdout).toBe("root:x:0:0:root:/root:/bin/sh\n");
    expect(status).toBe(3);
    expect(stderr).toContain("cannot create /tmp/x: Read-only file system");
    expect(told(stderr).length).toBe(5);
    expect(told(stderr).every((line) => line.endsWith(": EROFS"))).toBe(true);
  });

  test("one-process: programs replace the shell, but nothing is forked", () => {
    expect(lites(["--confine", "one-process", "exec", "/bin/echo", "hello"]).stdout).toBe("hello\n");
    const { stdout, stderr } = lites(["--confine", "one-process", "-c", "echo first; ls | cat; echo last"]);
    expect(stdout).toBe("first\n");
    expect(stderr).toContain("Cannot fork");
  });

  test("a policy of one's own: order, bits of arguments, the default, the error", () => {
    const file = policy("# comment\nallow mkdir*\ndeny mk*, unlink*   # all others\ndeny openat if 2 & 0x40\nerrno EACCES\nlog none\n");
    const script = "mkdir /d && echo ok; rm /etc/passwd; echo > /new; wc -l < /etc/passwd";
    const { stdout, stderr } = lites(["--confine", file, "-c", script]);
    expect(stdout).toMatch(/^ok\n\d+\n$/);
    for (const what of ["cannot remove '/etc/passwd'", "cannot create /new"]) expect(stderr).toContain(`${what}: Permission denied`);
    expect(told(stderr)).toEqual([]);
  });

  test("a rule for one file, by whatever name", () => {
    const file = policy("allow openat of /tmp/yes\ndeny openat if 2 & 0x40\nlog none\n");
    const script =
      "cd /tmp; for name in yes /tmp/yes /tmp/./yes /proc/self/cwd/yes /tmp/yes/ /tmp/no no; do (echo > $name) && echo $name; done; ls";
    expect(lites(["--confine", file, "-c", script]).stdout).toBe("yes\n/tmp/yes\n/tmp/./yes\n/proc/self/cwd/yes\nyes\n");
  });

  test("rules for directories, with exceptions in them; the log names the program's call and the place", () => {
    const file = policy("allow @open under /etc/none\nallow @open of /etc/hosts\ndeny @open under /etc\nerrno EACCES\n");
    const script = "cd /etc; cat passwd; cat hosts > /dev/null && echo hosts; ls > /dev/null; echo bye";
    const { stdout, stderr } = lites(["--confine", file, "-c", script]);
    expect(stdout).toBe("hosts\nbye\n");
    expect(told(stderr).some((line) => /: cat \(\d+\) openat "passwd" \(\/etc\/passwd\): EACCES$/.test(line))).toBe(true);
    expect(told(stderr).some((line) => /^lites: confine: ls \(\d+\) openat ".*" \(\/etc\): EACCES$/.test(line))).toBe(true);
  });

  test("what is allowed in some places only is denied elsewhere, and where there is no place", () => {
    const file = policy(
      "default deny\nallow @open under /tmp\nallow @exec, @transfer, @memory, @look, @handlers, @own, @ask, @descriptor\nlog none",
    );
    const script = "echo x > /tmp/x && echo written; echo x > /proc/self/fd/1 || echo refused; read line < /etc/passwd || echo refused";
    expect(lites(["--confine", file, "-c", script]).stdout).toBe("written\nrefused\nrefused\n");
  });

  test("descriptors lead to places too", () => {
    const file = policy("deny getdents64, fchmod under /etc\nlog none");
    const script = "ls /etc 2> /dev/null | head -1; ls /bin | head -1; ls / | head -1";
    expect(lites(["--confine", file, "-c", script]).stdout).toBe("[\nbin\n");
  });

  test("groups deny what single names forget, and the log tells which call it was", () => {
    const { stderr } = lites(["--confine", policy("deny @fork, @system, @signal"), "-c", "kill -0 1; exec 2> /dev/null; (true); true"]);
    const lines = told(stderr).map((line) => line.replace(/ \(\d+\)/, ""));
    expect(lines).toEqual(["lites: confine: sh kill: EPERM", "lites: confine: sh fork: EPERM"]);
    const system = lites(["--confine", "read-only", "exec", "/bin/hostname", "new"]);
    expect(told(system.stderr)).toEqual(["lites: confine: hostname (2) sethostname: EROFS"]);
  });

  test("read-only cannot be left by a file that only looks like the null device", () => {
    const mounted = mkdtempSync(join(directory, "mount-"));
    mkdirSync(join(mounted, "dev"));
    mkdirSync(join(mounted, "bin"));
    writeFileSync(join(mounted, "dev", "null"), "untouched");
    writeFileSync(join(mounted, "dev", "tty"), "untouched");
    copyFileSync(join(projectRoot, "build", "userland", "bin", "sh"), join(mounted, "bin", "sh"));
    chmodSync(join(mounted, "bin", "sh"), 0o755);
    const script =
      "/test/chroot /m /bin/sh -c 'echo changed > /dev/null; echo changed > /dev/tty; echo reached'; echo > /dev/null && echo null";
    const { stdout } = lites(["--confine", "read-only", "--mount", `${mounted}:/m`, "--mount", `${guestDirectory}:/test:ro`, "-c", script]);
    expect(stdout).toBe("reached\nnull\n");
    for (const name of ["null", "tty"]) expect(readFileSync(join(mounted, "dev", name), "utf8")).toBe("untouched");
  });

  test("where nothing is allowed programs can still end", () => {
    const denied = policy("default deny\nlog none");
    expect(lites(["--confine", denied, "-c", "echo hi"])).toMatchObject({ stdout: "", status: 2 });
    const writing = policy("default deny\nallow write, ioctl, brk\nlog none");
    expect(lites(["--confine", writing, "exec", "/bin/echo", "hi"])).toMatchObject({ stdout: "hi\n", status: 0 });
  });

  test.each([
    ["deny frobnicate", "line 1: no system call is named 'frobnicate'"],
    ["\ndeny getpid", "line 2: 'getpid' is answered inside the process and reaches no server"],
    ["log some", "line 1: 'log' needs one of all, denied, none, not 'some'"],
    ["errno EVIL", "line 1: unknown error 'EVIL'"],
    ["permit read", "line 1: unknown word 'permit' (known: deny, allow, default, errno, servers, log)"],
    ["deny", "line 1: no system call is named"],
    ["allow kill of /etc", "line 1: 'kill' is about no file"],
    ["deny @signal under /etc", "line 1: '@signal' is about no file"],
    ["deny openat of etc/passwd", "line 1: 'etc/passwd' is no absolute path"],
    ["deny openat under /etc/../etc", "line 1: '/etc/../etc': name the place without '..'"],
    ["deny openat under /proc/self/fd", "line 1: '/proc/self/fd' is another directory for each process"],
    [
      "deny openat of /etc/*",
      "line 1: '/etc/*' is no path: there are no patterns; 'under' covers a directory and all below it (quote names with such characters)",
    ],
    ["deny exit", "line 1: 'exit' cannot be denied: a program must be able to end"],
  ])("%j is refused", (text, message) => {
    const { status, stderr } = lites(["--confine", policy(text), "-c", "true"]);
    expect([status, stderr]).toEqual([2, `lites: --confine: policy '${join(directory, "policy")}': ${message}\n`]);
  });

  test("a policy that does not exist is refused", () => {
    const { status, stderr } = lites(["--confine", "nonsense", "-c", "true"]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "lites: --confine: no policy 'nonsense': neither one of read-only, one-process, watch, nor a file that can be read\n",
    );
  });
});

describe("nothing escapes", () => {
  const attack = (how: string, ...options: string[]) =>
    lites([...options, "--virtual-clock", "--mount", `${guestDirectory}:/test:ro`, "-c", `/test/hostile ${how}; echo alive; echo x | cat`]);

  test("10 000 messages to all servers, drivers and processes: those that leave the clan are refused, but system calls", () => {
    const { stdout, stderr } = attack("all", "--confine", policy("log denied"));
    expect(stdout).toBe("done\nalive\nx\n");
    const refused = told(stderr);
    expect(refused.length).toBeGreaterThan(2000);
    expect(refused.every((line) => /^lites: confine: hostile \(\d+\) message \d+ to 0x[0-9a-f]+: denied$/.test(line))).toBe(true);
    // σ0, interrupts, disk, channels, memory manager, and other threads of the Unix server.
    const partners = new Set(refused.map((line) => / to (0x[0-9a-f]+):/.exec(line)![1]));
    for (const task of [2, 3, 4, 5, 8]) expect(partners).toContain(`0x${((task << 17) | 1).toString(16)}`);
    expect(partners).toContain(`0x${((9 << 17) | (1 << 10) | 1).toString(16)}`);
  });

  test("random kernel calls, and random messages to the server", () => {
    const quiet = policy("log none");
    expect(attack("kernel-calls > /dev/null", "--confine", quiet).stdout).toBe("alive\nx\n");
    expect(attack("messages > /dev/null", "--confine", quiet).stdout).toBe("alive\nx\n");
  });

  test("without a policy the superuser's messages pass, those of others do not", () => {
    const passed = (who: string) => {
      const options = ["--virtual-clock", "--trace", "ipc", "--mount", `${guestDirectory}:/test:ro`];
      const lines = lites([...options, "exec", "/test/hostile", "all", who]).stderr.split("\n");
      // The Unix server itself has no business with the interrupt server.
      return lines.filter((line) => /^ipc lites\[9\]\S* -> interrupts\[3\] /.test(line)).length;
    };
    expect(passed("root")).toBeGreaterThan(20);
    expect(passed("user")).toBe(0);
  });
});
