/** Policies that forbid a place, attacked in every way that leads there by another name: none does, and without a policy all do. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parsePolicy } from "#lites/confinement/policy-text.ts";
import { guestProgram } from "./support/guest-programs.ts";
import { boot } from "./support/library.ts";

let evade: Buffer;
beforeAll(async () => {
  evade = readFileSync(await guestProgram("evade"));
});

const SECRET = "/data/secret";

/** What attackers are after, the policies that keep it, and what the file is. */
const aims = [
  {
    mode: "read",
    policies: [`deny @open under ${SECRET}`, `deny @open of ${SECRET}/key`, `deny @file under ${SECRET}`],
    content: () => Buffer.from("secret"),
  },
  { mode: "write", policies: [`deny @write under ${SECRET}`, "deny @write under /data"], content: () => Buffer.from("content") },
  { mode: "run", policies: [`deny @exec under ${SECRET}`, `deny @exec of ${SECRET}/key`], content: () => evade },
] as const;

/** Runs all attempts. */
async function attack(mode: string, content: Buffer, policy: string | undefined) {
  const log = (): void => {};
  const system = await boot(policy === undefined ? {} : { confine: { policy: parsePolicy(policy), log } });
  try {
    system.fs.mkdirSync(SECRET, { recursive: true });
    for (const path of [`${SECRET}/key`, "/tmp/master"]) system.fs.writeFileSync(path, content, { mode: 0o755 });
    system.fs.writeFileSync("/evade", evade, { mode: 0o755 });
    const restore = policy === undefined ? ["restore"] : [];
    const { stdout } = await system.run(["/evade", mode, SECRET, ...restore]);
    const lines = stdout.toString().trim().split("\n");
    const name = (line: string) => line.replace(/:.*/, "");
    const reached = lines.filter((line) => line.endsWith(": got there")).map(name);
    return { reached, tried: lines.map(name), left: () => system.fs.readFileSync(`${SECRET}/key`) as Buffer };
  } finally {
    await system.halt();
  }
}

test("a file is known by the names that it had before", async () => {
  const confine = { policy: parsePolicy("deny @open of /tmp/file"), log: () => {} };
  const system = await boot({ confine });
  try {
    system.fs.writeFileSync("/tmp/file", "one");
    system.fs.linkSync("/tmp/file", "/tmp/other");
    system.fs.writeFileSync("/tmp/third", "three");
    expect((await system.run(["cat", "/tmp/other"])).code).toBe(1);
    expect((await system.run(["cat", "/tmp/third"])).stdout.toString()).toBe("three");
  } finally {
    await system.halt();
  }
});

describe.each(aims)("what keeps others from $mode", ({ mode, policies, content }) => {
  test.each(policies)("%s", async (policy) => {
    const { reached, tried, left } = await attack(mode, content(), policy);
    expect(reached).toEqual([]);
    expect(tried.length).toBeGreaterThan(25);
    if (mode === "write") expect(left().equals(content())).toBe(true);
  });

  test("without a policy every way leads there", async () => {
    const { reached, tried } = await attack(mode, content(), undefined);
    expect(reached).toEqual(tried);
  });
});
