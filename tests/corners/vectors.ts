/**
 * The recorded selection: how many cases of each family, from which seed, and what a real processor did.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { FAMILIES, type Family, makeCases } from "./cases.ts";
import type { CornerCase, CornerResult, Entries } from "./layout.ts";
import { decodeResults } from "./records.ts";

export const VECTORS = new URL("vectors.gz", import.meta.url);
export const RECORDED_PER_FAMILY = 200;
const RECORDED_SEED = 20011;

export const families = Object.keys(FAMILIES) as Family[];

/** The cases of all families in their order. */
export function recordedCases(entries: Entries): CornerCase[] {
  return families.flatMap((family) => makeCases(family, RECORDED_SEED, RECORDED_PER_FAMILY, entries));
}

export function recordedResults(): CornerResult[] {
  return decodeResults(gunzipSync(readFileSync(VECTORS)));
}
