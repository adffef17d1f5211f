/**
 * Floating point of SSE and SSE2 against a real processor: recorded vectors always, a random selection where the host can
 * execute it.
 *
 * VECTOR_FLOAT_CASES (per operation) and VECTOR_FLOAT_SEED in the environment choose a larger or another selection.
 */
import { describe, expect, test } from "vitest";
import { allOperations } from "./cases.ts";
import { executeEmulated } from "./emulated.ts";
import { HostProcessor } from "../support/host-processor.ts";
import { OPERATIONS, operationOf } from "./operations.ts";
import { agree, formatRequest, formatResponse, RequestAt, RECORD_BYTES, RUNNER } from "./record.ts";
import { recordedVectors } from "./vectors.ts";

const CASES = Number(process.env["VECTOR_FLOAT_CASES"] ?? 200);
const SEED = Number(process.env["VECTOR_FLOAT_SEED"] ?? 1);
const SHOWN = 5;

function differences(requests: readonly Uint8Array[], responses: readonly Uint8Array[]): string[] {
  return requests.flatMap((request, i) => {
    const actual = executeEmulated(request);
    if (agree(responses[i]!, actual)) return [];
    const { mnemonic } = operationOf(request.subarray(RequestAt.CODE, RequestAt.CODE + request[RequestAt.LENGTH]!));
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
