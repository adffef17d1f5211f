/**
 * The recorded vectors: requests and an Intel processor's responses, one after the other, compressed in vectors.gz.
 *
 * Run as a program, on an Intel host, this file records them anew: npx tsx tests/x87/vectors.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { anyRequest, Random } from "./cases.ts";
import { host, mustBeOurs } from "../hardware/host.ts";
import { RecordRunner } from "../hardware/record-runner.ts";
import { encode, RECORD_BYTES, RUNNER } from "./record.ts";

const FILE = fileURLToPath(new URL("./vectors.gz", import.meta.url));
const SEED = 80387;
const CASES_PER_OPERATION = 18;
const OPERATIONS = 64;

/** FISTTP on memory, in octal: it came with SSE3, so the emulated processor does not have it. */
const LATER_OPERATIONS: ReadonlySet<number> = new Set([0o31, 0o51, 0o71]);

/** Requests for every operation on registers and on memory. */
export function allOperations(seed: number, casesPerOperation: number): Uint8Array[] {
  const random = new Random(seed);
  const requests: Uint8Array[] = [];
  for (const isMemory of [true, false]) {
    for (let operation = 0; operation < OPERATIONS; operation++) {
      if (isMemory && LATER_OPERATIONS.has(operation)) continue;
      for (let i = 0; i < casesPerOperation; i++) requests.push(encode(anyRequest(random, operation, isMemory)));
    }
  }
  return requests;
}

/** The response to a request is the record after it. */
export function recordedVectors(): { request: Uint8Array; response: Uint8Array }[] {
  const bytes = new Uint8Array(gunzipSync(readFileSync(FILE)));
  return Array.from({ length: bytes.length / (2 * RECORD_BYTES) }, (_, i) => {
    const at = 2 * i * RECORD_BYTES;
    return {
      request: bytes.slice(at, at + RECORD_BYTES),
      response: bytes.slice(at + RECORD_BYTES, at + 2 * RECORD_BYTES),
    };
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mustBeOurs(host());
  const runner = RecordRunner.open(RUNNER, RECORD_BYTES);
  if (runner === undefined) throw new Error("this host cannot record vectors");
  const requests = allOperations(SEED, CASES_PER_OPERATION);
  const responses = runner.execute(requests);
  runner.close();
  writeFileSync(FILE, gzipSync(Buffer.concat(requests.flatMap((request, i) => [request, responses[i]!])), { level: 9 }));
}
