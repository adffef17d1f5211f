/** Policies as text: groups are complete and documented, names and places mean what they say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callGroups, groupsOfCalls } from "../abi/call-groups.ts";
import { emulatorCalls, systemCalls } from "../abi/system-calls.ts";
import { parsePolicy } from "./policy-text.ts";

/** Names of the calls of a policy's only rule, as they reach the server. */
function callsOf(rule: string): string[] {
  const names = new Map<number, string>(Object.entries({ ...systemCalls, ...emulatorCalls }).map(([name, { nr }]) => [nr, name]));
  return [...parsePolicy(rule).rules[0]!.calls.keys()].map((nr) => names.get(nr)!).sort();
}

describe("groups", () => {
  it("have all calls that a user would look for in them", () => {
    expect(callsOf("deny @signal")).toEqual(["kill", "rt_sigqueueinfo", "tgkill", "tkill"]);
    expect(callsOf("deny @fork")).toEqual(["clone_thread", "fork_process"]);
    for (const name of ["fork", "vfork"]) expect(callsOf(`deny ${name}`)).toEqual(["fork_process"]);
    expect(callsOf("deny clone")).toEqual(["clone_thread", "fork_process"]);
    expect(callsOf("deny @system")).toEqual(expect.arrayContaining(["sethostname", "reboot", "clock_settime64", "mount"]));
    expect(callsOf("deny @write")).toEqual(
      expect.arrayContaining(["openat", "ftruncate64", "fchmod", "utimensat_time64", "renameat2", "creat"]),
    );
    expect(callsOf("deny old_select")).toEqual(["select"]);
  });

  it("are used and told in the guide, all of them", () => {
    const used = new Set(
      Object.values(groupsOfCalls).flatMap((groups) => groups.map((each) => (typeof each === "string" ? each : each.group))),
    );
    const guide = readFileSync(join(import.meta.dirname, "../../docs/confinement.md"), "utf8");
    for (const [group, meaning] of Object.entries(callGroups)) {
      expect(used).toContain(group);
      if (group !== "always") expect(guide).toContain(`| \`@${group}\` | ${meaning} |`);
    }
  });

  it("test arguments where only some uses of a call belong to them", () => {
    const { openat, open, unlink } = systemCalls;
    const { calls } = parsePolicy("deny @write").rules[0]!;
    expect([calls.get(openat.nr), calls.get(open.nr), calls.get(unlink.nr)]).toEqual([
      [{ argument: 2, mask: 0x243 }],
      [{ argument: 1, mask: 0x243 }],
      [],
    ]);
    // Named beside the group it is meant always.
    expect(parsePolicy("deny @write, openat").rules[0]!.calls.get(openat.nr)).toEqual([]);
  });

  it("that have nothing to do with files take no place, calls of others that have not are left out", () => {
    expect(callsOf("deny @write under /etc")).not.toContain("setxattr");
    expect(() => parsePolicy("deny @ids under /etc")).toThrow("'@ids' is about no file");
    expect(() => parsePolicy("deny @nothing")).toThrow("no group is named '@nothing' (known: @fork, @exec, @signal,");
  });
});

describe("places", () => {
  it("may have names in quotes, with blanks and number signs", () => {
    const { rules } = parsePolicy('deny openat under "/a b # c*" if 2 & 1   # comment\ndeny unlink of /x#comment');
    expect(rules[0]).toMatchObject({ place: { kind: "under", path: "/a b # c*" }, bits: { argument: 2, mask: 1 } });
    expect(rules[1]!.place).toEqual({ kind: "of", path: "/x" });
  });
});
