/**
 * The translator against the interpreter: random integer programs, whole and in slices of every small length.
 * INTEGER_PROGRAMS and
 * INTEGER_SEED ask for more and others.
 */
import { expect, test } from "vitest";
import {
  describeProgram,
  FAMILIES,
  integerProgram,
  loopProgram,
  stackProgram,
  stringProgram,
} from "../../tests/support/engine-programs.ts";
import { Random } from "./runtime/x87-test-values.ts";
import { DATA, Engines, type Start } from "../../tests/support/engines.ts";
import { PAGE_SIZE } from "../ram.ts";

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

test("the carry of a rotate by CL is not taken for the one that was pending", () => {
  // JECXZ +0: paths meet without a look at flags.
  const merge = [0xe3, 0];
  // ADD EDI,ESI; INC EAX; ROL EDX,CL; MOV EBP,[EBX]; INC ECX; ADC EDI,0.
  const body = [0x01, 0xf7, ...merge, 0x40, ...merge, 0xd3, 0xc2, ...merge, 0x8b, 0x6b, 0, 0x41, ...merge, 0x83, 0xd7, 0];
  // DEC ESI; JNZ.
  const code = [...body, 0x4e, 0x75, 0x100 - (body.length + 3)];
  const registers = [1, 5, 0x89abcdef, DATA, 0, 0, 50, 0x12345678].map((value) => value | 0);
  const program = { code, registers, eflags: 0x202, data: new Uint8Array(3 * PAGE_SIZE), isFresh: false };
  expect(engines.difference(program, WHOLE)).toBeUndefined();
});
