import { expect, test } from "vitest";
import { ENOEXEC } from "../abi/errno.ts";
import { isScript, parseScript, SCRIPT_LINE_BYTES } from "./script.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseScript(bytes(text).subarray(0, SCRIPT_LINE_BYTES));

test.each([
  ["#!/bin/sh\necho", "/bin/sh", undefined],
  ["#! /bin/sh\n", "/bin/sh", undefined],
  ["#!/bin/awk -f\n", "/bin/awk", "-f"],
  ["#!\t/bin/x  one two \t\n", "/bin/x", "one two"],
  ["#!/bin/sh", "/bin/sh", undefined],
  ["#!/bin/sh\0rest\n", "/bin/sh", undefined],
])("%j", (text, interpreter, argument) => {
  expect(parse(text)).toEqual({ interpreter, argument });
});

test("lines without an interpreter", () => {
  for (const text of ["#!", "#!\n/bin/sh", "#!   \n"]) expect(() => parse(text)).toThrow(ENOEXEC as unknown as Error);
});

test("a path longer than what is read is refused, a long argument is cut", () => {
  expect(() => parse(`#!/${"x".repeat(300)}\n`)).toThrow(ENOEXEC as unknown as Error);
  expect(parse(`#!/bin/sh ${"y".repeat(300)}\n`).argument).toBe("y".repeat(SCRIPT_LINE_BYTES - 10));
});

test("recognition", () => {
  expect([isScript(bytes("#!x")), isScript(bytes("#x")), isScript(bytes(""))]).toEqual([true, false, false]);
});
