/**
 * Debian's unmodified busybox-static for i386, in the system and natively on this host: the output must be equal, byte for byte.
 *
 * Both runs see the same host directory under the same path, so that names, sizes and times are the same too.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { debianPackage, hostRuns } from "./support/debian.ts";
import { boot } from "./support/library.ts";

const busyboxPackage = debianPackage("busybox-static");
const binary = "directory" in busyboxPackage ? join(busyboxPackage.directory, "bin", "busybox") : "";
const missing =
  "missing" in busyboxPackage
    ? busyboxPackage.missing
    : hostRuns(binary, "true")
      ? undefined
      : "this host cannot run i386 programs natively";

/** Command lines of busybox sh; $B is busybox. The working directory holds the files made below. */
const scripts: readonly string[] = [
  "echo hello | cat",
  "for i in 1 2 3; do echo $i; done | $B sort -r",
  'f() { echo "f got $# $1"; return 3; }; f a b; echo $?',
  "i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 3 ] && continue; echo $i; done",
  "x=abcdef; echo ${x#ab} ${x%f} ${#x} ${x:-y} ${z:-unset}",
  "echo $(echo nested $(echo inner))",
  "case hello in h*) echo yes;; *) echo no;; esac",
  "( exit 7 ); echo $?",
  "trap 'echo trapped' EXIT; echo before",
  "cat <<X\nheredoc $((6*7))\nX",
  "sleep 0.01 & wait; echo waited",
  "kill -l 9; false || echo or",
  "set -- a b c; shift; echo $*",
  "read a b <fields; echo $b/$a",
  "echo a b c | { read x y; echo $y; }",
  "echo *",
  "$B ls",
  "$B ls -l",
  "$B ls -la sub",
  "$B ls -lR",
  "$B ls -i sub | $B wc -l",
  "$B cat numbers words",
  "$B cat -n words",
  "$B sort words",
  "$B sort -rn numbers",
  "$B sort -u words | $B head -3",
  "$B sed 's/o/0/g; 2d' words",
  "$B sed -n '/a/p' words",
  "$B sed 's/\\(.\\)\\(.\\)/\\2\\1/' words",
  "$B awk '{ sum += $1 } END { print sum, sum / NR, sqrt(2), exp(1), sin(1) }' numbers",
  "$B awk -F: '{ print $2, NF }' fields",
  "$B awk 'BEGIN { for (i = 0; i < 5; i++) printf \"%d %5.3f %e\\n\", i, i / 3, i * 1e10 }'",
  "$B awk 'length($0) > 4 { print toupper($0) }' words",
  "$B grep -r needle .",
  "$B grep -rn needle . | $B sort",
  "$B grep -c a words",
  "$B grep -v a words; echo $?",
  "$B grep -E '^(apple|pear)$' words",
  "$B find . | $B sort",
  "$B find . -type f -name '*s' | $B sort",
  "$B find . -size +4k | $B sort",
  "$B tar c . 2>/dev/null | $B tar t | $B sort",
  "$B tar cf - sub words | $B md5sum",
  "$B tar cz sub | $B tar tzv",
  "$B md5sum five-megabytes",
  "$B sha1sum five-megabytes; $B sha256sum words; $B cksum words; $B crc32 words 2>/dev/null",
  "$B gzip -c five-megabytes | $B gunzip | $B cmp - five-megabytes; echo $?",
  "$B gzip -c words | $B od -An -tx1 -N2",
  "$B bzip2 -c numbers | $B bunzip2 | $B wc",
  "$B wc words numbers",
  "$B head -c 10 words; $B tail -n 2 words; $B tail -c 5 words",
  "$B cut -d: -f2 fields; $B tr a-z A-Z < words",
  "$B uniq -c sorted; $B comm words sorted 2>/dev/null; $B diff words sorted; echo $?",
  "$B od -c words | $B head -3; $B hexdump -C words | $B head -2; $B xxd words | $B head -2",
  "$B expr 6 '*' 7; $B seq 1 3 10; $B printf '%05d|%-5s|%x\\n' 42 ab 255; $B bc -e 2>/dev/null",
  "$B dd if=words bs=3 count=2 2>/dev/null; $B stat -c '%s %a %F %h' words sub",
  "$B readlink link; $B cat link; $B test -L link; echo $?; $B basename /a/b.c .c; $B dirname /a/b.c",
  "$B cat missing; echo $?; $B ls missing 2>&1; $B cat sub 2>&1",
  "$B env -i A=1 $B env; $B id -u; $B whoami; $B pwd",
  "$B xargs -n 2 echo < words; echo words | $B xargs $B wc -c",
  "$B date -u -d @86400 '+%F %T'; $B cal 2 2024",
  "mkdir -p made/a; echo x > made/a/f; $B cp -a made copy; $B mv copy moved; $B ls -R moved | $B sort; $B rm -r made moved",
  "echo data > t1; $B ln t1 t2; $B stat -c %h t1; $B rm t1 t2; $B touch -d '2001-02-03 04:05:06' t3; $B stat -c %Y t3; $B rm t3",
  "$B mkfifo p; $B cat p & echo through > p; wait; $B rm p",
  "$B timeout 5 $B true; echo $?; $B nice $B echo nice; $B usleep 1000; $B which cat",
  "$B yes | $B head -2; $B seq 100000 | $B tail -1; $B seq 1000 | $B sort -R | $B wc -l",
  "umask; echo $PPID | $B grep -c .; cd /; pwd",
  "$B factor 1234567 360; $B shuf -i 1-5 | $B sort; $B base64 words | $B base64 -d | $B cmp - words; echo $?",
  "exec 3> fd3; echo three >&3; exec 3>&-; $B cat fd3; $B rm fd3",
  "$B sh -c 'kill -SEGV $$'; echo $?; $B sh -c 'exit 300'; echo $?",
];

describe.skipIf(missing !== undefined)(`busybox${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let directory: string;
  let system: System;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "lites-busybox-"));
    const at = (name: string) => join(directory, name);
    mkdirSync(at("sub"));
    copyFileSync(binary, at("busybox"));
    writeFileSync(at("words"), "pear\napple\nfig\nbanana\napple\ncherry\n");
    writeFileSync(at("sorted"), "apple\napple\nbanana\ncherry\nfig\npear\n");
    writeFileSync(at("numbers"), "10\n9\n100\n3.5\n-4\n");
    writeFileSync(at("fields"), "a:bee:c\nx:why:zed\n");
    writeFileSync(at("sub/hay"), "hay\nneedle in hay\n");
    writeFileSync(at("sub/.hidden"), "needle\n");
    writeFileSync(at("five-megabytes"), Buffer.from(new Uint8Array(5 << 20).map((_, i) => (i * 2654435761) >>> 13)));
    symlinkSync("words", at("link"));
    // busybox tar runs gzip from PATH.
    mkdirSync(at("bin"));
    symlinkSync("../busybox", at("bin/gzip"));
    for (const name of ["words", "sorted", "numbers", "fields", "sub/hay", "sub/.hidden", "five-megabytes", "busybox", "sub", "bin", ""]) {
      utimesSync(at(name), 1_600_000_000, 1_600_000_000);
    }
    system = await boot({ mounts: [{ source: directory, target: directory }], memory: 128 << 20 });
  });

  afterAll(async () => {
    await system?.halt();
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(scripts)("%s", async (script) => {
    const argv = [join(directory, "busybox"), "sh", "-c", script];
    const env = { B: argv[0]!, PATH: join(directory, "bin"), HOME: "/root", TZ: "UTC0", LC_ALL: "C" };
    const native = spawnSync(argv[0]!, argv.slice(1), { cwd: directory, env, input: "" });
    const ours = await system.run(argv, { cwd: directory, env });
    expect({ status: ours.code, stdout: ours.stdout.toString("latin1"), stderr: ours.stderr.toString("latin1") }).toEqual({
      status: native.status,
      stdout: native.stdout.toString("latin1"),
      stderr: native.stderr.toString("latin1"),
    });
  });

  test.each([
    [4, 8],
    [8, 20],
  ])("under %i MB, %i pipelines at once: the file's pages do not fit the page cache", async (megabytes, count) => {
    const small = await boot({ mounts: [{ source: directory, target: directory }], memory: megabytes << 20, virtualClock: true });
    try {
      const line = `${directory}/busybox sh -c "seq 1 500 | sort -rn | md5sum" &`;
      const { stdout } = await small.run(["/bin/sh", "-c", `${`${line}\n`.repeat(count)}wait; echo end`]);
      expect(stdout.toString()).toBe(`${"bb7f974aecf7035f804b87f8c21254d6  -\n".repeat(count)}end\n`);
    } finally {
      await small.halt();
    }
  });
});
