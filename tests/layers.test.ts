/**
 * The layering rules: the tree obeys them, and a fixture that breaks them is caught.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

/** Cycles of imports in which some are of types alone. It only falls: whoever takes some out lowers it. */
const TYPE_CYCLES_ALLOWED = 40;

interface Violation {
  from: string;
  to: string;
  rule: { name: string; severity: string };
  cycle?: { name: string }[];
}

function cruise(...paths: string[]): Violation[] {
  const { stdout } = spawnSync("npx", ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...paths], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

const textOf = ({ from, to, rule, cycle }: Violation): string =>
  `${rule.name}: ${[from, ...(cycle?.map(({ name }) => name) ?? [to])].join(" -> ")}`;

describe("layers", () => {
  test("imports point downward and use public interfaces, and there are no more cycles of types than there were", () => {
    const found = cruise("machine", "kernel", "servers", "lites", "system", "node", "paging", "tools");
    expect(found.filter(({ rule }) => rule.severity === "error").map(textOf)).toEqual([]);
    const cycles = found.filter(({ rule }) => rule.name === "type-cycles").map(textOf);
    expect(cycles.length, cycles.join("\n")).toBeLessThanOrEqual(TYPE_CYCLES_ALLOWED);
  });

  test("wrong imports are found", () => {
    expect(cruise("tests/fixtures/layers").map(textOf)).toEqual(
      expect.arrayContaining([
        expect.stringMatching("^machine-imports-downward-only: tests/fixtures/layers/machine/upward.ts"),
        expect.stringMatching("^kernel-by-its-public-interface: tests/fixtures/layers/lites/inside-kernel.ts"),
      ]),
    );
  });
});
