/**
 * The translator against the interpreter: random integer programs, whole and in slices of every small length. INTEGER_PROGRAMS and
 * INTEGER_SEED ask for more and others.
 */
import { expect, test } from "vitest";
import { describeProgram, FAMILIES, integerProgram, loopProgram, stackProgram, stringProgram } from "./test-programs.ts";
import { Random } from "./runtime/x87-test-values.ts";
import { Engines, type Start } from "./test-engines.ts";

const PROGRAMS = Number(process.env["INTEGER_PROGRAMS"] ?? 60);
const SEED = Number(process.env["INTEGER_SEED"] ?? 1);
/** Enough for a whole program. */
const WHOLE = 10000;
const LONGEST_SLICE = 50;

const engines = new Engines();

function compare(random: Random, make: () => Start): void {
  for (let index = 0; index < PROGRAMS; index++) {
    const start = make();
    const slice = index % 2 === 0 ? WHOLE : 1 + random.below(LONGEST_SLICE);
    expect(engines.difference(start, slice), describeProgram(start)).toBeUndefined();
  }
}

for (const [name, family] of Object.entries(FAMILIES)) {
  test(`${name} do the same in both engines`, () => {
    const random = new Random(SEED);
    compare(random, () => integerProgram(random, family));
  });
}

test("programs of the stack do the same in both engines", () => {
  const random = new Random(SEED);
  compare(random, () => stackProgram(random));
});

test("string instructions do the same in both engines", () => {
  const random = new Random(SEED);
  compare(random, () => stringProgram(random));
});

test("flags that live from round to round of a loop are the same in both engines", () => {
  const random = new Random(SEED);
  compare(random, () => loopProgram(random));
});
