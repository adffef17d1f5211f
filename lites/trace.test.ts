import { absentCallName } from "./abi/absent-calls.ts";
import { expect, test } from "vitest";
import { type SystemCallRow, systemCalls } from "./abi/system-calls.ts";
import { OutBuffer } from "./arguments.ts";
import type { Argument } from "./dispatch.ts";
import type { UnixProcess } from "./process/unix-process.ts";
import { Trace } from "./trace.ts";

const process = { pid: 7 } as UnixProcess;

function lines(work: (trace: Trace) => void): string[] {
  const seen: string[] = [];
  work(new Trace((line) => seen.push(line)));
  return seen;
}

const call = (name: keyof typeof systemCalls, args: Record<string, Argument>, result: number) =>
  lines((trace) => trace.call(7, name, systemCalls[name] as SystemCallRow, args, result))[0];

test("calls", () => {
  expect(call("write", { fd: 1, buffer: new TextEncoder().encode('a"\n\0'), count: 4 }, 4)).toBe(
    String.raw`[7] write(1, "a\"\n\0", 4) = 4`,
  );
  expect(call("open", { path: "/x", flags: 0x241, mode: 0o644 }, -2)).toBe(
    '[7] open("/x", 0x241, 0644) = -1 ENOENT (No such file or directory)',
  );
  expect(call("munmap", { address: 0, length: 5 }, 0)).toBe("[7] munmap(NULL, 5) = 0");
  expect(call("kill", { pid: -3, signal: 15 }, 0)).toBe("[7] kill(-3, SIGTERM) = 0");
  expect(call("execve", { path: "/bin/x", argv: ["x", "y"], envp: [] }, -8)).toBe(
    '[7] execve("/bin/x", ["x", "y"], []) = -1 ENOEXEC (Exec format error)',
  );
  expect(call("wait4", { pid: -1, status: undefined, options: 0, usage: undefined }, -10)).toContain(
    "wait4(-1, NULL, 0, NULL) = -1 ECHILD",
  );
});

test("answers are shown when there are any", () => {
  const fds = new OutBuffer(8);
  expect(call("pipe", { fds }, -24)).toContain("pipe(…) = -1 EMFILE");
  fds.data = new Uint8Array(Int32Array.of(3, 4).buffer);
  expect(call("pipe", { fds }, 0)).toBe("[7] pipe({3, 4}) = 0");
});

test("long data is cut", () => {
  expect(call("write", { fd: 1, buffer: new Uint8Array(100).fill(65), count: 100 }, 100)).toContain(`"${"A".repeat(32)}"…`);
});

test("calls without result, unknown calls, signals and ends", () => {
  expect(
    lines((trace) => {
      trace.unfinished(7, "exit", systemCalls.exit, { status: 3 });
      trace.absentCall(7, absentCallName(999));
      trace.absentCall(7, absentCallName(435));
      trace.signal(process, 2);
      trace.ended(process, { kind: "exited", status: 3 });
      trace.ended(process, { kind: "killed", signal: 11 });
    }),
  ).toEqual([
    "[7] exit(3) = ?",
    "[7] call_999(…) = -1 ENOSYS (Function not implemented)",
    "[7] clone3(…) = -1 ENOSYS (Function not implemented)",
    "[7] --- SIGINT ---",
    "[7] +++ exited with 3 +++",
    "[7] +++ killed by SIGSEGV +++",
  ]);
});
