/**
 * Rows of the table of facts that differ by numbers: what other makers give is accepted, what is farther off is found, and nothing of it
 * outside the results. Values of sines, cosines and tangents were computed with 400 bits.
 */
import { describe, expect, it } from "vitest";
import { differences } from "../instructions/comparison.ts";
import { CODE, type InstructionCase, NO_PLACE, SelectorKind } from "../instructions/layout.ts";
import { EmulatedProcessor } from "../instructions/emulated.ts";
import { Image, INITIAL_UNITS, view } from "../instructions/units.ts";
import { type KnownHost, RECORDED } from "./host.ts";
import { areApproximations, areTranscendentals, type Extended, transcendentalResults } from "./tolerance.ts";

const AMD: KnownHost = { vendor: "AuthenticAMD", family: 25, model: 1, maker: "amd", hasInterruptTable: true };

const FPTAN = 0xf2;
const FSINCOS = 0xfb;
const FSIN = 0xfe;

const extended = (signExponent: number, significand: bigint): Extended => ({ signExponent, significand });
const ONE = extended(0x3fff, 1n << 63n);
const BELOW_ONE = extended(0x3ffe, (1n << 64n) - 1n);

/** Argument; result of the 66-bit π and of π itself. */
const LARGE = {
  argument: extended(0xc01a, 0xfffffffffffffd2an),
  sine: [extended(0x3ffe, 0xfc777c63b37797d6n), extended(0x3ffe, 0xfc777c63b3677ccdn)],
  cosine: [extended(0xbffc, 0xa98aead390cdec00n), extended(0xbffc, 0xa98aead3924da61bn)],
} as const;
const SMALL = extended(0x3ffe, 0xc000000000000000n);

const moved = ({ signExponent, significand }: Extended, by: bigint): Extended => ({ signExponent, significand: significand + by });

describe("transcendental results", () => {
  it("are those of the instructions with a tolerance only", () => {
    expect(transcendentalResults(0xd9, FSINCOS)).toEqual([0, 1]);
    expect(transcendentalResults(0xd9, FPTAN)).toEqual([1]);
    expect(transcendentalResults(0xd9, FSIN)).toEqual([0]);
    // FSQRT, FRNDINT, FPREM, and the same byte behind another escape.
    for (const modrm of [0xfa, 0xfc, 0xf8]) expect(transcendentalResults(0xd9, modrm)).toEqual([]);
    expect(transcendentalResults(0xdb, FSIN)).toEqual([]);
  });

  it.each([RECORDED, AMD])("of $vendor may differ in the last bit, also where the exponent changes", (host) => {
    const near = (a: Extended, b: Extended): boolean => areTranscendentals(host, FSIN, SMALL, a, b);
    expect(near(SMALL, moved(SMALL, 1n))).toBe(true);
    expect(near(ONE, BELOW_ONE)).toBe(true);
    expect(near(SMALL, moved(SMALL, 2n))).toBe(false);
    expect(near(ONE, moved(BELOW_ONE, -2n))).toBe(false);
    expect(near(SMALL, extended(0xbffe, SMALL.significand))).toBe(false);
    expect(near(extended(0x7fff, 1n << 63n), extended(0x7fff, 3n << 62n))).toBe(false);
  });

  it.each([
    ["FSINCOS", FSINCOS, LARGE.sine],
    ["FSINCOS", FSINCOS, LARGE.cosine],
    ["FSIN", FSIN, LARGE.sine],
  ] as const)("of %s may come from another π on AMD, not farther off, and not on ours", (_, modrm, [ours, exact]) => {
    const agrees = (host: KnownHost, expected: Extended): boolean => areTranscendentals(host, modrm, LARGE.argument, expected, ours);
    expect(agrees(AMD, ours)).toBe(true);
    expect(agrees(AMD, exact)).toBe(true);
    expect(agrees(RECORDED, exact)).toBe(false);
    const error = exact.significand - ours.significand;
    expect(agrees(AMD, moved(ours, error + error / 20n))).toBe(false);
    expect(agrees(AMD, extended(exact.signExponent ^ 0x8000, exact.significand))).toBe(false);
  });

  it("of other functions have no such leave", () => {
    for (const modrm of [0xf0, 0xf1, 0xf3, 0xf9]) {
      expect(areTranscendentals(AMD, modrm, LARGE.argument, LARGE.sine[1], LARGE.sine[0])).toBe(false);
    }
  });

  it("of FPTAN may move as far as the function is steep", () => {
    // tan of 2^28 by the 66-bit π, and what the derivative makes of the error of that π.
    const argument = extended(0x401b, 1n << 63n);
    const tangent = extended(0x3fff, 0xc000000000000000n);
    const largest = 2 ** 28 * 1.2875e-21 * (1 + 1.5 ** 2);
    const units = BigInt(Math.floor(largest * 2 ** 63));
    expect(areTranscendentals(AMD, FPTAN, argument, moved(tangent, units), tangent)).toBe(true);
    expect(areTranscendentals(AMD, FPTAN, argument, moved(tangent, units + units / 20n), tangent)).toBe(false);
  });
});

describe("approximations", () => {
  const word = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;

  it.each([
    ["the same", 0.5, 0.5, true],
    ["exact where ours is short", 1, 0.999755859375, true],
    ["at the ends of the error", 1 - 1.5 * 2 ** -12, 1 + 1.4 * 2 ** -12, true],
    ["beyond the error", 1, 1 + 3.2 * 2 ** -12, false],
    ["of another sign", 1, -1, false],
    ["infinite", Infinity, 3e38, false],
    ["tiny and flushed", 2 ** -126, 0, true],
    ["not tiny, and 0", 2 ** -125, 0, false],
    ["zeros of different sign", 0, -0, false],
  ])("%s", (_, one, other, expected) => {
    expect(areApproximations(word(one), word(other))).toBe(expected);
    expect(areApproximations(word(other), word(one))).toBe(expected);
  });

  it.each([
    ["RCPPS XMM2,XMM1", [0x0f, 0x53, 0xd1], 4],
    ["RSQRTSS XMM2,XMM1", [0xf3, 0x0f, 0x52, 0xd1], 1],
    ["SQRTPS XMM2,XMM1", [0x0f, 0x51, 0xd1], 0],
  ])("are the results of %s, even where they are what was there before; nothing else", (_, code, count) => {
    const units = Uint8Array.from(INITIAL_UNITS);
    // All 1, so that an exact result is the operand.
    for (let at = Image.XMM; at < units.length; at += 4) view(units).setFloat32(at, 1, true);
    const test: InstructionCase = {
      registers: [0, 0, 0, 0, 0, 0, 0, 0],
      eflags: 0x202,
      eip: CODE,
      seed: 1,
      fs: 0,
      pokes: [],
      code: [...code],
      lead: 0,
      selector: SelectorKind.NONE,
      selectorPlace: 0,
      selectorResult: NO_PLACE,
      blank: [0, 0],
      units,
    };
    const ours = new EmulatedProcessor("interpreter").run(test);
    const found = (lane: number, factor: number): string[] => {
      const expected = { ...ours, units: Uint8Array.from(ours.units) };
      const at = Image.XMM + 4 * lane;
      view(expected.units).setFloat32(at, view(ours.units).getFloat32(at, true) * factor, true);
      return differences(test, expected, ours);
    };
    for (let lane = 0; lane < 32; lane++) {
      const isResult = lane >= 8 && lane < 8 + count;
      expect(found(lane, 1 + 2 ** -12).length, `lane ${lane}`).toBe(isResult ? 0 : 1);
      expect(found(lane, 1 + 2 ** -10).length, `lane ${lane}`).toBe(1);
    }
  });
});
