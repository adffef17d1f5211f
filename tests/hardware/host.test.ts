/**
 * Which column a host is compared by, and what is said where there is none.
 */
import { expect, test } from "vitest";
import { host, isKnown, mustBeOurs, parseHost, skipNote, whyNotCompared } from "./host.ts";

test.each([
  ["GenuineIntel", "intel"],
  ["AuthenticAMD", "amd"],
  ["HygonGenuine", undefined],
  ["CentaurHauls", undefined],
  ["  Shanghai  ", undefined],
] as const)("%s", (vendor, maker) => {
  const found = parseHost(`${vendor}\n24 1 1018\n`);
  expect(found).toEqual({ vendor, family: 24, model: 1, maker, hasInterruptTable: true });
  expect(isKnown(found)).toBe(maker !== undefined);
  const why = whyNotCompared(found);
  if (maker !== undefined) expect(why).toBe(undefined);
  else expect(why).toBe(`tests/hardware/facts.ts has no column for ${vendor} family 24 model 1: recorded results are compared only`);
});

test("FRED answers INT n with error code 0", () => {
  expect(parseHost("GenuineIntel\n6 204 0\n").hasInterruptTable).toBe(false);
});

test("says why nothing is compared with the host", () => {
  expect(whyNotCompared(undefined)).toBe("this host cannot build or run i386 programs: recorded results are compared only");
  const why = whyNotCompared(host());
  expect(skipNote()).toBe(why === undefined ? "" : ` (skipped: ${why})`);
});

test("records only what our column has", () => {
  expect(() => mustBeOurs(parseHost("AuthenticAMD\n25 1 1018\n"))).toThrow(
    "results are recorded on processors of GenuineIntel; this host has AuthenticAMD",
  );
  expect(() => mustBeOurs(parseHost("GenuineIntel\n6 207 1018\n"))).not.toThrow();
});

test("identifies this host, or says that it cannot", () => {
  const found = host();
  if (found === undefined) expect(whyNotCompared(found)).toMatch(/^this host cannot/);
  else expect(found.vendor).toMatch(/^.{12}$/);
});
