/**
 * Forget mode: the kernel forgets mappings, now and then or at every chance, and everything still gives right results.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

beforeAll(async () => {
  for (const name of ["fill", "crash", "bad-pointers", "managers", "recursion", "l3-pairs", "l3-traps", "gate-calls", "gate-cancel"])
    await guestProgram(name);
});

const run = (mode: string, script: string, ...options: string[]) =>
  lites(["--virtual-clock", "--forget", mode, ...options, "--mount", `${guestDirectory}:/test:ro`, "-c", script], { timeoutMs: 100_000 });

/** Faults of all programs of a run with --stats=json. */
const faults = (stderr: string): number => (JSON.parse(stderr.trimEnd().split("\n").at(-1)!) as { total: { faults: number } }).total.faults;

const scripts: Record<string, string> = {
  "pipes and files": `cd /tmp; seq 1 3000 | sort -rn | head -5; seq 1 500 > a; tail -3 a | tr 0-9 a-j; wc a; cat a a a | od -An -tx1 | tail -2
    mkdir d; for i in 1 2 3 4 5 6 7 8; do echo $i > d/$i; done; cat d/*; ls d | wc -l; cp a b; cmp a b && echo same; rm -r d; ls`,
  "the shell's own": `f() { local x=$1; [ $x -le 0 ] && return; echo $x; f $((x-1)); }; f 30 | tail -2
    x=$(echo a b c | while read a b c; do echo $c$b$a; done); echo $x; case $x in c*) echo yes;; esac
    trap 'echo usr1' USR1; kill -USR1 $$; (exit 3); echo $?; cat <<END
here $x
END
    set -- one two three; while [ $# -gt 0 ]; do echo $1; shift; done; echo \${x#c} \${#x} $((7*6))`,
  "processes and signals": `for i in 1 2 3 4 5; do (sleep 0.$i; echo $i) & done; wait
    sleep 100 & kill $!; wait $!; echo $?; yes | head -200 | wc -l; (sleep 0.1; echo late) | cat
    for i in 1 2 3 4 5 6 7 8 9 10; do (exit $i); echo -n "$? "; done; echo`,
  "kernel calls": "/test/l3-pairs; /test/l3-traps; l3-chief 2; l3-ram-disk; l3-clock-manager -f 3 seq 3",
  "interrupted calls": "for gate in sysinfo trap; do /test/gate-calls $gate /tmp/lock; /test/gate-cancel $gate; done",
  exceptions:
    "for how in null divide illegal handled stack-handled bus; do /test/crash $how > /dev/null; echo $how $?; done; /test/bad-pointers < /etc/passwd",
};

describe.each(["random", "always"])("--forget %s", (mode) => {
  test.each(Object.entries(scripts))("%s", (_name, script) => {
    const expected = run("never", script, "--stats=json");
    const result = run(mode, script, "--stats=json");
    expect(result.stdout).toBe(expected.stdout);
    expect(result.status).toBe(expected.status);
    expect(faults(result.stderr)).toBeGreaterThan(faults(expected.stderr));
  });

  test("memory larger than RAM, and forked while paging", () => {
    expect(run(mode, "/test/fill 24", "--memory", "8M", "--swap", "64M").stdout).toBe("right\n");
    expect(run(mode, "/test/fill 16 fork", "--memory", "8M", "--swap", "96M").stdout).toBe("right\n");
  });

  test("managers that are processes, one on the other", () => {
    expect(run(mode, "/test/recursion 4").stdout).toBe("level 3: right\nlevel 2: right\nlevel 1: right\nlevel 0: right\n");
  });

  test("managers, drivers and chiefs that are processes", () => {
    const script =
      "l3-clock-manager -f 8 /usr/lib/paging/sequential seed=1 pages=24 rounds=4 writes=100; l3-ram-disk; l3-chief; l3-document";
    expect(run(mode, script).stdout).toBe(run("never", script).stdout);
  });

  test("managers that fail", () => {
    const script = "for how in silent refuse nothing dies wrong hangs; do /test/managers $how; done; echo alive";
    const { stdout } = run(mode, script);
    expect(stdout.match(/signal \d+/g)).toEqual([14, 11, 7, 7, 7, 7].map((signal) => `signal ${signal}`));
    expect(stdout).toMatch(/\nalive\n$/);
  });
});

test("the same seed forgets the same, another seed something else", () => {
  const counts = ["1", "1", "2"].map((seed) => faults(run("random", scripts["the shell's own"]!, "--seed", seed, "--stats=json").stderr));
  expect(counts[1]).toBe(counts[0]);
  expect(counts[2]).not.toBe(counts[0]);
});

test("an unknown mode is refused", () => {
  const { status, stderr } = lites(["--forget", "sometimes", "-c", "true"]);
  expect(status).toBe(2);
  expect(stderr).toBe("lites: --forget: unknown forget mode 'sometimes' (known: never, random, always)\n");
});
