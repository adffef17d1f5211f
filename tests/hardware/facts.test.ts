/**
 * The table of facts without the hosts that it is for: for every row, results that its column has are accepted on such a host, wrong
 * results beside them are found, and on ours nothing changes. Expected memory is written byte by byte here.
 */
import { describe, expect, it } from "vitest";
import { decode } from "#machine/cpu/decoder.ts";
import { Vector } from "#machine/exit.ts";
import { IGNORED_FLAGS } from "../corners/cases.ts";
import { hostDifferences } from "../corners/comparison.ts";
import { EmulatedProcessor } from "../corners/emulated.ts";
import { CODE, type CornerCase, type CornerResult, DATA, fill, HASH_START, hash, LOW, SegmentFlag } from "../corners/layout.ts";
import { generateProgram } from "../programs/generator.ts";
import { FLAGS_DEFINED } from "../programs/layout.ts";
import { FACTS, factsOf, isLeftOut } from "./facts.ts";
import { factsMarkdown } from "./facts-report.ts";
import { type KnownHost, RECORDED } from "./host.ts";

const AMD: KnownHost = { vendor: "AuthenticAMD", family: 25, model: 1, maker: "amd", hasInterruptTable: true };
const FRED: KnownHost = { ...RECORDED, hasInterruptTable: false };

const EAX = 0;
const ECX = 1;
const EDX = 2;
const EBX = 3;
const ESP = 4;
const TF = 0x100;
const DF = 0x400;
const RF = 0x10000;
const START = CODE + 0x200;
const END = CODE + 0x2000;
const USER_DATA = 0x7b;
/** Entry 7, the first of CornerCase.segments. */
const OWN_SEGMENT = 7 * 8 + 3;
const AREA_BYTES = 0x2000;

const processor = new EmulatedProcessor();

function corner(code: readonly number[], changes: Partial<CornerCase> = {}): CornerCase {
  return {
    registers: [0x11112222, 0x33334444, 0x55556666, DATA + 0x400, DATA + 0x800, DATA + 0x600, DATA + 0x100, DATA + 0x900],
    eflags: 0x202,
    eip: START,
    seed: 1,
    selectors: [USER_DATA, USER_DATA, USER_DATA, 0, 0],
    segments: [
      { base: 0, limit: 0, flags: 0 },
      { base: 0, limit: 0, flags: 0 },
    ],
    pokes: [],
    peeks: [],
    code: [...code],
    ...changes,
  };
}

/** Registers of corner() with some others. */
function registers(changes: Readonly<Record<number, number>>): number[] {
  return corner([]).registers.map((value, register) => changes[register] ?? value);
}

/** Hash of a case's memory with bytes changed. */
function memory(test: CornerCase, changes: readonly (readonly [address: number, bytes: readonly number[]])[]): number {
  const areas = [DATA, LOW].map((address, index) => {
    const words = new Int32Array(AREA_BYTES / 4);
    fill(words, (test.seed + index) | 0);
    const bytes = new Uint8Array(words.buffer);
    for (const [at, values] of changes) if (at >= address && at < address + AREA_BYTES) bytes.set(values, at - address);
    return words;
  });
  return hash(hash(HASH_START, areas[0]!), areas[1]!);
}

/** A fault of the first instruction that has changed nothing. */
function fault(test: CornerCase, vector: number, error = 0, address = 0): Partial<CornerResult> {
  return { vector, error, address, eip: test.eip, eflags: test.eflags | RF, registers: [...test.registers], hash: memory(test, []) };
}

interface Specimen {
  /** The row, by the beginning of its name. */
  readonly row: string;
  readonly test: CornerCase;
  /** Otherwise AMD. */
  readonly host?: KnownHost;
  /** What differs from our result in results that the column has. */
  readonly right: (test: CornerCase, ours: CornerResult) => Partial<CornerResult>[];
  readonly wrong: (test: CornerCase, ours: CornerResult) => Partial<CornerResult>[];
}

const pushDs = corner([0x1e]);
const pushFsAtEnd = corner([0x0f, 0xa0], { registers: registers({ [ESP]: DATA + 0x2002 }) });
const prefetch = corner([0x0f, 0x0d, 0xc8]);
/** SHLD AX, DX, 20. */
const shld = corner([0x66, 0x0f, 0xa4, 0xd0, 20]);
/** SHRD [EBX], DX, 20. */
const shrd = corner([0x66, 0x0f, 0xac, 0x13, 20]);
/** SHLD CX, DX, CL. */
const shldCount = corner([0x66, 0x0f, 0xa5, 0xd1], { registers: registers({ [ECX]: 0x33334414 }) });
const ud0 = corner([0x0f, 0xff], { eip: END - 2 });
const ud1 = corner([0x66, 0x0f, 0xb9], { eip: END - 3 });
const xop = corner([0x8f, 0xc8], { eip: END - 2 });
const vmrun = corner([0x0f, 0x01, 0xd8]);
const lockMov = corner([0xf0, 0x0f, 0x20, 0xc0]);
const loads = corner([0x8e, 0xd0, 0x8e, 0xd0, 0x43, 0x43], { eflags: 0x202 | TF, registers: registers({ [EAX]: USER_DATA }) });
const loop = corner([0xf2, 0xe2, 0x10]);
const stack = (esp: number): Partial<CornerCase> => ({
  registers: registers({ [ESP]: esp }),
  selectors: [USER_DATA, OWN_SEGMENT, USER_DATA, 0, 0],
  segments: [
    { base: 0, limit: 0x10003, flags: SegmentFlag.BITS_32 | SegmentFlag.PAGES },
    { base: 0, limit: 0, flags: 0 },
  ],
});
/** Its return address is not there, its selector is behind the limit. */
const retf = corner([0xcb], stack(DATA + 0x3ffc));
/** The lower bound is violated, the upper one is not there. */
const bound = corner([0x62, 0x03], { registers: registers({ [EAX]: 0x80000000, [EBX]: DATA + 0x2ffc }) });
const enter = corner([0xc8, 0x00, 0x20, 0x02], { registers: registers({ [ESP]: DATA + 4 }) });
const pusha = corner([0x60], { registers: registers({ [ESP]: DATA + 0x10 }) });
const fnstenv = corner([0xd9, 0x33], { registers: registers({ [EBX]: DATA + 0x1ff0 }) });
/** CMPSB into the hole. */
const cmps = corner([0xf3, 0xa6], { registers: registers({ [ECX]: 4, 6: DATA + 0x3000, 7: DATA + 0x3100 }) });
const int1 = corner([0x43, 0xf1]);
const intN = corner([0xcd, 0x7f]);

const SPECIMENS: readonly Specimen[] = [
  {
    row: "PUSH ES",
    test: pushDs,
    right: (test) => [{ hash: memory(test, [[DATA + 0x7fc, [USER_DATA, 0, 0, 0]]]) }],
    wrong: (test, ours) => [{}, { hash: memory(test, [[DATA + 0x7fc, [USER_DATA, 0, 1, 0]]]) }, { hash: ours.hash + 1 }],
  },
  {
    row: "PUSH ES",
    test: pushFsAtEnd,
    right: (test) => [fault(test, Vector.PAGE_FAULT, 7, DATA + 0x2000)],
    wrong: (test) => [{}, fault(test, Vector.PAGE_FAULT, 7, DATA + 0x1ffe), fault(test, Vector.PAGE_FAULT, 6, DATA + 0x2000)],
  },
  {
    row: "0F 0D",
    test: prefetch,
    right: (test) => [fault(test, Vector.INVALID_OPCODE)],
    wrong: (test) => [{}, fault(test, Vector.GENERAL_PROTECTION), { ...fault(test, Vector.INVALID_OPCODE), eip: START + 3 }],
  },
  {
    row: "SHLD, SHRD",
    test: shld,
    right: () => [{ registers: registers({ [EAX]: 0x11116666 }) }],
    wrong: () => [{}, { registers: registers({ [EAX]: 0x11116667 }) }, { registers: registers({ [EAX]: 0x11126666 }) }],
  },
  {
    row: "SHLD, SHRD",
    test: corner([0x66, 0x0f, 0xa4, 0xd0, 20], { registers: registers({ [EDX]: 0x5555a987 }) }),
    right: (test) => [{ registers: test.registers.map((value, register) => (register === EAX ? 0x1111987a : value)) }],
    wrong: () => [{}],
  },
  {
    row: "SHLD, SHRD",
    test: shrd,
    right: (test) => [{ hash: memory(test, [[DATA + 0x400, [0x66, 0x66]]]) }],
    wrong: (test) => [{}, { hash: memory(test, [[DATA + 0x400, [0x66, 0x66, 0]]]) }, { hash: memory(test, []) }],
  },
  {
    row: "SHLD, SHRD",
    test: shldCount,
    right: () => [{ registers: registers({ [ECX]: 0x33336666 }) }],
    wrong: () => [{}, { registers: registers({ [ECX]: 0x33336666, [EBX]: 0 }) }],
  },
  {
    row: "UD0",
    test: ud0,
    right: (test) => [fault(test, Vector.INVALID_OPCODE)],
    wrong: (test) => [{}, fault(test, Vector.INVALID_OPCODE, 4)],
  },
  {
    row: "UD0",
    test: ud1,
    right: (test) => [fault(test, Vector.INVALID_OPCODE)],
    wrong: () => [{}],
  },
  {
    row: "8F",
    test: xop,
    right: (test) => [{}, fault(test, Vector.PAGE_FAULT, 4, END)],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 4, END + 4), fault(test, Vector.PAGE_FAULT, 6, END), fault(test, 13)],
  },
  {
    row: "8F",
    test: corner([0x8f, 0xc8]),
    right: () => [{}],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 4, END)],
  },
  {
    row: "0F 01 D8",
    test: vmrun,
    right: (test) => [{}, fault(test, Vector.GENERAL_PROTECTION)],
    wrong: (test) => [fault(test, Vector.GENERAL_PROTECTION, 8), fault(test, Vector.PAGE_FAULT)],
  },
  {
    row: "LOCK MOV",
    test: lockMov,
    right: (test) => [fault(test, Vector.GENERAL_PROTECTION)],
    wrong: (test) => [{}, fault(test, Vector.GENERAL_PROTECTION, 8)],
  },
  {
    row: "consecutive MOV SS",
    test: loads,
    right: (test, ours) => [
      {},
      { eip: START + 5, registers: test.registers.map((value, i) => (i === EBX ? value + 1 : value)), error: ours.error },
    ],
    wrong: (test) => [
      { eip: START + 2 },
      { eip: START + 5 },
      { eip: START + 6, registers: test.registers.map((value, i) => (i === EBX ? value + 2 : value)) },
    ],
  },
  {
    row: "F2 or F3 before LOOP",
    test: loop,
    right: (test, ours) => [{}, { registers: [...test.registers] }, { eip: ours.eip - 0x10 }, fault(test, Vector.INVALID_OPCODE)],
    wrong: (test, ours) => [{ registers: test.registers.map((value, i) => (i === EDX ? value + 1 : value)) }, { hash: ours.hash + 1 }],
  },
  {
    row: "RETF, BOUND",
    test: retf,
    right: (test) => [fault(test, Vector.PAGE_FAULT, 4, DATA + 0x3ffc), fault(test, Vector.STACK_FAULT)],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 4, DATA + 0x4000), fault(test, Vector.STACK_FAULT, 8), fault(test, 13)],
  },
  {
    row: "RETF, BOUND",
    test: bound,
    right: (test) => [fault(test, Vector.PAGE_FAULT, 4, DATA + 0x3000), fault(test, Vector.BOUND)],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 4, DATA + 0x2ffc), fault(test, Vector.OVERFLOW)],
  },
  {
    row: "RETF, BOUND",
    test: enter,
    right: (test) => [{}, fault(test, Vector.PAGE_FAULT, 6, DATA - 4), fault(test, Vector.PAGE_FAULT, 6, DATA - 8 - 0x2000)],
    wrong: (test) => [
      fault(test, Vector.PAGE_FAULT, 6, DATA - 12),
      { ...fault(test, 14, 6, DATA - 4), registers: registers({ [ESP]: DATA }) },
    ],
  },
  {
    row: "RETF, BOUND",
    test: pusha,
    right: (test) => [{}, fault(test, Vector.PAGE_FAULT, 6, DATA - 0x10)],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 6, DATA - 0x14), { ...fault(test, 14, 6, DATA - 0x10), eip: START + 1 }],
  },
  {
    row: "RETF, BOUND",
    test: fnstenv,
    right: (test) => [{}, fault(test, Vector.PAGE_FAULT, 7, DATA + 0x2008)],
    wrong: (test) => [fault(test, Vector.PAGE_FAULT, 7, DATA + 0x200c), fault(test, Vector.PAGE_FAULT, 6, DATA + 0x2008)],
  },
  {
    row: "RF after",
    test: cmps,
    right: (test) => [{}, { eflags: test.eflags }],
    wrong: (test) => [{ eflags: test.eflags | DF }, { vector: Vector.GENERAL_PROTECTION }],
  },
  {
    row: "RF after",
    test: corner([0xf3, 0xa4], { registers: registers({ [ECX]: 4, 6: DATA + 0x3000 }) }),
    right: () => [{}],
    wrong: (test) => [{ eflags: test.eflags }],
  },
  {
    row: "EIP after INT1",
    test: int1,
    right: () => [{}, { eip: START + 1 }],
    wrong: () => [{ eip: START }, { eip: START + 3 }],
  },
  {
    row: "INT n",
    test: intN,
    host: FRED,
    right: (test) => [fault(test, 13), { ...fault(test, 13), eip: START + 2 }, { ...fault(test, 13), eflags: test.eflags }],
    wrong: (test) => [{}, fault(test, 13, 8), { ...fault(test, 13), eip: START + 1 }],
  },
];

/** Rows whose results are compared by tolerance.test.ts. */
const BY_NUMBERS = FACTS.filter(({ endings }) => endings === undefined).map(({ what }) => what);

const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

describe("the table of facts", () => {
  it("has specimens for every row", () => {
    const missing = FACTS.filter(({ what }) => !SPECIMENS.some(({ row }) => what.startsWith(row)) && !BY_NUMBERS.includes(what));
    expect(missing).toEqual([]);
    expect(SPECIMENS.filter(({ row }) => !FACTS.some(({ what }) => what.startsWith(row)))).toEqual([]);
  });

  it("is what docs/makers.md says", async () => {
    await expect(factsMarkdown(FACTS)).toMatchFileSnapshot("../../docs/makers.md");
  });

  it("changes nothing on a host of our maker", () => {
    expect(factsOf(RECORDED)).toEqual([]);
  });

  it.each(SPECIMENS)("$row: $test.code", ({ test, host = AMD, right, wrong }) => {
    const ours = processor.run(test);
    const compare = (change: Partial<CornerResult>, with_: KnownHost): string[] =>
      hostDifferences(test, { ...ours, ...change }, ours, IGNORED_FLAGS, with_, processor);
    for (const change of right(test, ours)) expect([hex(test.code), change, compare(change, host)]).toEqual([hex(test.code), change, []]);
    for (const change of wrong(test, ours)) expect(compare(change, host), JSON.stringify(change)).not.toEqual([]);
    // Our own column has our own result only.
    expect(compare({}, RECORDED)).toEqual([]);
    for (const change of [...right(test, ours), ...wrong(test, ours)]) {
      const isOurs = Object.entries(change).every(
        ([key, value]) => JSON.stringify(value) === JSON.stringify(ours[key as keyof CornerResult]),
      );
      if (!isOurs) expect(compare(change, RECORDED), JSON.stringify(change)).not.toEqual([]);
    }
  });

  it.each([
    ["PUSH of a register", [0x50]],
    ["PUSH DS of 16 bits", [0x66, 0x1e]],
    ["PREFETCH of memory", [0x0f, 0x0d, 0x0b]],
    ["SHLD by 16", [0x66, 0x0f, 0xa4, 0xd0, 16]],
    ["SHLD of 32 bits", [0x0f, 0xa4, 0xd0, 20]],
    ["UD2", [0x0f, 0x0b]],
    ["POP with another field", [0x8f, 0xe0]],
    ["LOCK MOV CR2", [0xf0, 0x0f, 0x20, 0xd0]],
    ["MOV CR0", [0x0f, 0x20, 0xc0]],
    ["one MOV SS", [0x8e, 0xd0, 0x43, 0x43]],
    ["LOOP", [0xe2, 0x10]],
    ["INT3", [0xcc]],
    ["INT n with a table", [0xcd, 0x7f]],
  ])("has nothing for its neighbour %s", (_, code) => {
    const test = corner(code, { registers: registers({ [EAX]: USER_DATA }) });
    const ours = processor.run(test);
    const compare = (change: Partial<CornerResult>): string[] =>
      hostDifferences(test, { ...ours, ...change }, ours, IGNORED_FLAGS, AMD, processor);
    expect(compare({})).toEqual([]);
    const beside: Partial<CornerResult>[] = [
      { vector: ours.vector === 6 ? 13 : 6 },
      { eip: ours.eip + 1 },
      { hash: ours.hash + 1 },
      { eflags: ours.eflags ^ RF },
      { registers: ours.registers.map((value, i) => (i === ECX ? value + 1 : value)) },
    ];
    for (const change of beside) expect(compare(change), JSON.stringify(change)).not.toEqual([]);
  });
});

describe("random programs for another maker", () => {
  const instructionsOf = (seed: number, host: KnownHost): ReturnType<typeof decode>[] => {
    const { code, skip } = generateProgram(seed, { host, changesCode: seed % 3 === 0 });
    const starts = Array.from(skip.keys()).filter((at) => (skip[at]! & ~FLAGS_DEFINED) > 0);
    return starts.map((at) => decode({ fetch: (index) => code[at + index] ?? 0xcc }));
  };

  it.each([4, 10, 33])("leave out what differs: seed %i, which has PREFETCH with a register", (seed) => {
    const isLeft = (instruction: ReturnType<typeof decode>): boolean => isLeftOut(instruction, AMD);
    expect(instructionsOf(seed, RECORDED).filter(isLeft).length).toBeGreaterThan(0);
    expect(instructionsOf(seed, AMD).filter(isLeft)).toEqual([]);
    expect(instructionsOf(seed, AMD).length).toBeGreaterThan(instructionsOf(seed, RECORDED).length / 2);
  });

  it("are the usual ones for ours", () => {
    expect(Buffer.from(generateProgram(10, { host: RECORDED }).code).equals(Buffer.from(generateProgram(10).code))).toBe(true);
  });
});
