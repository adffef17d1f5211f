import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OptionError } from "#system/option-error.ts";
import { type BootOptions, checkBootOptions, OPTIONS, optionTable } from "./options.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lites-test-"));
  writeFileSync(join(directory, "file"), "");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the README has the table of the command's options", () => {
  const readme = readFileSync(join(dirname(dirname(fileURLToPath(import.meta.url))), "README.md"), "utf8");
  expect(readme).toContain(optionTable());
});

test("every option of boot() has a row, and one only", () => {
  const names: Record<keyof BootOptions, true> = {
    memory: true,
    swap: true,
    mounts: true,
    root: true,
    rootSize: true,
    virtualClock: true,
    seed: true,
    hostname: true,
    engine: true,
    forget: true,
    manager: true,
    confine: true,
    trace: true,
    diagnostic: true,
  };
  expect(OPTIONS.flatMap(({ boot }) => boot ?? []).sort()).toEqual(Object.keys(names).sort());
});

test("what makes sense is taken", () => {
  const log = (): void => {};
  const options: BootOptions = {
    memory: 4 << 20,
    swap: 0,
    mounts: [{ source: directory, target: "/mnt", readOnly: true }],
    root: directory,
    virtualClock: true,
    seed: "x",
    hostname: "host",
    engine: "interpreter",
    forget: "never",
    confine: { policy: "read-only", log },
    trace: { kinds: ["ipc"], write: log },
    diagnostic: log,
  };
  expect(() => checkBootOptions(options)).not.toThrow();
});

describe("refused", () => {
  const refused = (name: string, value: unknown): string => {
    try {
      checkBootOptions({ [name]: value } as BootOptions);
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError);
      const { option, value: named, message, reason } = error as OptionError;
      expect([option, named, message]).toEqual([name, value, `${name}: ${reason}`]);
      return reason;
    }
    throw new Error("taken");
  };

  test.each<[string, unknown, RegExp]>([
    ["memory", 1, /^must be between 4M and 1G, not 1$/],
    ["memory", "64M", /number of bytes, not '64M'/],
    ["memory", Number.NaN, /whole number/],
    ["memory", 2 ** 31, /not 2G/],
    ["swap", -1, /between 0 and 64G/],
    ["mounts", "x", /array/],
    ["mounts", [{ source: "/no/such", target: "/x" }], /'\/no\/such': no such directory/],
    ["mounts", [{ source: "/" }], /target must be an absolute path/],
    ["mounts", [{ source: "/", target: "x" }], /target must be an absolute path/],
    ["mounts", [{ source: "/", target: "/dev/x" }], /system's own/],
    ["mounts", [{ source: "/", target: "/x/../proc" }], /system's own/],
    ["mounts", [{ source: "/", target: "/x", readonly: true }], /no member 'readonly'/],
    ["root", "/no/such", /no such file or directory/],
    ["virtualClock", "yes", /true or false/],
    ["seed", 1, /a string/],
    ["hostname", "", /1 to 64 bytes/],
    ["engine", "steam", /unknown engine 'steam'/],
    ["forget", "sometimes", /unknown forget mode/],
    ["confine", { policy: "denny all", log: () => {} }, /policy/],
    ["confine", { policy: "read-only" }, /log must be a function/],
    ["trace", { kinds: ["everything"], write: () => {} }, /unknown trace 'everything'/],
    ["diagnostic", "x", /a function/],
    ["memmory", 1, /no such option \(known: memory, /],
  ])("%s: %j", (name, value, reason) => {
    expect(refused(name, value)).toMatch(reason);
  });

  test("a file as a mount's source", () => {
    expect(refused("mounts", [{ source: join(directory, "file"), target: "/x" }])).toMatch(/not a directory/);
  });

  test.each([[null], [1], [[]], ["x"]])("%j in place of options", (options) => {
    expect(() => checkBootOptions(options as unknown as BootOptions)).toThrow(OptionError);
  });
});
