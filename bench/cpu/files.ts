/**
 * What the real programs work on: text made of words, the same on every machine.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const TEXT_BYTES = 20 << 20;
const LINES_BYTES = 5 << 20;
const WORDS = 50_000;

/** Repeatable random 32-bit numbers (xorshift). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Words of letters, vowels between consonants; low indices are short. */
function vocabulary(random: () => number): string[] {
  const [vowels, consonants] = ["aeiou", "bcdfghklmnprstvwz"];
  return Array.from({ length: WORDS }, (_, index) => {
    const length = 2 + (index > 200 ? 3 : 0) + (random() % 5);
    const letters = Array.from({ length }, (_unused, place) => {
      const kind = (place + index) & 1 ? vowels : consonants;
      return kind[random() % kind.length];
    });
    return letters.join("") + (random() % 8 ? "" : "ing");
  });
}

/** Lines of words, frequent ones oftener, with a number now and then. */
function prose(bytes: number, seed: number): Buffer {
  const random = numbers(seed);
  const words = vocabulary(random);
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = Array.from({ length: 4 + (random() % 10) }, () => {
      if (random() % 16 === 0) return String(random() % 100_000);
      // The product of two uniform numbers prefers small ones.
      return words[Math.floor((random() / 2 ** 32) * (random() / 2 ** 32) * WORDS)];
    }).join(" ");
    lines.push(line);
    length += line.length + 1;
  }
  return Buffer.from(`${lines.join("\n")}\n`).subarray(0, bytes);
}

export function writeDataFiles(place: string): void {
  const text = prose(TEXT_BYTES, 2463534242);
  writeFileSync(join(place, "text"), text);
  writeFileSync(join(place, "text.gz"), gzipSync(text, { level: 9 }));
  writeFileSync(join(place, "lines"), prose(LINES_BYTES, 88675123));
}
