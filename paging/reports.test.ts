import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { png } from "./bitmap.ts";
import type { Outcome } from "./outcome.ts";
import { referenceMap } from "./reference-map.ts";
import { csvText } from "./report-files.ts";
import { rowsOf } from "./report-rows.ts";
import { tablesText } from "./report-tables.ts";
import { textTable } from "./text-table.ts";
import { TraceBuilder } from "./trace.ts";

function outcome(policy: string, frames: number, faults: number, changes: Partial<Outcome["point"]> = {}): Outcome {
  const point = {
    method: "replay",
    workload: "w",
    command: [],
    policy: { name: policy, parameters: {} },
    frames,
    scope: "global",
    readAhead: 0,
    cluster: 1,
    seed: "1",
    ...changes,
  } as const;
  return { point, total: { faults, references: 100 }, tasks: [], cold: 2, missCurve: { every: 1, times: [], count: 0, end: 0 } };
}

describe("tables", () => {
  test("words stand left, numbers right, what is not known is a dash", () => {
    expect(
      textTable(
        ["name", "n"],
        [
          ["a", 5],
          ["long name", 123],
          ["c", undefined],
        ],
      ),
    ).toBe("  name         n\n  a            5\n  long name  123\n  c            –\n");
  });

  test("one size: figures side by side", () => {
    const text = tablesText([outcome("fifo", 8, 30), outcome("lru", 8, 25)], ["misses", "ratio"], false);
    expect(text).toBe(
      "w, 8 frames, 100 references\n\n  policy  misses  misses per 1000 references\n  fifo        30                      300.00\n  lru         25                      250.00\n",
    );
  });

  test("a figure that nobody has is left out; one reference is one", () => {
    const one = { ...outcome("fifo", 8, 1), total: { faults: 1, references: 1 } };
    expect(tablesText([one], ["misses", "time"], false)).toBe("w, 8 frames, 1 reference\n\n  policy  misses\n  fifo         1\n");
  });

  test("a plot says of what a number is", () => {
    const { rows } = rowsOf([outcome("2q", 8, 30), outcome("2q", 8, 31, { readAhead: 7, scope: "local" })]);
    expect(rows.map(({ title }) => title)).toEqual(["2q, global, read-ahead 0", "2q, local, read-ahead 7"]);
  });

  test("several sizes: a table a figure; what varies has a column", () => {
    const local = { scope: "local" } as const;
    const outcomes = [outcome("fifo", 8, 30), outcome("fifo", 16, 20), outcome("fifo", 8, 31, local), outcome("fifo", 16, 21, local)];
    expect(tablesText(outcomes, ["misses", "page-outs"], false)).toBe(
      "w, 100 references\n\n  misses\n  policy  scope   8 frames  16 frames\n  fifo    global        30         20\n  fifo    local         31         21\n",
    );
  });
});

test("sizes that do not fit beside the others stand below them", () => {
  const outcomes = [8, 16, 32, 64].map((frames) => outcome("fifo", frames, 100 - frames));
  expect(tablesText(outcomes, ["misses"], false, 44)).toBe(
    "w, 100 references\n\n  misses\n  policy  8 frames  16 frames  32 frames\n  fifo          92         84         68\n\n  policy  64 frames\n  fifo           36\n",
  );
  // One size is always shown, however narrow the terminal.
  expect(tablesText(outcomes, ["misses"], false, 5).match(/frames/g)).toHaveLength(4);
});

test("figures that do not fit side by side stand one below the other", () => {
  const outcomes = [outcome("fifo", 8, 30), outcome("lru", 8, 25)];
  expect(tablesText(outcomes, ["misses", "ratio"], false, 40)).toBe(
    "w, 8 frames, 100 references\n\n                                fifo     lru\n  misses                          30      25\n  misses per 1000 references  300.00  250.00\n",
  );
});

test("the time of a program that manages memory has none of the disk", () => {
  const note = "  mine: pages to a file in memory, so that its time has none of the disk\n";
  const own = (file: string) => tablesText([outcome("x", 8, 30, { method: "live", manager: { file } })], ["misses"], false);
  expect(own("a/mine").endsWith(note)).toBe(true);
  expect(own("a/mine.ts")).not.toContain("disk");
});

test("CSV quotes what would break a line", () => {
  const [, line] = csvText([outcome("fifo", 8, 30, { workload: 'sh -c "a,b"' })]).split("\n");
  expect(line).toMatch(/^"sh -c ""a,b""",replay,fifo,8,global,/);
});

test("a bitmap is a PNG file with the pixels given", () => {
  const pixels = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 10);
  const file = png(2, 3, pixels);
  expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([2, 3]);
  // The check sum of the empty last chunk is a known constant.
  expect(file.subarray(-8).toString("hex")).toBe("49454e44ae426082");
  const length = file.readUInt32BE(33);
  const rows = inflateSync(file.subarray(41, 41 + length));
  expect([...rows]).toEqual([0, ...pixels.subarray(0, 6), 0, ...pixels.subarray(6, 12), 0, ...pixels.subarray(12)]);
});

test("a reference map counts every reference in its cell", () => {
  const trace = new TraceBuilder();
  trace.reference(0, 0, 700, false, false);
  trace.reference(50, 0, 900, true, false);
  trace.reference(99, 0, 800, false, true);
  trace.reference(100, 0, 700, false, false);
  trace.dropped(100, 700);
  const { columns, rows, pages, counts, from, to } = referenceMap(trace, 11, 100);
  expect([columns, rows, pages, from, to]).toEqual([11, 3, 3, 0, 100]);
  const cells = counts.map((kind) =>
    [...kind.entries()].filter(([, n]) => n > 0).map(([at, n]) => [at % columns, Math.floor(at / columns), n]),
  );
  expect(cells).toEqual([
    [
      [0, 0, 1],
      [10, 0, 1],
    ],
    [[5, 2, 1]],
    [[9, 1, 1]],
  ]);
});
