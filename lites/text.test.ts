import { expect, test } from "vitest";
import { byteStringOf, decodeText, encodeText, unicodeOf } from "./text.ts";
import { randomNumbers } from "../tests/support/random.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each(["", "plain", "größe", "日本語", "😀", "a".repeat(1000), "ü".repeat(20_000)])("%s is UTF-8 in the server", (text) => {
  expect(encodeText(byteStringOf(text))).toEqual(utf8(text));
  expect(unicodeOf(decodeText(utf8(text)))).toBe(text);
});

test("any bytes come back, by byte strings and by Unicode", () => {
  const random = randomNumbers(3);
  const seen = new Map<string, string>();
  for (let round = 0; round < 2000; round++) {
    // Many bytes of sequences that are nearly UTF-8.
    const bytes = new Uint8Array(round % 37).map(() =>
      random(2) ? random(256) : [0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0xe2][random(8)]!,
    );
    const text = decodeText(bytes);
    expect(text.length).toBe(bytes.length);
    expect(encodeText(text)).toEqual(bytes);
    expect(byteStringOf(unicodeOf(text))).toBe(text);
    expect(seen.get(unicodeOf(text)) ?? text).toBe(text);
    seen.set(unicodeOf(text), text);
  }
});

test("broken sequences become escapes, what is around them stays", () => {
  expect(unicodeOf(decodeText(Uint8Array.of(0x61, 0xff, 0xc3, 0xbc, 0xe2, 0x82)))).toBe("a\udcffü\udce2\udc82");
});

test("half of a pair is no escape", () => {
  expect(encodeText(byteStringOf("\ud83d\udc80x\ud800"))).toEqual(utf8("\ud83d\udc80x\ufffd"));
});

test("a text that is no byte string is not cut to one", () => {
  expect(() => encodeText("€")).toThrow(RangeError);
});
