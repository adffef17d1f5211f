/** Both ways into the system, AT_SYSINFO's routine and int 0x80; tests/guest/gate-calls.c prints the same on a Linux host. */
import { beforeAll, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

beforeAll(async () => {
  await guestProgram("gate-calls");
});

const RIGHT = `errors: -9 -9 -3
kill of oneself: 0, handled 1
pause: -4, handled 1
pause: -4, handled 1
pause after SIGCHLD: -4, handled 1
flock: -4, handled 1
flock: 0, handled 1
storm: 0 wrong, handled
changed registers: 0
`;

test.each(["sysinfo", "trap"])("%s: results, registers, signals, restarts", (gate) => {
  const options = ["--virtual-clock", "--mount", `${guestDirectory}:/test:ro`];
  expect(lites([...options, "exec", "/test/gate-calls", gate, "/tmp/lock"])).toMatchObject({ status: 0, stdout: RIGHT, stderr: "" });
});
