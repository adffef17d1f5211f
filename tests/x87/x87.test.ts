/**
 * The floating-point unit against a real one: recorded vectors always, a random selection where the host can execute it.
 *
 * X87_CASES (per operation) and X87_SEED in the environment choose a larger or another selection.
 */
import { describe, expect, test } from "vitest";
import { executeEmulated } from "./emulated.ts";
import { HostProcessor } from "../support/host-processor.ts";
import { format, RECORD_BYTES, RUNNER } from "./record.ts";
import { allOperations, recordedVectors } from "./vectors.ts";
import { difference } from "./verdict.ts";

const CASES = Number(process.env["X87_CASES"] ?? 100);
const SEED = Number(process.env["X87_SEED"] ?? 1);
const SHOWN = 5;

function differences(requests: readonly Uint8Array[], responses: readonly Uint8Array[]): string[] {
  return requests.flatMap((request, i) => {
    const actual = executeEmulated(request);
    const what = difference(request, responses[i]!, actual);
    if (what === undefined) return [];
    return [`${what}\n  request  ${format(request)}\n  expected ${format(responses[i]!)}\n  actual   ${format(actual)}`];
  });
}

describe("floating-point unit", () => {
  test("gives the recorded results", () => {
    const vectors = recordedVectors();
    const found = differences(
      vectors.map((vector) => vector.request),
      vectors.map((vector) => vector.response),
    );
    expect(vectors.length).toBeGreaterThan(2000);
    expect(found.slice(0, SHOWN)).toEqual([]);
  });

  test("gives the host processor's results", { timeout: 600_000 }, ({ skip }) => {
    const host = HostProcessor.open(RUNNER, RECORD_BYTES);
    if (host === undefined) {
      skip();
      return;
    }
    const requests = allOperations(SEED, CASES);
    const responses = host.execute(requests);
    host.close();
    expect(differences(requests, responses).slice(0, SHOWN)).toEqual([]);
  });
});
