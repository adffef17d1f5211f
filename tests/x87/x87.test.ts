/**
 * The floating-point unit against a real one: recorded vectors always, a random selection where the host can execute it.
 *
 * X87_CASES (per operation) and X87_SEED in the environment choose a larger or another selection.
 */
import { describe, expect, test } from "vitest";
import { executeEmulated } from "./emulated.ts";
import { host as identify, isKnown, type KnownHost, RECORDED, skipNote } from "../hardware/host.ts";
import { RecordRunner } from "../hardware/record-runner.ts";
import { format, RECORD_BYTES, RUNNER } from "./record.ts";
import { allOperations, recordedVectors } from "./vectors.ts";
import { difference } from "./verdict.ts";

const CASES = Number(process.env["X87_CASES"] ?? 100);
const SEED = Number(process.env["X87_SEED"] ?? 1);
const SHOWN = 5;

function differences(requests: readonly Uint8Array[], responses: readonly Uint8Array[], host: KnownHost): string[] {
  return requests.flatMap((request, i) => {
    const actual = executeEmulated(request);
    const what = difference(request, responses[i]!, actual, host);
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
      RECORDED,
    );
    expect(vectors.length).toBeGreaterThan(2000);
    expect(found.slice(0, SHOWN)).toEqual([]);
  });

  test(`gives the host processor's results${skipNote()}`, { timeout: 600_000 }, ({ skip }) => {
    const host = identify();
    const runner = isKnown(host) ? RecordRunner.open(RUNNER, RECORD_BYTES) : undefined;
    if (!isKnown(host) || runner === undefined) {
      skip();
      return;
    }
    const requests = allOperations(SEED, CASES);
    const responses = runner.execute(requests);
    runner.close();
    expect(differences(requests, responses, host).slice(0, SHOWN)).toEqual([]);
  });
});
