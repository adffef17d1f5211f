/**
 * Every turn of the processor makes progress, and ends where it has to: programs at several addresses, in random
 * slices, with policies that
 * leave the interpreter any number of instructions between samples. A turn without progress throws. PROGRESS_PROGRAMS
 * and PROGRESS_SEED ask
 * for more and others.
 */
import { describe, expect, test } from "vitest";
import { Random } from "./runtime/x87-test-values.ts";
import {
  describeProgram,
  FAMILIES,
  integerProgram,
  loopProgram,
  stackProgram,
  stringProgram,
} from "../../tests/support/engine-programs.ts";
import type { Start } from "../../tests/support/engines.ts";
import { Spaces } from "../../tests/support/address-spaces.ts";
import type { Policy } from "./translator.ts";

const PROGRAMS = Number(process.env["PROGRESS_PROGRAMS"] ?? 6);
const SEED = Number(process.env["PROGRESS_SEED"] ?? 1);
const LONGEST_SLICES = [3, 60, 200, 3000] as const;

/** Periods around the lengths of chains, and what a transition costs. */
const PERIODS = [0, 1, 7, 40, 50, 60, 97, 150, 2000] as const;

/** FLD1: with every run another state of the x87 unit, and other variants of regions. */
const LOAD_ONE = [0xd9, 0xe8] as const;

const families = Object.values(FAMILIES);

const KINDS: Readonly<Record<string, (random: Random) => Start>> = {
  integers: (random) => integerProgram(random, families[random.below(families.length)]!),
  strings: stringProgram,
  stack: stackProgram,
  loops: loopProgram,
  "stack, other x87 states": (random) => {
    const start = stackProgram(random);
    return { ...start, code: [...LOAD_ONE, ...start.code] };
  },
};

describe.each(PERIODS)("period %i", (period) => {
  test.each(["eager", "reluctant"])("%s", (manner) => {
    const isEager = manner === "eager";
    const random = new Random(SEED + period);
    const policy: Policy = { period, threshold: isEager ? 1 : 3, isEager, stepCost: 0 };
    const spaces = new Spaces(policy);
    for (const make of Object.values(KINDS)) {
      for (let index = 0; index < PROGRAMS; index++) {
        const start = make(random);
        const longest = LONGEST_SLICES[random.below(LONGEST_SLICES.length)]!;
        expect(spaces.difference(random, start, longest), describeProgram(start)).toBeUndefined();
      }
    }
  });
});
