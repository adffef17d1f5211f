/**
 * Debian's unmodified programs at work, in the system with each engine and natively on this host: the output must be equal,
 * byte for byte, to the last digit.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { cLibrary, copyFromPackage, debianPackage, hostRuns, type PackageFile, throughLoader } from "./support/debian.ts";
import { boot } from "./support/library.ts";

const busybox: PackageFile = ["busybox-static", "bin/busybox"];
const files: readonly PackageFile[] = [
  ...cLibrary,
  busybox,
  ["bash-static", "bin/bash-static"],
  ["dash", "bin/dash"],
  ["gzip", "bin/gzip"],
  ["coreutils", "usr/bin/md5sum"],
  ["mawk", "usr/bin/mawk"],
  ["bc", "usr/bin/bc"],
  ["libreadline8", "lib/i386-linux-gnu/libreadline.so.8"],
  ["libtinfo6", "lib/i386-linux-gnu/libtinfo.so.6"],
];

function reasonToSkip(): string | undefined {
  for (const [name] of files) {
    const found = debianPackage(name);
    if ("missing" in found) return found.missing;
    if (name === busybox[0] && !hostRuns(join(found.directory, busybox[1]), "true")) return "this host cannot run i386 programs natively";
  }
  return undefined;
}

/** What any Bourne shell can do. */
const shellScript = `
fib() { if [ $1 -lt 2 ]; then r=$1; else fib $(($1 - 1)); set -- $1 $r; fib $(($1 - 2)); r=$(($2 + r)); fi; }
gcd() { a=$1 b=$2; while [ $b -ne 0 ]; do t=$((a % b)); a=$b; b=$t; done; echo $a; }
i=0 hash=5381 words=
while [ $i -lt 3000 ]; do
  hash=$(( (hash * 33 ^ i) & 0x7fffffff ))
  case $hash in
  *[13579]) words=$words.; words=\${words#????????} ;;
  *00*) words=\${words}z ;;
  esac
  i=$((i + 1))
done
echo $hash "$words" $(gcd 1071 462) $(gcd $hash 360360)
for n in 1 2 3; do echo $n; done | while read line; do echo "<$line>"; done
(trap 'echo leaving' EXIT; exit 3); echo $?
printf '%5d|%-8s|%08x\\n' 42 left 48879
x=/usr/lib/i386/libc.so.6; echo \${x##*/} \${x%%/l*} \${x%.*} \${#x}
cat <<END
$((1 << 20)) $((-7 / 2)) $((-7 % 3)) $((0x7fffffff + 1))
END
set -- a 'b c' d; for w in "$@"; do echo "[$w]"; done; shift 2; echo $# $1
`;

const bashScript = `
declare -A seen; declare -a list
for ((i = 0; i < 900; i++)); do
  key=$((i * 7919 % 101)); seen[$key]=$((\${seen[$key]:-0} + i)); list+=($((i ^ 0x55)))
done
sum=0; for key in "\${!seen[@]}"; do ((sum += key * seen[$key])); done
echo \${#seen[@]} $sum \${list[@]:890:5} \${#list[*]}
[[ 2024-02-29 =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && echo \${BASH_REMATCH[@]:1} \${BASH_REMATCH[1]//2/two}
text=the-quick-brown; echo \${text^^} \${text//-/ } \${text:4:5} {a..e}{1..2}
printf -v padded '%06.2f' 3.14159; echo $padded; mapfile -t lines < <(printf 'x\\ny\\nz\\n'); echo \${lines[2]}
shopt -s extglob
case foobar in +(foo|bar)) echo matched;; esac
`;

/** Series, roots, powers, a chaotic map and rounding, printed with all digits. */
const awkScript = `BEGIN {
  for (i = 1; i <= 4000; i++) {
    s += sin(i) * sqrt(i) / (1 + exp(-i / 100)); c += cos(i * 1e5); a += atan2(i - 2000, i % 37 - 18)
    l += log(i) * (i ^ 0.25); p += i ^ -1.5
  }
  printf "%.17g %.17g %.17g %.17g %.17g\\n", s, c, a, l, p
  x = 0.3
  for (i = 0; i < 20000; i++) { x = 3.9 * x * (1 - x); if (i % 4000 == 0) printf "%.17g ", x }
  print x
  for (i = -30; i <= 30; i++) printf "%.17g %.15e %d %g %.3f\\n", exp(i * 7.3), i / 7 * 10 ^ i, i * 1e5 / 3, 2 ^ (i * 33), i / 8
  for (n = 2; n < 40; n++) { r = n; for (k = 0; k < 60; k++) r = (r + n / r) / 2; if (r * r != n) off++; t += r }
  printf "%d %.17g %.17g %s\\n", off, t, 1e308 * 10, -1e-300 / 1e22
  e = 1; while (1 + e / 2 > 1) { e /= 2; steps++ }
  print steps, e, 0.1 + 0.2 == 0.3, int(-3.7), 7 % -3, -7.5 % 2
}
`;

const bcScript = `scale = 60
4 * a(1)
e(1); l(2); s(1); c(2); j(1, 2); sqrt(2)
define f(n) { if (n < 2) return (1); return (n * f(n - 1)); }
x = 0
for (i = 0; i < 60; i++) x += 1 / f(i)
x - e(1)
scale = 25
y = 0.4
for (i = 0; i < 400; i++) y = 3.9 * y * (1 - y)
y
scale = 0
f(120) % (2 ^ 127 - 1); 3 ^ 200 / 7 ^ 50
obase = 16; 2 ^ 100 - 1
`;

/** 20 MB: text that compresses, with numbers that differ from line to line. */
function twentyMegabytes(): Buffer {
  const block = Array.from(
    { length: 4096 },
    (_, i) => `${(i * 2654435761) % 4294967296} lorem ipsum dolor sit amet, consectetur ${i % 7} adipiscing\n`,
  );
  return Buffer.alloc(20 << 20, block.join(""));
}

const loader = throughLoader.join(" ");
/** Name and command line, in the directory of all files. */
const programs: readonly (readonly [string, string])[] = [
  ["dash", `${loader} ./dash shell.sh`],
  ["bash", "./bash-static shell.sh; ./bash-static arrays.sh"],
  ["busybox sh", "./busybox sh shell.sh"],
  ["md5sum of 20 MB", `${loader} ./md5sum data`],
  ["gzip of 20 MB", `${loader} ./gzip -nc data`],
  // It compares the CRC of what it expanded.
  ["gunzip of 20 MB", `${loader} ./gzip -t data.gz && echo whole`],
  ["mawk", `${loader} ./mawk -f digits.awk`],
  ["bc", `${loader} ./bc -q -l digits.bc </dev/null`],
];

const missing = reasonToSkip();
describe.skipIf(missing !== undefined)(`real programs${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let directory: string;
  const native = new Map<string, ReturnType<typeof onHost>>();

  function onHost(line: string) {
    const { status, stdout, stderr } = spawnSync(join(directory, "busybox"), ["sh", "-c", line], {
      cwd: directory,
      env: { LC_ALL: "C" },
      input: "",
      maxBuffer: 64 << 20,
    });
    return { status, stdout: stdout.toString("latin1"), stderr: stderr.toString("latin1") };
  }

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "lites-real-"));
    for (const file of files) copyFromPackage(file, directory);
    const write = (name: string, content: string | Buffer) => writeFileSync(join(directory, name), content);
    write("shell.sh", shellScript);
    write("arrays.sh", bashScript);
    write("digits.awk", awkScript);
    write("digits.bc", bcScript);
    write("data", twentyMegabytes());
    writeFileSync(join(directory, "data.gz"), Buffer.from(onHost(`${loader} ./gzip -nc data`).stdout, "latin1"));
    for (const [name, line] of programs) native.set(name, onHost(line));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  describe.each(["interpreter", "translator"] as const)("%s", (engine) => {
    let system: System;
    beforeAll(async () => {
      system = await boot({ engine, mounts: [{ source: directory, target: "/real", readOnly: true }], memory: 128 << 20 });
    });
    afterAll(() => system?.halt());

    test.each(programs)("%s", async (name, line) => {
      const ours = await system.run(["/real/busybox", "sh", "-c", line], { cwd: "/real", env: { LC_ALL: "C" } });
      expect(native.get(name)).toMatchObject({ status: 0, stderr: "" });
      expect({ status: ours.code, stdout: ours.stdout.toString("latin1"), stderr: ours.stderr.toString("latin1") }).toEqual(
        native.get(name),
      );
    });
  });
});
