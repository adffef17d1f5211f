/**
 * The layering rules: the tree obeys them, and a fixture that breaks them is caught.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

function cruise(...paths: string[]): { status: number | null; output: string } {
  const result = spawnSync("npx", ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "err", ...paths], {
    encoding: "utf8",
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

describe("layers", () => {
  test("imports point downward and use public interfaces", () => {
    const { status, output } = cruise("machine", "kernel", "servers", "lites", "system", "node", "paging", "tools");
    expect(output).toContain("no dependency violations found");
    expect(status).toBe(0);
  }, 60_000);

  test("wrong imports are found", () => {
    const { status, output } = cruise("tests/fixtures/layers");
    expect(output).toContain("machine-imports-downward-only: tests/fixtures/layers/machine/upward.ts");
    expect(output).toContain("kernel-by-its-public-interface: tests/fixtures/layers/lites/inside-kernel.ts");
    expect(status).not.toBe(0);
  }, 60_000);
});
