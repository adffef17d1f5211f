import { describe, expect, test } from "vitest";
import { OptionError } from "#node/options.ts";
import { diskText, parseDisk, parseTime } from "./disk-models.ts";
import { parseNamed, parseParameters } from "./named-settings.ts";
import { parseSizes } from "./sizes.ts";
import { parseWorkload } from "./workloads.ts";

describe("sizes", () => {
  test.each([
    ["64", [64]],
    ["64,32,64", [32, 64]],
    ["32..128", [32, 64, 128]],
    ["32..128x2", [32, 64, 128]],
    ["10..40x1.5", [10, 15, 23, 34]],
    ["32..64+16", [32, 48, 64]],
    ["8,32..40+4", [8, 32, 36, 40]],
    ["0,7", [0, 7]],
    ["5..5", [5]],
  ])("%s", (text, sizes) => {
    expect(parseSizes(text)).toEqual(sizes);
  });

  test.each(["", "a", "-1", "1.5", "4..2", "0..8x2", "1..8x1", "1..8+0", "1..8-1", "1..", "1..1000000+1"])("'%s' is refused", (text) => {
    expect(() => parseSizes(text)).toThrow(OptionError);
  });
});

test("a range that goes down, and one that never ends, are told apart", () => {
  expect(() => parseSizes("10..5")).toThrow("a range that ends before it begins: '10..5'");
  expect(() => parseSizes("0..8x2")).toThrow("a range without end: '0..8x2'");
});

describe("names with parameters", () => {
  const rows = { kin: { default: 0.25, text: "" } };

  test("are taken apart", () => {
    expect(parseNamed("2q:kin=0.5:kout=1")).toEqual({ name: "2q", settings: { kin: "0.5", kout: "1" } });
    expect(parseParameters({ kin: "0.5" }, rows, "2q")).toEqual({ kin: 0.5 });
  });

  const wrong: Record<string, string>[] = [{ kout: "1" }, { kin: "" }, { kin: "x" }, { kin: "-1" }, { toString: "1" }];
  test.each(wrong)("%j is refused", (settings) => {
    expect(() => parseParameters(settings, rows, "2q")).toThrow(OptionError);
  });

  test("a setting without a value is refused", () => {
    expect(() => parseNamed("2q:kin")).toThrow(OptionError);
    expect(() => parseNamed("2q:=1")).toThrow(OptionError);
  });
});

describe("disks", () => {
  test.each([
    ["fixed:100us", { kind: "fixed", us: 100 }, "fixed:100us"],
    ["fixed:time=2ms", { kind: "fixed", us: 2000 }, "fixed:2ms"],
    ["fixed", { kind: "fixed", us: 100 }, "fixed:100us"],
    [
      "seek:rotation=4.2ms",
      { kind: "seek", trackUs: 1000, seekUs: 15_000, rotationUs: 4200, transferUs: 27, pagesPerTrack: 256 },
      "seek:rotation=4.2ms",
    ],
    ["ssd:read=80us:channels=8", { kind: "ssd", readUs: 80, writeUs: 200, channels: 8 }, "ssd:channels=8"],
  ] as const)("%s", (text, model, short) => {
    expect(parseDisk(text)).toEqual(model);
    expect(diskText(parseDisk(text))).toBe(short);
    expect(parseDisk(short)).toEqual(model);
  });

  test.each([
    ["1s", 1_000_000],
    ["1.5ms", 1500],
    ["20ns", 0.02],
    ["3µs", 3],
  ])("%s is a time", (text, us) => {
    expect(parseTime(text)).toBeCloseTo(us, 9);
  });

  test.each(["tape", "fixed:100", "fixed:-1us", "ssd:channels=0", "ssd:channels=1.5", "seek:speed=1ms", "toString"])(
    "'%s' is refused",
    (text) => {
      expect(() => parseDisk(text)).toThrow(OptionError);
    },
  );
});

describe("workloads", () => {
  test("parameters of the name go before options, and those before the table's", () => {
    const { name, command } = parseWorkload("zipf:pages=10", { pages: 20, references: 30, rounds: 40 }, "5");
    expect(name).toBe("zipf:pages=10");
    expect(command).toEqual(["/usr/lib/paging/zipf", "pages=10", "references=30", "skew=0.9", "writes=25", "seed=5"]);
  });

  test("any text is a seed, and different texts are different seeds", () => {
    const seed = (text: string) => parseWorkload("uniform", {}, text).command.at(-1);
    expect(seed("a seed")).toMatch(/^seed=\d+$/);
    expect(seed("a seed")).not.toBe(seed("another seed"));
  });
});
