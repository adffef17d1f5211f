import { describe, expect, it } from "vitest";
import { SeededEntropy } from "./entropy.ts";

const draw = (seed: string | number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  new SeededEntropy(seed).fill(bytes);
  return bytes;
};

describe("SeededEntropy", () => {
  it("repeats for equal seeds and differs for others", () => {
    expect(draw("a", 100)).toEqual(draw("a", 100));
    expect(draw("7", 100)).toEqual(draw(7, 100));
    expect(draw("a", 100)).not.toEqual(draw("b", 100));
  });

  it("goes on where it stopped", () => {
    const source = new SeededEntropy(1);
    const first = new Uint8Array(8);
    const second = new Uint8Array(8);
    source.fill(first);
    source.fill(second);
    expect([...first, ...second]).toEqual([...draw(1, 16)]);
  });

  it("has all byte values about equally often", () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (const byte of draw("spread", 256 * 400)) counts[byte]!++;
    for (const count of counts) {
      expect(count).toBeGreaterThan(300);
      expect(count).toBeLessThan(500);
    }
  });
});
