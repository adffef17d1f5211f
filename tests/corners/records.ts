/**
 * Corner cases and their results as the structures of runner.c; results also as recorded.
 */
import { type CornerCase, type CornerResult, PEEKS, POKES } from "./layout.ts";

const SEGMENT_WORDS = 3;
const POKE_WORD = 8 + 3 + 5 + 2 * SEGMENT_WORDS;
const PEEK_WORD = POKE_WORD + 2 * POKES;
const CODE_WORD = PEEK_WORD + PEEKS;
const CASE_WORDS = CODE_WORD + 4 + 1;
const RESULT_WORDS = 8 + 2 + 5 + 3 + PEEKS + 1;

export function encodeCases(cases: readonly CornerCase[]): Uint8Array {
  const words = new Uint32Array(cases.length * CASE_WORDS);
  const bytes = new Uint8Array(words.buffer);
  cases.forEach((test, index) => {
    const at = index * CASE_WORDS;
    const segments = test.segments.flatMap(({ base, limit, flags }) => [base, limit, flags]);
    words.set([...test.registers, test.eflags, test.eip, test.seed, ...test.selectors, ...segments], at);
    test.pokes.forEach(([address, value], poke) => {
      words[at + POKE_WORD + poke] = address;
      words[at + POKE_WORD + POKES + poke] = value;
    });
    words.set(test.peeks, at + PEEK_WORD);
    bytes.set(test.code, (at + CODE_WORD) * 4);
    words[at + CASE_WORDS - 1] = test.code.length;
  });
  return bytes;
}

export function decodeResults(bytes: Uint8Array): CornerResult[] {
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  const results: CornerResult[] = [];
  for (let at = 0; at < words.length; at += RESULT_WORDS) {
    const r = Array.from(words.subarray(at, at + RESULT_WORDS));
    results.push({
      registers: r.slice(0, 8),
      eflags: r[8]!,
      eip: r[9]!,
      selectors: r.slice(10, 15),
      vector: r[15]!,
      error: r[16]!,
      address: r[17]!,
      peeks: r.slice(18, 18 + PEEKS),
      hash: r[18 + PEEKS]!,
    });
  }
  return results;
}
