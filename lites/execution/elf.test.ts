import { describe, expect, test } from "vitest";
import { EINVAL, ENOEXEC, ENOMEM } from "../abi/errno.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/memory-flags.ts";
import { parseElf } from "./elf.ts";
import { randomNumbers } from "../../tests/support/random.ts";

interface Header {
  type: number;
  offset: number;
  address: number;
  fileBytes: number;
  memoryBytes: number;
  flags: number;
}

const PT_LOAD = 1;
const PT_INTERP = 3;
const load = (change: Partial<Header> = {}): Header => ({
  type: PT_LOAD,
  offset: 0,
  address: 0x08048000,
  fileBytes: 0x1000,
  memoryBytes: 0x1000,
  flags: 5,
  ...change,
});

const FILE_BYTES = 0x4000;

function elf(headers: Header[], change: (view: DataView, bytes: Uint8Array) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(FILE_BYTES);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true);
  view.setUint32(24, 0x08048100, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, headers.length, true);
  for (const [index, header] of headers.entries()) {
    const words = [header.type, header.offset, header.address, header.address, header.fileBytes, header.memoryBytes, header.flags, 0x1000];
    for (const [field, word] of words.entries()) view.setUint32(52 + 32 * index + 4 * field, word, true);
  }
  change(view, bytes);
  return bytes;
}

function parse(bytes: Uint8Array) {
  const read = (position: number, length: number): Uint8Array => {
    if (position + length > bytes.length) throw ENOEXEC;
    return bytes.slice(position, position + length);
  };
  return parseElf(read, bytes.length);
}

function outcome(bytes: Uint8Array): unknown {
  try {
    parse(bytes);
    return "fine";
  } catch (error) {
    return error;
  }
}

test("a program with text, data and bss", () => {
  const image = parse(elf([load(), load({ offset: 0x1f00, address: 0x08049f00, fileBytes: 0x180, memoryBytes: 0x2345, flags: 6 })]));
  expect(image.segments).toEqual([
    { start: 0x08048000, fileOffset: 0, fileBytes: 0x1000, size: 0x1000, end: 0x08049000, protection: PROT_READ | PROT_EXEC },
    { start: 0x08049000, fileOffset: 0x1000, fileBytes: 0x1080, size: 0x4000, end: 0x0804c245, protection: PROT_READ | PROT_WRITE },
  ]);
  expect([image.low, image.high, image.headers, image.headerCount]).toEqual([0x08048000, 0x0804d000, 0x08048034, 2]);
  expect(image.relocatable).toBe(false);
});

test("an interpreter", () => {
  const bytes = elf([load(), load({ type: PT_INTERP, offset: 0x200, fileBytes: 8, memoryBytes: 8 })], (_view, data) => {
    data.set(new TextEncoder().encode("/lib/ld\0"), 0x200);
  });
  expect(parse(bytes).interpreter).toBe("/lib/ld");
});

describe("what is no program", () => {
  test.each([
    ["empty", new Uint8Array(0)],
    ["only the magic", elf([load()]).slice(0, 4)],
    ["truncated header", elf([load()]).slice(0, 51)],
    ["truncated program headers", elf([load()]).slice(0, 70)],
    ["64-bit class", elf([load()], (_v, bytes) => (bytes[4] = 2))],
    ["big endian", elf([load()], (_v, bytes) => (bytes[5] = 2))],
    ["another machine", elf([load()], (view) => view.setUint16(18, 62, true))],
    ["an object file", elf([load()], (view) => view.setUint16(16, 1, true))],
    ["no segments", elf([])],
    ["no loadable segments", elf([load({ type: 6 })])],
    ["too many program headers", elf([load()], (view) => view.setUint16(44, 60_000, true))],
    ["headers of another size", elf([load()], (view) => view.setUint16(42, 56, true))],
    ["a header table far outside", elf([load()], (view) => view.setUint32(28, 0xfffffff0, true))],
    ["content beyond the end of the file", elf([load({ fileBytes: FILE_BYTES + 1, memoryBytes: FILE_BYTES + 1 })])],
    ["overlapping segments", elf([load(), load({ address: 0x08048800, offset: 0x800 })])],
    [
      "an interpreter without end",
      elf([load(), load({ type: PT_INTERP, offset: 0x100, fileBytes: 5 })], (_v, bytes) => bytes.fill(65, 0x100, 0x105)),
    ],
  ])("%s", (_name, bytes) => {
    expect(outcome(bytes)).toBe(ENOEXEC);
  });

  test("impossible segments", () => {
    expect(outcome(elf([load({ fileBytes: 0x1001, memoryBytes: 0x1000 })]))).toBe(EINVAL);
    expect(outcome(elf([load({ offset: 0x10 })]))).toBe(EINVAL);
    expect(outcome(elf([load({ address: 0xfffff000, memoryBytes: 0x2000 })]))).toBe(ENOMEM);
    expect(outcome(elf([load({ memoryBytes: 0xfffffff0 })]))).toBe(ENOMEM);
  });
});

test("random damage never does anything but throw an errno", () => {
  const random = randomNumbers(11);
  for (let round = 0; round < 2000; round++) {
    const bytes = elf([load(), load({ offset: 0x1000, address: 0x0804a000, flags: 6 })]);
    for (let hits = 0; hits < 4; hits++) bytes[random(116)] = random(256);
    expect(["fine", ENOEXEC, EINVAL, ENOMEM]).toContain(outcome(bytes));
  }
});
