/** Both ways into the system, AT_SYSINFO's routine and int 0x80; tests/guest/gate-calls.c prints the same on a Linux host. */
import { beforeAll, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

beforeAll(async () => {
  await guestProgram("gate-calls");
  await guestProgram("gate-cancel");
});

const options = ["--virtual-clock", "--mount", `${guestDirectory}:/test:ro`];

const RIGHT = `errors: -9 -9 -3
kill of oneself: 0, handled 1
pause: -4, handled 1
pause: -4, handled 1
pause after SIGCHLD: -4, handled 1
pause after SIGSTOP: -4, handled 1
flock: -4, handled 1
kill of oneself: 0, handled 1
flock: 0, handled 1
kill of oneself: 0, handled 1
flock: 0, handled 0
kill of oneself: 0, handled 1
storm: 0 wrong, handled
changed registers: 0
`;

test.each(["sysinfo", "trap"])("%s: results, registers, signals, restarts", (gate) => {
  expect(lites([...options, "exec", "/test/gate-calls", gate, "/tmp/lock"])).toMatchObject({ status: 0, stdout: RIGHT, stderr: "" });
});

test.each([
  ["sysinfo", "the server's queue", []],
  ["trap", "the server's queue", []],
  ["sysinfo", "a chief's hands", ["--confine", "watch"]],
  ["trap", "a chief's hands", ["--confine", "watch"]],
])("%s: calls that a signal finds in %s", (gate, _where, confinement) => {
  const stdout = "0 wrong, 20 handled, changed registers 0, child 0\n";
  expect(lites([...options, ...confinement, "exec", "/test/gate-cancel", gate])).toMatchObject({ status: 0, stdout });
});
