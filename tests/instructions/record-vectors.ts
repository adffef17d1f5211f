/**
 * Records instruction cases with the host processor's results for tests that run anywhere:
 *   npx tsx tests/instructions/record-vectors.ts
 */
import { writeFileSync } from "node:fs";
import { comparableRows, generate, Random } from "./generator.ts";
import { Hardware } from "./hardware.ts";
import type { InstructionCase } from "./layout.ts";
import { encodeCases, encodeResults } from "./records.ts";

const CASES_PER_ROW = 3;
const SEED = 20231122;

const hardware = Hardware.open();
if (hardware === undefined) throw new Error("this host cannot run i386 programs");
const random = new Random(SEED);
const cases: InstructionCase[] = [];
for (const row of comparableRows()) {
  for (let count = 0; count < CASES_PER_ROW; count++) {
    const test = generate(random, row);
    if (test !== undefined) cases.push(test);
  }
}
const results = hardware.run(cases);
hardware.close();
if (results === undefined) throw new Error("the runner failed");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
writeFileSync(
  new URL("vectors/hardware.json", import.meta.url),
  `${JSON.stringify({ cases: text(encodeCases(cases)), results: text(encodeResults(results)) })}\n`,
);
