/** Processor time of processes, with both clocks, and the limit of it. */
import { expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

await guestProgram("processor-time");
const run = (options: readonly string[], ...words: string[]) =>
  lites([...options, "--mount", `${guestDirectory}:/test:ro`, "exec", "/test/processor-time", ...words]).stdout;

test.each([[[]], [["--virtual-clock"]]])("all sources agree, and no more is told than has passed: %j", (options) => {
  expect(run(options)).toBe("getrusage 1\ntimes 1\nstat 1\nboth kinds 1\nno more than has passed 1\nprofiled 1\n");
});

test("RLIMIT_CPU: SIGXCPU at the soft limit and each second, SIGKILL at the hard one; inherited; 0 is at once", () => {
  const expected = "first at the soft limit 1\nthen each second 1, limit 3\nsignal 9\nsignal 24\n";
  expect(run(["--virtual-clock"], "limit")).toBe(expected);
});

test("ulimit -t", () => {
  const { status } = lites(["--virtual-clock", "-c", "ulimit -t 1; while :; do :; done"]);
  expect(status).toBe(128 + 9);
});
