/**
 * Instruction cases and results as records of 32-bit words: the structures of runner.c, also used for recorded vectors.
 */
import { CODE_BYTES, type InstructionCase, type InstructionResult, POKES, UNITS_BYTES } from "./layout.ts";

const UNITS_WORDS = UNITS_BYTES / 4;
const POKE_WORD = 12;
const CODE_WORD = POKE_WORD + 2 * POKES;
const LENGTH_WORD = CODE_WORD + CODE_BYTES / 4;
const SELECTOR_WORD = LENGTH_WORD + 1;
const CASE_UNITS_WORD = SELECTOR_WORD + 6;
const CASE_WORDS = CASE_UNITS_WORD + UNITS_WORDS;
/** Registers, EFLAGS, EIP, vector, error code, address, hash, segments. */
const RESULT_UNITS_WORD = 8 + 7;
const RESULT_WORDS = RESULT_UNITS_WORD + UNITS_WORDS;

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
    words[at + LENGTH_WORD] = test.code.length;
    words.set([test.selector, test.selectorPlace, test.selectorResult, test.lead, ...test.blank], at + SELECTOR_WORD);
    bytes.set(test.units, (at + CASE_UNITS_WORD) * 4);
  });
  return bytes;
}

export function decodeCases(bytes: Uint8Array): InstructionCase[] {
  const copy = Uint8Array.from(bytes);
  const words = new Uint32Array(copy.buffer);
  const cases: InstructionCase[] = [];
  for (let at = 0; at < words.length; at += CASE_WORDS) {
    const pokes: [number, number][] = [];
    for (let poke = 0; poke < POKES; poke++) {
      const address = words[at + POKE_WORD + poke]!;
      if (address !== 0) pokes.push([address, words[at + POKE_WORD + POKES + poke]!]);
    }
    const code = (at + CODE_WORD) * 4;
    const units = (at + CASE_UNITS_WORD) * 4;
    cases.push({
      registers: Array.from(words.subarray(at, at + 8)),
      eflags: words[at + 8]!,
      eip: words[at + 9]!,
      seed: words[at + 10]!,
      fs: words[at + 11]!,
      pokes,
      code: Array.from(copy.subarray(code, code + words[at + LENGTH_WORD]!)),
      selector: words[at + SELECTOR_WORD]!,
      selectorPlace: words[at + SELECTOR_WORD + 1]!,
      selectorResult: words[at + SELECTOR_WORD + 2]!,
      lead: words[at + SELECTOR_WORD + 3]!,
      blank: [words[at + SELECTOR_WORD + 4]!, words[at + SELECTOR_WORD + 5]!],
      units: copy.subarray(units, units + UNITS_BYTES),
    });
  }
  return cases;
}

export function encodeResults(results: readonly InstructionResult[]): Uint8Array {
  const words = new Uint32Array(results.length * RESULT_WORDS);
  const bytes = new Uint8Array(words.buffer);
  results.forEach((r, index) => {
    const at = index * RESULT_WORDS;
    words.set([...r.registers, r.eflags, r.eip, r.vector, r.error, r.address, r.hash, r.segments], at);
    bytes.set(r.units, (at + RESULT_UNITS_WORD) * 4);
  });
  return bytes;
}

export function decodeResults(bytes: Uint8Array): InstructionResult[] {
  const copy = Uint8Array.from(bytes);
  const words = new Uint32Array(copy.buffer);
  const results: InstructionResult[] = [];
  for (let at = 0; at < words.length; at += RESULT_WORDS) {
    const units = (at + RESULT_UNITS_WORD) * 4;
    results.push({
      registers: Array.from(words.subarray(at, at + 8)),
      eflags: words[at + 8]!,
      eip: words[at + 9]!,
      vector: words[at + 10]!,
      error: words[at + 11]!,
      address: words[at + 12]!,
      hash: words[at + 13]!,
      segments: words[at + 14]!,
      units: copy.subarray(units, units + UNITS_BYTES),
    });
  }
  return results;
}
