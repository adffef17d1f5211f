import { expect, test } from "vitest";
import { decodeText, encodeText } from "./text.ts";
import { randomNumbers } from "../tests/support/random.ts";

test.each(["", "plain", "größe", "日本語", "😀", "a".repeat(1000), "ü".repeat(400)])("%s comes back", (text) => {
  expect(decodeText(encodeText(text))).toBe(text);
});

test("any bytes come back", () => {
  const random = randomNumbers(3);
  for (let round = 0; round < 500; round++) {
    const bytes = new Uint8Array(round % 37).map(() => random(256));
    expect(encodeText(decodeText(bytes))).toEqual(bytes);
  }
});

test("broken sequences become escapes, what is around them stays", () => {
  expect(decodeText(Uint8Array.of(0x61, 0xff, 0xc3, 0xbc, 0xe2, 0x82))).toBe("a\udcffü\udce2\udc82");
});
