import { expect, test } from "vitest";
import { byteStringOf } from "#lites/text.ts";
import { exactWords, hostPath, parser } from "./command-line.ts";
import { OptionError } from "#system/option-error.ts";

const commandLine = (...words: string[]): Uint8Array => Buffer.from(words.map((word) => `${word}\0`).join(""), "latin1");

test("words that are UTF-8 are taken as they are", () => {
  const unread = (): never => {
    throw new Error("read");
  };
  expect(exactWords(["-c", "é"], unread)).toEqual(["-c", "é"]);
});

test("bytes that are no UTF-8 come from where the host shows them", () => {
  const words = exactWords(["-c", "a\ufffdb"], () => commandLine("node", "--flag", "lites", "-c", "a\xffb"));
  expect(words.map((word) => byteStringOf(word))).toEqual(["-c", "a\xffb"]);
  expect(hostPath(words[1]!)).toEqual(Buffer.from("a\xffb", "latin1"));
});

test("a replacement character may stand for itself", () => {
  expect(exactWords(["\ufffd"], () => Buffer.from("node\0lites\0\ufffd\0"))).toEqual(["\ufffd"]);
});

test("bytes that cannot be known are refused", () => {
  const hidden = (): never => {
    throw new Error("no /proc");
  };
  expect(() => exactWords(["\ufffd"], hidden)).toThrow(OptionError);
});

test("an option's error names the option and the word", () => {
  const parse = (...words: string[]) => parser("1", () => {}).parse(words, { from: "user" });
  expect(() => parse("--memory", "1k")).toThrow(
    expect.objectContaining({ option: "--memory", value: "1k", message: "--memory: must be between 4M and 1G, not 1k" }),
  );
  expect(() => parse("--mount", "\udcff:/x")).toThrow(/^--mount: a path that is no UTF-8/);
});
