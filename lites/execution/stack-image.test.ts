import { expect, test } from "vitest";
import { AuxiliaryType } from "../abi/auxiliary-vector.ts";
import { decodeText } from "../text.ts";
import { argumentBytes, buildStackImage } from "./stack-image.ts";

const TOP = 0xbffff000;

function build(argv: string[], envp: string[]) {
  const image = buildStackImage(TOP, {
    argv,
    envp,
    auxiliary: [[AuxiliaryType.PAGESZ, 4096]],
    path: "/bin/program",
    random: Uint8Array.from({ length: 16 }, (_, index) => index + 1),
  });
  const view = new DataView(image.bytes.buffer);
  const word = (index: number) => view.getUint32(4 * index, true);
  const string = (address: number) => {
    const start = address - image.address;
    return decodeText(image.bytes.subarray(start, image.bytes.indexOf(0, start)));
  };
  return { image, word, string };
}

test.each([
  [["p"], []],
  [
    ["p", "", "äöü"],
    ["A=1", "B="],
  ],
  [[], ["X=y"]],
  [["a", "b", "c", "d"], []],
])("argv %j envp %j", (argv, envp) => {
  const { image, word, string } = build(argv, envp);
  expect(image.address % 16).toBe(0);
  expect(image.address + image.bytes.length).toBe(TOP);
  let index = 0;
  expect(word(index++)).toBe(argv.length);
  for (const text of argv) expect(string(word(index++))).toBe(text);
  expect(word(index++)).toBe(0);
  for (const text of envp) expect(string(word(index++))).toBe(text);
  expect(word(index++)).toBe(0);
  const auxiliary = new Map<number, number>();
  for (; word(index) !== AuxiliaryType.NULL; index += 2) auxiliary.set(word(index), word(index + 1));
  expect(auxiliary.get(AuxiliaryType.PAGESZ)).toBe(4096);
  expect(string(auxiliary.get(AuxiliaryType.EXECFN)!)).toBe("/bin/program");
  expect(string(auxiliary.get(AuxiliaryType.PLATFORM)!)).toBe("i686");
  const random = auxiliary.get(AuxiliaryType.RANDOM)! - image.address;
  expect(image.bytes[random]).toBe(1);
  expect(image.bytes[random + 15]).toBe(16);
});

test("argument strings lie one after the other in ascending order, as ps and setproctitle expect", () => {
  const { word } = build(["ab", "c"], ["E=1"]);
  expect(word(2) - word(1)).toBe(3);
  expect(word(4) - word(2)).toBe(2);
});

test("bytes that count against the limit", () => {
  expect(argumentBytes(["ab", ""], ["ü"])).toBe(3 + 1 + 2 + 3 * 4);
});
