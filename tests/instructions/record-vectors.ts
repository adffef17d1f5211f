/**
 * Records instruction cases with the host processor's results for tests that run anywhere:
 *   npx tsx tests/instructions/record-vectors.ts
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { host, mustBeOurs } from "../hardware/host.ts";
import { Hardware } from "./hardware.ts";
import { casesOf } from "./proof.ts";
import { encodeCases, encodeResults } from "./records.ts";
import { comparableRows } from "./rows.ts";

const CASES_PER_ROW = 3;
const SEED = 20231122;

mustBeOurs(host());
const hardware = Hardware.open();
if (hardware === undefined) throw new Error("this host cannot run i386 programs");
const cases = comparableRows().flatMap((row, index) => casesOf(row, index, CASES_PER_ROW, SEED));
const results = hardware.run(cases);
hardware.close();
if (results === undefined) throw new Error("the runner failed");
const record = (name: string, bytes: Uint8Array): void =>
  writeFileSync(new URL(`vectors/${name}.gz`, import.meta.url), gzipSync(bytes, { level: 9 }));
record("cases", encodeCases(cases));
record("results", encodeResults(results));
