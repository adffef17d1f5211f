/**
 * Standard streams of the host that are closed, full, of the wrong kind, or have no reader: programs see what they would see on the host.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./support/command.ts";

/** Runs a line of the host's shell in which "lites" is the command. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  const script = `lites() { "${join(projectRoot, "bin", "lites")}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8", input: "" });
  return { status, stdout, stderr };
}

test.each<[string, number, RegExp]>([
  ["lites -c 'echo hi' >/dev/full", 1, /echo: I\/O error/],
  ["lites exec cat /etc/passwd >/dev/full", 1, /No space left on device/],
  ["lites -c 'echo hi' >&-", 1, /echo: I\/O error/],
  ["lites exec echo hi >&-", 1, /Bad file descriptor/],
  ["lites exec echo hi 1</dev/null", 1, /Bad file descriptor/],
  ["lites exec cat <&-", 1, /Bad file descriptor/],
  ["lites exec cat </", 1, /Is a directory/],
  ["lites exec cat 0>/dev/null", 1, /Bad file descriptor/],
  ["lites exec ls /no-such 2>&-", 2, /^$/],
  ["lites --help >/dev/full", 1, /^lites: cannot write standard output: No space left on device\n$/],
  ["lites --version >&-", 1, /^lites: cannot write standard output: Bad file descriptor\n$/],
  ["lites --trace syscalls --trace-file /dev/full -c true", 1, /^lites: cannot write '\/dev\/full': No space left on device\n$/],
  ["lites --trace syscalls -c true 2>/dev/full", 1, /^$/],
  ["lites --stats -c true 2>/dev/full", 1, /^$/],
])("%s", (line, status, message) => {
  const result = shell(line);
  expect([result.status, result.stdout]).toEqual([status, ""]);
  expect(result.stderr).toMatch(message);
});

test("the first open of a program whose input is closed gets descriptor 0", () => {
  expect(shell("lites --trace syscalls exec cat /etc/passwd <&- 2>&1 | grep passwd.*=").stdout).toMatch(/open(at)?\(.* = 0\n/);
});

test("a pipe without a reader is SIGPIPE", () => {
  expect(shell("{ lites exec yes; echo $? >&2; } | head -1")).toEqual({ status: 0, stdout: "y\n", stderr: "141\n" });
  expect(shell("{ lites exec yes; echo $? >&2; } | true").stderr).toBe("141\n");
});

test("several writers of one file all get through", () => {
  const { stdout } = shell(
    "f=$(mktemp); lites -c 'for i in 1 2 3; do seq 1000 & done; wait' >$f; sort -n $f | uniq -c | awk '$1 != 3' | wc -l; wc -l <$f; rm $f",
  );
  expect(stdout.split(/\s+/).filter(Boolean)).toEqual(["0", "3000"]);
});

test("bytes of arguments and variables arrive", () => {
  const bytes = "printf '\\377\\303'";
  expect(shell(`lites exec printf '%s' "$(${bytes})" | od -An -tx1`).stdout).toBe(" ff c3\n");
  expect(shell(`lites --env A="$(${bytes})" -c 'printf %s "$A"' | od -An -tx1`).stdout).toBe(" ff c3\n");
  expect(shell(`lites --mount "$(${bytes})":/x -c true`)).toMatchObject({
    status: 2,
    stderr: "lites: --mount: a path that is no UTF-8 cannot be taken here\n",
  });
});
