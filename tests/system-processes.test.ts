/** Processes inside the system: orphans, signals, jobs, limits, large data; and that nothing stays behind after a thousand forks. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { projectRoot } from "./support/command.ts";
import { boot } from "./support/library.ts";

let system: System;
beforeAll(async () => {
  system = await boot();
});
afterAll(() => system.halt());

async function sh(script: string): Promise<{ stdout: string; stderr: string; code: number }> {
  system.fs.mkdirSync("/work", { recursive: true });
  const { stdout, stderr, code } = await system.run(["sh", "-c", script], { cwd: "/work" });
  system.fs.rmSync("/work", { recursive: true });
  return { stdout: stdout.toString("latin1"), stderr: stderr.toString("latin1"), code };
}

const count = (words: string): string => `echo $(${words} | wc -c)`;

/** Title, script, what it prints. They wait for each other by looking, never by time. */
test.each([
  [
    "init takes an orphan and buries it",
    `(sh -c 'until grep -q "^PPid:.1$" /proc/$$/status; do :; done; echo adopted $$' > orphan &)
     until [ -s orphan ]; do :; done; read word pid < orphan; echo $word
     while [ -e /proc/$pid ]; do :; done; echo buried`,
    "adopted\nburied\n",
  ],
  [
    "a zombie stays until its parent is gone",
    `sh -c 'true & echo $! > child; exec sleep 1000' & parent=$!
     until [ -s child ]; do :; done; read child < child
     until grep -q '^State:.Z' /proc/$child/status; do :; done
     ps aux | grep -v grep | grep -c ' Z '
     kill $parent; wait $parent; while [ -e /proc/$child ]; do :; done; ps aux | grep -v grep | grep -c ' Z ' || true`,
    "1\n0\n",
  ],
  [
    "tail -f follows a file",
    `echo a > log; tail -f log > copy & until grep -q a copy; do :; done
     echo b >> log; until grep -q b copy; do :; done; kill $!; wait $!; echo $?; cat copy`,
    "143\na\nb\n",
  ],
  [
    "a signal ends a loop through its trap",
    `sh -c 'trap "echo got; exit 7" USR1; echo ready > ready; while :; do :; done' & until [ -s ready ]; do :; done
     kill -USR1 $!; wait $!; echo $?`,
    "got\n7\n",
  ],
  [
    "stop and continue",
    `sleep 1000 & kill -STOP $!; until grep -q '^State:.T' /proc/$!/status; do :; done
     kill -TERM $!; grep -c '^State:.T' /proc/$!/status; kill -CONT $!; wait $!; echo $?`,
    "1\n143\n",
  ],
  [
    "background jobs and wait",
    "(exit 3) & a=$!; (exit 4) & b=$!; wait $b; echo $?; wait $a; echo $?; wait; echo $?; wait 99999; echo $?",
    "4\n3\n0\n127\n",
  ],
  [
    "devices",
    `${count("dd if=/dev/zero bs=64k count=64 2>/dev/null")}; ${count("dd if=/dev/random bs=1000 count=3 2>/dev/null")}
     dd if=/dev/zero bs=1k count=1 2>/dev/null | od | head -n 2; dd if=/dev/zero of=/dev/full count=1 2>/dev/null; echo $?
     dd if=/dev/random bs=32 count=1 2>/dev/null > r1; dd if=/dev/random bs=32 count=1 2>/dev/null > r2; cmp -s r1 r2; echo $?`,
    "4194304\n3000\n0000000 000000 000000 000000 000000 000000 000000 000000 000000\n*\n1\n1\n",
  ],
  [
    "eight megabytes through a pipeline",
    "dd if=/dev/zero bs=1M count=8 2>/dev/null | tr '\\0' x | tee copy | wc -c; wc -c < copy; tr -d x < copy | wc -c",
    "8388608\n8388608\n0\n",
  ],
  [
    "a here-document of a megabyte",
    `x=0123456789abcdef; x=$x$x$x$x; x=$x$x$x$x; x=$x$x$x$x
     { echo 'cat <<END'; i=0; while [ $i -lt 1024 ]; do echo $x; i=$((i + 1)); done; echo END; } > script; sh script | wc -lc | tr -s ' '`,
    " 1024 1049600\n",
  ],
  [
    "arguments: a hundred kilobytes pass, too many are refused",
    `x=$(seq 20000); echo \${#x}; /bin/echo $x | wc -c; seq 20000 | xargs -n 5000 echo | wc -l
     /bin/echo $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x 2>/dev/null; echo $?`,
    "108893\n108894\n4\n126\n",
  ],
  [
    "a tree three hundred levels deep",
    `i=0; while [ $i -lt 300 ]; do mkdir d && cd d || exit; i=$((i + 1)); done; pwd | wc -c
     cd /work; find d | wc -l; rm -r d; ls | wc -l`,
    "606\n300\n0\n",
  ],
  [
    "a directory of two thousand files",
    "i=0; while [ $i -lt 2000 ]; do : > f$i; i=$((i + 1)); done; ls | wc -l; set -- *; echo $# $1 $2; ls -l | wc -l; rm *; ls | wc -l",
    "2000\n2000 f0 f1\n2001\n0\n",
  ],
  [
    "limits",
    `(ulimit -n 4; exec 3</dev/null; exec 4</dev/null) 2>/dev/null; echo $?
     (ulimit -f 2; exec dd if=/dev/zero of=big bs=1k count=10 2>/dev/null); echo $?; wc -c < big`,
    "2\n153\n1024\n",
  ],
])("%s", async (_title, script, stdout) => {
  expect(await sh(script)).toMatchObject({ stdout, code: 0 });
});

test("/etc/rc is run at boot", async () => {
  const root = mkdtempSync(join(tmpdir(), "system-root-"));
  try {
    extract({ file: join(projectRoot, "dist", "root.tar"), cwd: root, sync: true });
    writeFileSync(join(root, "etc", "rc"), "echo $PPID $0 $(tty) > /tmp/rc.new; mv /tmp/rc.new /tmp/rc\n");
    const prepared = await boot({ root });
    const { stdout } = await prepared.run(["sh", "-c", "until [ -e /tmp/rc ]; do :; done; cat /tmp/rc"]);
    await prepared.halt();
    expect(stdout.toString()).toBe("1 /etc/rc not a tty\n");
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a thousand forks leave nothing behind", async () => {
  const forks = (number: number) =>
    sh(`i=0; while [ $i -lt ${number} ]; do (exit 3) | true; (:) & wait; i=$((i + 1)); done; echo $i; ls /proc/self/fd | wc -l`);
  const left = () => {
    const { kernel, memory } = system.statistics();
    return { kernel, memory };
  };
  // The first round brings the programs into the page cache.
  const { stdout } = await forks(10);
  const before = left();
  expect(await forks(350)).toMatchObject({ stdout: stdout.replace("10\n", "350\n"), code: 0 });
  expect(left()).toEqual(before);
});

test("a halt that drains waits for who reads late", async () => {
  const machine = await boot();
  const program = machine.spawn(["dd", "if=/dev/zero", "bs=16384", "count=4"]);
  await program.exited;
  const halted = machine.halt({ drain: true });
  let bytes = 0;
  for await (const chunk of program.stdout) bytes += (chunk as Buffer).length;
  await halted;
  expect(bytes).toBe(65536);
});
