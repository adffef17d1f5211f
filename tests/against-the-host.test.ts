/** Guest programs that run on a Linux host too: what they print there is what they must print inside. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

const hostRunsThem = spawnSync(await guestProgram("record-locks"), { cwd: tmpdir() }).status === 0;
const isRoot = process.getuid?.() === 0;

interface Case {
  readonly name: string;
  readonly what: string;
  /** It changes user ids. */
  readonly asRoot?: boolean;
  /** Calls whose lines differ, with the reason: each must. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const lookUp = "Linux walks to both directories before it looks for the names; here the first name is looked for at once";

/** Lines of tests/guest/refused-values.c that are not as Linux has them. */
const refusedValues: Readonly<Record<string, string>> = {
  open: "O_CREAT with O_EXCL and a path that is a directory's",
  openat: "as open",
  rename: lookUp,
  renameat: lookUp,
  renameat2: lookUp,
  mprotect: "Linux protects the pages before a hole; here none",
  prctl: "most options are absent",
  sendfile: "Linux stores the offset after an error too, and says that it cannot",
  sendfile64: "as sendfile",
  clock_nanosleep: "sleeping on processor time",
  clock_nanosleep_time64: "as clock_nanosleep",
};

const cases: readonly Case[] = [
  { name: "text-busy", what: "running programs and files open for writing exclude each other" },
  { name: "record-locks", what: "F_GETLK names the first conflict" },
  { name: "events", what: "event counters and sets of watched files" },
  { name: "socket-pairs", what: "pairs of sockets" },
  { name: "shared-files", what: "/dev/shm, and mappings of /dev/zero" },
  { name: "pty-drain", what: "draining a pseudo terminal waits for nobody" },
  { name: "open-file-locks", what: "locks of open files, mremap that doubles or keeps" },
  { name: "fork-advice", what: "what a forked child gets of memory by madvise" },
  { name: "permissions", what: "who may do what to other processes", asRoot: true },
  { name: "refused-values", what: "values that calls refuse, and which of two is refused first", asRoot: true, exceptions: refusedValues },
];

/** The largest of them forks a thousand times: that takes its time on a busy machine. */
const LIMIT_MS = 240_000;

/** In a directory of its own, and at priority 0 as inside: these tests may run under nice. Only root can go back. */
function natively(program: string): string {
  const directory = mkdtempSync(join(tmpdir(), "guest-"));
  try {
    const [command, ...rest] = isRoot ? ["nice", "-n", `${-getPriority()}`, program] : [program];
    return spawnSync(command!, rest, { cwd: directory, encoding: "latin1", timeout: LIMIT_MS }).stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The call that a line is about. */
const callOf = (line: string): string => /^\w*/.exec(line)![0];

for (const { name, what, asRoot = false, exceptions = {} } of cases)
  test.skipIf(!hostRunsThem || (asRoot && !isRoot))(
    what,
    async () => {
      const program = await guestProgram(name);
      const expected = natively(program).split("\n");
      const { stdout } = lites(["--mount", `${guestDirectory}:/test:ro`, "--cwd", "/tmp", "exec", `/test/${name}`], {
        timeoutMs: LIMIT_MS,
      });
      const got = stdout.split("\n");
      const isCompared = (line: string) => !(callOf(line) in exceptions);
      expect(got.filter(isCompared)).toEqual(expected.filter(isCompared));
      expect(expected.length).toBeGreaterThan(5);
      const differing = new Set(expected.filter((line, index) => line !== got[index]).map(callOf));
      expect(Object.keys(exceptions).filter((call) => !differing.has(call))).toEqual([]);
    },
    2 * LIMIT_MS,
  );
