/**
 * Floating point of SSE and SSE2 against a real processor: recorded vectors always, a random selection where the host can
 * execute it.
 *
 * VECTOR_FLOAT_CASES (per operation) and VECTOR_FLOAT_SEED in the environment choose a larger or another selection.
 */
import { describe, expect, test } from "vitest";
import { allOperations } from "./cases.ts";
import { executeEmulated } from "./emulated.ts";
import { host as identify, isKnown, skipNote } from "../hardware/host.ts";
import { RecordRunner } from "../hardware/record-runner.ts";
import { OPERATIONS, operationOf } from "./operations.ts";
import { agree, formatRequest, formatResponse, RequestAt, RECORD_BYTES, RUNNER } from "./record.ts";
import { recordedVectors } from "./vectors.ts";

const CASES = Number(process.env["VECTOR_FLOAT_CASES"] ?? 200);
const SEED = Number(process.env["VECTOR_FLOAT_SEED"] ?? 1);
const SHOWN = 5;

/** RCP and RSQRT, and how many words of their destination they fill. */
const APPROXIMATE: Readonly<Record<string, number>> = { rcpps: 4, rcpss: 1, rsqrtps: 4, rsqrtss: 1 };

function mnemonicOf(request: Uint8Array): string {
  return operationOf(request.subarray(RequestAt.CODE, RequestAt.CODE + request[RequestAt.LENGTH]!)).mnemonic;
}

/** Whether the host answers the recorded requests of RCP and RSQRT with the recorded bits. */
function hasRecordedApproximations(host: RecordRunner): boolean {
  const { requests, responses } = recordedVectors();
  const chosen = requests.map((_, i) => i).filter((i) => mnemonicOf(requests[i]!) in APPROXIMATE);
  const answers = host.execute(chosen.map((i) => requests[i]!));
  return chosen.every((i, at) => agree(responses[i]!, answers[at]!));
}

function differences(requests: readonly Uint8Array[], responses: readonly Uint8Array[], areExact = true): string[] {
  return requests.flatMap((request, i) => {
    const actual = executeEmulated(request);
    const mnemonic = mnemonicOf(request);
    if (agree(responses[i]!, actual, areExact ? 0 : APPROXIMATE[mnemonic])) return [];
    return [`${mnemonic} ${formatRequest(request)}\n  expected ${formatResponse(responses[i]!)}\n  actual   ${formatResponse(actual)}`];
  });
}

describe("floating point of SSE and SSE2", () => {
  test("gives the recorded results", () => {
    const { requests, responses } = recordedVectors();
    expect(requests.length).toBeGreaterThanOrEqual(50 * OPERATIONS.length);
    expect(responses.length).toBe(requests.length);
    expect(differences(requests, responses).slice(0, SHOWN)).toEqual([]);
  });

  test(`gives the host processor's results${skipNote()}`, { timeout: 600_000 }, ({ skip }) => {
    const host = isKnown(identify()) ? RecordRunner.open(RUNNER, RECORD_BYTES) : undefined;
    if (host === undefined) {
      skip();
      return;
    }
    const requests = allOperations(SEED, CASES);
    const responses = host.execute(requests);
    const areExact = hasRecordedApproximations(host);
    host.close();
    expect(differences(requests, responses, areExact).slice(0, SHOWN)).toEqual([]);
  });
});
