/**
 * Instruction cases and results as records of 32-bit words: the structures of runner.c, also used for recorded vectors.
 */
import { type InstructionCase, type InstructionResult, POKES } from "./layout.ts";

/** Registers, EFLAGS, EIP, seed, FS, poke addresses, poke values, 16 code bytes, code length. */
const CASE_WORDS = 8 + 4 + 2 * POKES + 4 + 1;
const POKE_WORD = 12;
const CODE_WORD = POKE_WORD + 2 * POKES;
/** Registers, EFLAGS, EIP, vector, error code, address, hash. */
const RESULT_WORDS = 8 + 6;

export function encodeCases(cases: readonly InstructionCase[]): Uint8Array {
  const words = new Uint32Array(cases.length * CASE_WORDS);
  const bytes = new Uint8Array(words.buffer);
  cases.forEach((test, index) => {
    const at = index * CASE_WORDS;
    words.set(test.registers, at);
    words.set([test.eflags, test.eip, test.seed, test.fs], at + 8);
    test.pokes.forEach(([address, value], poke) => {
      words[at + POKE_WORD + poke] = address;
      words[at + POKE_WORD + POKES + poke] = value;
    });
    bytes.set(test.code, (at + CODE_WORD) * 4);
    words[at + CASE_WORDS - 1] = test.code.length;
  });
  return bytes;
}

export function decodeCases(bytes: Uint8Array): InstructionCase[] {
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  const cases: InstructionCase[] = [];
  for (let at = 0; at < words.length; at += CASE_WORDS) {
    const pokes: [number, number][] = [];
    for (let poke = 0; poke < POKES; poke++) {
      const address = words[at + POKE_WORD + poke]!;
      if (address !== 0) pokes.push([address, words[at + POKE_WORD + POKES + poke]!]);
    }
    const code = (at + CODE_WORD) * 4;
    cases.push({
      registers: Array.from(words.subarray(at, at + 8)),
      eflags: words[at + 8]!,
      eip: words[at + 9]!,
      seed: words[at + 10]!,
      fs: words[at + 11]!,
      pokes,
      code: Array.from(bytes.subarray(code, code + words[at + CASE_WORDS - 1]!)),
    });
  }
  return cases;
}

export function encodeResults(results: readonly InstructionResult[]): Uint8Array {
  const words = new Uint32Array(results.length * RESULT_WORDS);
  results.forEach((r, index) => {
    words.set([...r.registers, r.eflags, r.eip, r.vector, r.error, r.address, r.hash], index * RESULT_WORDS);
  });
  return new Uint8Array(words.buffer);
}

export function decodeResults(bytes: Uint8Array): InstructionResult[] {
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  const results: InstructionResult[] = [];
  for (let at = 0; at < words.length; at += RESULT_WORDS) {
    const r = Array.from(words.subarray(at, at + RESULT_WORDS));
    results.push({
      registers: r.slice(0, 8),
      eflags: r[8]!,
      eip: r[9]!,
      vector: r[10]!,
      error: r[11]!,
      address: r[12]!,
      hash: r[13]!,
    });
  }
  return results;
}
