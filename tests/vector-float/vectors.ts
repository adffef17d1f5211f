/**
 * The recorded vectors: requests and an Intel processor's responses, one after the other, compressed in vectors.gz.
 *
 * Run as a program, on an Intel host, this file records them anew: npx tsx tests/vector-float/vectors.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { allOperations } from "./cases.ts";
import { host, mustBeOurs } from "../hardware/host.ts";
import { RecordRunner } from "../hardware/record-runner.ts";
import { RECORD_BYTES, RUNNER } from "./record.ts";

const FILE = fileURLToPath(new URL("./vectors.gz", import.meta.url));
const SEED = 20001120;
const CASES_PER_OPERATION = 60;

/** The response to a request is the record after it. */
export function recordedVectors(): { requests: Uint8Array[]; responses: Uint8Array[] } {
  const bytes = new Uint8Array(gunzipSync(readFileSync(FILE)));
  const records = Array.from({ length: bytes.length / RECORD_BYTES }, (_, i) => bytes.slice(i * RECORD_BYTES, (i + 1) * RECORD_BYTES));
  return { requests: records.filter((_, i) => i % 2 === 0), responses: records.filter((_, i) => i % 2 === 1) };
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
