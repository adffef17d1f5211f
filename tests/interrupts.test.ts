/**
 * Interrupt lines that programs have registered for too: disk and terminal go on, whatever the programs do.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { InterruptLine } from "#machine/interrupts.ts";
import { InterruptStatus } from "#servers/abi/interrupt-server.ts";
import { serverId, WellKnownServer } from "#servers/abi/well-known-servers.ts";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";
import { boot } from "./support/library.ts";

beforeAll(async () => {
  for (const name of ["interrupts", "fill"]) await guestProgram(name);
});

const server = serverId(WellKnownServer.INTERRUPTS);

/** Runs a script in which `driver LINE HOW` registers a program and leaves it running. */
const run = (script: string) => {
  const driver = `driver() { /test/interrupts ${server} $1 $2 & sleep 0.1; }`;
  const options = ["--virtual-clock", "--memory", "8M", "--swap", "64M", "--mount", `${guestDirectory}:/test:ro`];
  return lites([...options, "-c", `${driver}; ${script}`]);
};

describe("a program on the line of the disk and of the channels", () => {
  test.each(["claims", "silent", "late", "refuses", "dies"])("that %s", (how) => {
    const drivers = [InterruptLine.DISK, InterruptLine.CHANNELS].map((line) => `driver ${line} ${how}; driver ${line} ${how}`).join("; ");
    const { stdout } = run(`${drivers}; date +%s; /test/fill 16; echo one | cat | sort; date +%s; kill $(jobs -p) 2>/dev/null`);
    const lines = stdout.trimEnd().split("\n");
    const registered = `${how}: status ${InterruptStatus.OK}`;
    const [start, ...rest] = lines.slice(4);
    expect(lines.slice(0, 4)).toEqual([registered, registered, registered, registered]);
    expect(rest.slice(0, 2)).toEqual(["right", "one"]);
    // Thousands of disk accesses: 5 ms of waiting for each would be many seconds.
    expect(Number(rest[2]) - Number(start)).toBeLessThan(5);
  });
});

test("only the superuser reaches the interrupt server", async () => {
  const system = await boot({ mounts: [{ source: guestDirectory, target: "/test", readOnly: true }] });
  const argv = ["/test/interrupts", String(server), String(InterruptLine.DISK), "statistics"];
  const outputs: string[] = [];
  for (const uid of [0, 1000]) outputs.push((await system.run(argv, { uid })).stdout.toString());
  await system.halt();
  expect(outputs).toEqual([`statistics: status ${InterruptStatus.OK}\n`, "statistics: status -1\n"]);
});
