/** Calls that the server does not have: ENOSYS without a word, but for who asks. */
import { expect, test } from "vitest";
import { absentCalls } from "../lites/abi/absent-calls.ts";
import { emulatorCalls, systemCalls } from "../lites/abi/system-calls.ts";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

await guestProgram("absent-calls");
const run = (...options: string[]) => lites([...options, "--mount", `${guestDirectory}:/test:ro`, "exec", "/test/absent-calls"]);

test("are answered in silence", () => {
  const { status, stdout, stderr } = run();
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "-1 -1 -1 -1 1\n", stderr: "" });
});

test("are named by --trace syscalls", () => {
  const lines = Buffer.from(run("--trace", "syscalls").stderr, "latin1").toString().split("\n");
  const absent = lines.filter((line) => line.includes("ENOSYS")).map((line) => line.replace(/^\[\d+\] /, ""));
  expect(absent).toEqual(["clone3", "clone3", "mincore", "call_999"].map((name) => `${name}(…) = -1 ENOSYS (Function not implemented)`));
});

test("are counted by --stats", () => {
  expect(run("--stats").stderr).toContain("absent system calls: clone3 (2), mincore (1), call_999 (1)\n");
  const json = JSON.parse(run("--stats=json").stderr) as { absentCalls: unknown };
  expect(json.absentCalls).toEqual({ clone3: 2, mincore: 1, call_999: 1 });
});

test("have numbers and names that no row of the table has", () => {
  const rows = Object.entries({ ...systemCalls, ...emulatorCalls });
  expect(rows.filter(([name, { nr }]) => absentCalls.has(nr) || [...absentCalls.values()].includes(name))).toEqual([]);
});
