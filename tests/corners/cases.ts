/**
 * Random corner cases: families of instructions at the edges of segments, pages, alignment, flags and selectors.
 *
 * Each family is deterministic by its seed; selectors are those of the descriptor table that it is made for, so that
 * the same cases can be made for both sides.
 */
import { Random } from "../instructions/random.ts";
import { atEbx, MEMORY_FORMS, OVERRIDES, STACK_FORMS, STRINGS, TEN_BYTE_STORES, UNUSUAL } from "./forms.ts";
import { CODE, type CornerCase, DATA, type Entries, LOW, PEEKS, POKES, type SegmentDescription, SegmentFlag } from "./layout.ts";

const EAX = 0;
const ECX = 1;
const EDX = 2;
const EBX = 3;
const ESP = 4;
const EBP = 5;
const ESI = 6;
const EDI = 7;

const CF_ETC = 0x8d5;
const TF = 0x100;
const DF = 0x400;
const AC = 0x40000;
/** The last word that can be written. */
const LAST_WORD = DATA + 0x1ffc;
/** Always set: bit 1 and IF. */
const FIXED = 0x202;

/** The arithmetic flags: some instructions leave them undefined, and tests/instructions compares them. */
export const IGNORED_FLAGS = 0x8d5;

function start(random: Random, entries: Entries): CornerCase {
  const data = entries.userData * 8 + 3;
  const registers = Array.from({ length: 8 }, () => random.next());
  registers[ESP] = DATA + 0x800;
  return {
    registers,
    eflags: FIXED | (random.next() & CF_ETC),
    eip: CODE + 0x200,
    seed: random.next() | 1,
    selectors: [data, data, data, 0, 0],
    segments: [
      { base: 0, limit: 0, flags: 0 },
      { base: 0, limit: 0, flags: 0 },
    ],
    pokes: [],
    peeks: [],
    code: [],
  };
}

/** An address near the end of a page that can be written, read, or not at all; or in the middle of one. */
function edge(random: Random): number {
  const page = random.pick([DATA, DATA + 0x1000, DATA + 0x2000, DATA + 0x3000]);
  return random.chance(25) ? DATA + random.below(0x1f00) : page + random.below(96) - 48;
}

function isWritable(address: number): boolean {
  return (address >= DATA && address + 4 <= DATA + 0x2000) || (address >= LOW && address + 4 <= LOW + 0x2000);
}

function poke(test: CornerCase, address: number, value: number): void {
  if (isWritable(address)) test.pokes.push([address >>> 0, value >>> 0]);
}

/** Has a word that may become a selector reported by itself. */
function peek(test: CornerCase, address: number): void {
  const isAtEnd = address > LAST_WORD && address < LAST_WORD + 4;
  const at = isAtEnd ? LAST_WORD : address < DATA && address > DATA - 4 ? DATA : address;
  if (isWritable(at)) test.peeks.push(at);
}

/** Base of the segment in the register with an index into CornerCase.selectors. */
function baseOf(test: CornerCase, entries: Entries, segmentIndex: number): number {
  const own = entries.own.indexOf(test.selectors[segmentIndex]! >> 3);
  return own > 0 ? test.segments[own - 1]!.base : 0;
}

/** Last opcode bytes of LES, LFS and of the group of far calls and jumps. */
const FAR_POINTERS: ReadonlySet<number> = new Set([0xc4, 0xb4, 0xff]);

/** The places where PUSH and MOV of the memory and stack forms may put a selector. */
function peekSelectors(test: CornerCase, entries: Entries): void {
  const size = test.code.includes(0x66) ? 2 : 4;
  for (const segmentIndex of [2, 3, 4, 0]) {
    // The selector of a far pointer is none that means something on one side only.
    const at = (test.registers[EBX]! + baseOf(test, entries, segmentIndex) + size) >>> 0;
    if (test.pokes.length < POKES && FAR_POINTERS.has(test.code.at(-2)!)) poke(test, at, 0xfff8fff8);
  }
  // A bit offset moves the operand: not into memory of the host's program.
  test.registers[EDX] = test.registers[EDX]! & 63;
  for (const [segmentIndex, register, back] of [
    [1, ESP, size],
    [2, EBX, 0],
    [3, EBX, 0],
    [4, EBX, 0],
    [0, EBX, 0],
  ] as const) {
    const base = baseOf(test, entries, segmentIndex);
    const at = (test.registers[register]! - back + base) >>> 0;
    // A word at the end of the data is reported from where it fits, which must not split the selector.
    if (at > LAST_WORD && at < LAST_WORD + 4 && at % 2 === 1) test.registers[register] = test.registers[register]! - 1;
    if (test.peeks.length < PEEKS) peek(test, (test.registers[register]! - back + base) >>> 0);
  }
}

/** A return to random data could end in data of the host's program, which is no code there. */
function aimReturn(test: CornerCase, entries: Entries): void {
  if (!test.code.includes(0xc2)) return;
  const at = (test.registers[ESP]! + baseOf(test, entries, 1)) >>> 0;
  if (isWritable(at)) poke(test, at, test.code.includes(0x66) ? 0xf000 : CODE + 0x345);
  else test.registers[ESP] = DATA + 0x3000;
}

function memoryForm(random: Random, prefixes: readonly number[]): number[] {
  const [bytes, field, rest] = random.pick(MEMORY_FORMS);
  return [...prefixes, ...bytes, atEbx(field), ...(rest ?? [])];
}

function stackForm(random: Random, prefixes: readonly number[]): number[] {
  if (random.chance(20)) {
    const room = random.pick([0, 4, 8, 64, 0x1000, 0x2000]);
    return [...prefixes, 0xc8, room & 255, room >> 8, random.pick([0, 1, 2, 3, 5, 31, 34])];
  }
  if (random.chance(10)) return [...prefixes, random.pick([0xca, 0xc2]), random.below(64), 0];
  return [...prefixes, ...random.pick(STACK_FORMS)];
}

function operandSize(random: Random): number[] {
  return random.chance(30) ? [0x66] : [];
}

/** Every access of the stack, and memory operands, where pages end. */
function pages(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.registers[ESP] = edge(random);
  test.registers[EBP] = edge(random);
  test.registers[EBX] = edge(random);
  test.registers[EAX] = random.chance(50) ? random.below(64) : CODE + 0x400;
  test.code = random.chance(70) ? stackForm(random, operandSize(random)) : memoryForm(random, operandSize(random));
  if (random.chance(10)) {
    test.code = [...operandSize(random), 0xff, atEbx(2)];
    if (isWritable(test.registers[EBX]!)) poke(test, test.registers[EBX]!, CODE + 0x500);
    else test.registers[EBX] = random.pick([DATA + 0x2ffd, DATA + 0x3000, DATA - 2]);
  }
  aimReturn(test, entries);
  peekSelectors(test, entries);
  return test;
}

function segment(random: Random): SegmentDescription {
  const flags = SegmentFlag.BITS_32 | (random.chance(20) ? SegmentFlag.READ_ONLY : 0) | (random.chance(30) ? SegmentFlag.USEABLE : 0);
  const base = random.pick([0, 0, 4, 1, 0x10, -4, -0x800]) >>> 0;
  const end = (DATA >>> 12) + random.below(4);
  if (random.chance(30)) return { base, limit: end, flags: flags | SegmentFlag.PAGES | SegmentFlag.EXPAND_DOWN };
  if (random.chance(60)) return { base, limit: end, flags: flags | SegmentFlag.PAGES };
  if (random.chance(30)) return { base, limit: 0xfffff, flags: flags | SegmentFlag.PAGES };
  if (random.chance(30)) return { base, limit: random.below(0x100000), flags: flags | SegmentFlag.EXPAND_DOWN };
  // Offsets are small: the segment begins in the data.
  return { base: DATA + 0x1000, limit: random.pick([0xfff, 0x7ff, 0x17ff, 3, 0]), flags };
}

/** Data segments of all kinds in all segment registers, with offsets near their limits. */
function segments(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.segments = [segment(random), segment(random)];
  const own = [entries.own[1] * 8 + 3, entries.own[2] * 8 + 3];
  const flat = entries.userData * 8 + 3;
  const isStack = ({ flags }: SegmentDescription): boolean => (flags & SegmentFlag.READ_ONLY) === 0;
  const stackChoices = [flat, ...own.filter((_, index) => isStack(test.segments[index]!))];
  test.selectors = [
    random.pick([...own, flat, 0]),
    random.pick(stackChoices),
    random.pick([...own, flat, 0]),
    random.pick([...own, 0]),
    random.pick(own),
  ];
  const offset = (): number => {
    const { base, limit, flags } = random.pick(test.segments);
    if (base >= DATA && base < DATA + 0x4000) return random.chance(80) ? limit + random.below(24) - 12 : random.below(0x2000);
    const end = (flags & SegmentFlag.PAGES) !== 0 ? limit * 0x1000 + 0xfff : limit;
    return random.chance(70) && end < 0x20000000 ? end + random.below(48) - 24 : edge(random) - base;
  };
  for (const register of [ESP, EBP, EBX, ESI, EDI]) test.registers[register] = offset() >>> 0;
  test.registers[EAX] = random.chance(70) ? random.below(64) : CODE + 0x400;
  test.registers[ECX] = random.below(12);
  const prefixes = operandSize(random);
  if (random.chance(60)) prefixes.push(random.pick(OVERRIDES));
  const kind = random.below(10);
  // Ten bytes are stored as eight and two: behind the limit, the eight remain on hardware.
  if (kind < 4)
    do test.code = memoryForm(random, prefixes);
    while (TEN_BYTE_STORES.some((store) => test.code.slice(-2).every((byte, index) => byte === store[index])));
  else if (kind < 8) test.code = stackForm(random, prefixes);
  else test.code = [...prefixes, ...(random.chance(60) ? [random.pick([0xf2, 0xf3])] : []), random.pick(STRINGS)];
  if (random.chance(30)) test.eflags |= AC;
  if (random.chance(20)) test.eflags |= DF;
  aimReturn(test, entries);
  peekSelectors(test, entries);
  return test;
}

/** Misaligned operands with EFLAGS.AC set. */
function alignment(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.eflags |= AC;
  const place = (): number => (random.chance(80) ? DATA + 0x200 + random.below(0x1c00) : edge(random));
  for (const register of [ESP, EBP, EBX, ESI, EDI]) {
    test.registers[register] = random.chance(50) ? (place() & -random.pick([2, 4, 8, 16])) >>> 0 : place();
  }
  test.registers[EAX] = random.chance(70) ? random.below(64) : CODE + 0x400;
  test.registers[ECX] = random.below(12);
  const kind = random.below(10);
  if (kind < 6) test.code = memoryForm(random, operandSize(random));
  else if (kind < 8) test.code = stackForm(random, operandSize(random));
  else test.code = [...operandSize(random), ...(random.chance(60) ? [random.pick([0xf2, 0xf3])] : []), random.pick(STRINGS)];
  if (random.chance(20)) test.eflags |= DF;
  aimReturn(test, entries);
  peekSelectors(test, entries);
  return test;
}

/** All kinds of selectors. */
function selector(random: Random, entries: Entries): number {
  const entry = random.pick([0, ...Object.values(entries).flat(), entries.userCode, entries.userData, entries.own[1], entries.own[2]]);
  const privilege = random.chance(60) ? 3 : random.below(4);
  return entry * 8 + (random.chance(8) ? 4 : 0) + privilege;
}

const anySegment = (random: Random): SegmentDescription => (random.chance(80) ? segment(random) : { base: 0, limit: 0, flags: 0 });

/** Loads of segment registers, and questions about descriptors. */
function selectors(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.segments = [anySegment(random), anySegment(random)];
  const wanted = selector(random, entries);
  const prefixes = operandSize(random);
  const size = prefixes.length > 0 ? 2 : 4;
  test.registers[EAX] = ((random.next() & 0xffff0000) | wanted) >>> 0;
  test.registers[EBX] = random.chance(80) ? DATA + 0x400 + random.below(8) : edge(random);
  if (random.chance(10)) test.registers[ESP] = edge(random) & ~1;
  if (Math.abs(test.registers[ESP]! - test.registers[EBX]!) < 16) test.registers[EBX] = DATA + 0x600;
  poke(test, test.registers[ESP]!, (random.next() & 0xffff0000) | wanted);
  peek(test, test.registers[ESP]!);
  peek(test, test.registers[EBX]!);
  peek(test, test.registers[EBX]! + size);
  const kind = random.below(8);
  if (kind === 0) {
    test.code = [...prefixes, 0x8e, 0xc0 | (random.pick([0, 2, 3, 4, 5]) << 3)];
  } else if (kind === 1) {
    test.code = [...prefixes, 0x8e, atEbx(random.pick([0, 2, 3, 4, 5]))];
    poke(test, test.registers[EBX]!, wanted);
  } else if (kind === 2) {
    test.code = [...prefixes, ...random.pick([[0x07], [0x17], [0x1f], [0x0f, 0xa1], [0x0f, 0xa9]])];
  } else if (kind <= 4) {
    test.code = [...prefixes, ...random.pick([[0xc4], [0xc5], [0x0f, 0xb2], [0x0f, 0xb4], [0x0f, 0xb5]]), atEbx(random.below(8))];
    const at = test.registers[EBX]!;
    poke(test, at, random.next());
    poke(test, at + size, wanted);
  } else if (kind === 5) {
    test.code = [...prefixes, 0x0f, 0x00, 0xc0 | (random.pick([4, 5]) << 3)];
  } else {
    test.code = [...prefixes, 0x0f, random.pick([2, 3]), 0xd0];
  }
  return test;
}

/** Far transfers to all kinds of selectors. */
function farTransfers(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.segments = [anySegment(random), anySegment(random)];
  const wanted = random.chance(50) ? entries.userCode * 8 + 3 : selector(random, entries);
  const prefixes = operandSize(random);
  const size = prefixes.length > 0 ? 2 : 4;
  const target = CODE + 0x300 + random.below(0x1000);
  if (random.chance(40)) test.registers[ESP] = edge(random) & ~1;
  test.registers[EBX] = random.chance(70) ? DATA + 0x400 + random.below(8) : edge(random);
  if (Math.abs(test.registers[ESP]! - test.registers[EBX]!) < 16) test.registers[EBX] = DATA + 0x600;
  const words = (at: number, ...values: readonly number[]): void => {
    if (size === 4) values.forEach((value, index) => poke(test, at + 4 * index, value));
    else
      for (let index = 0; index < values.length; index += 2)
        poke(test, at + 2 * index, (values[index]! & 0xffff) | ((values[index + 1] ?? 0) << 16));
  };
  const top = test.registers[ESP]!;
  const flags = random.next() & ~(AC | (random.chance(70) ? TF : 0));
  const kind = random.below(6);
  if (kind === 0 || kind === 1) {
    const bytes =
      size === 4 ? [target & 255, (target >> 8) & 255, (target >> 16) & 255, target >>> 24] : [target & 255, (target >> 8) & 255];
    test.code = [...prefixes, kind === 0 ? 0xea : 0x9a, ...bytes, wanted & 255, wanted >> 8];
  } else if (kind === 2) {
    test.code = [...prefixes, 0xff, atEbx(random.pick([3, 5]))];
    words(test.registers[EBX]!, target, wanted);
    peek(test, test.registers[EBX]! + (size === 4 ? 4 : 0));
  } else if (kind === 3) {
    test.code = random.chance(50) ? [...prefixes, 0xcb] : [...prefixes, 0xca, random.below(32), 0];
    words(top, target, wanted);
  } else {
    test.code = [...prefixes, 0xcf];
    words(top, target, wanted, flags);
    if (random.chance(20)) test.eflags |= TF;
  }
  peek(test, kind <= 2 ? top - 4 : top + (size === 4 ? 4 : 0));
  if (random.chance(15)) test.eflags |= AC;
  return test;
}

const PLAIN = [0x90, 0x43, 0xf8, 0x9b] as const;

/** Flags, single steps, traps and software interrupts, in short sequences. */
function traps(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.registers[ECX] = random.below(4);
  test.registers[EAX] = entries.userData * 8 + 3;
  test.registers[ESI] = DATA + 0x100;
  test.registers[EDI] = random.chance(80) ? DATA + 0x900 : edge(random);
  test.registers[EBX] = edge(random);
  const popped = random.next() & ~(random.chance(50) ? TF : 0) & ~(random.chance(70) ? AC : 0);
  poke(test, test.registers[ESP]!, popped);
  if (random.chance(60)) test.eflags |= TF;
  if (random.chance(20)) test.eflags |= 0x10000;
  if (random.chance(15)) test.eflags |= AC;
  const vector = random.below(256);
  const pieces: (readonly number[])[] = [
    [0x9d],
    [0x66, 0x9d],
    [0x9c],
    [0x8e, 0xd0],
    [0xcc],
    [0xf1],
    [0xce],
    [0xcd, vector === 0x80 ? 3 : vector],
    [0xcd, random.pick([1, 3, 4, 5])],
    [0x0f, 0x0b],
    [0xf4],
    [random.pick(PLAIN)],
    [0xf3, random.pick([0xa4, 0xa5, 0xa6, 0xac])],
    [0xf2, 0xa6],
    [0x8b, atEbx(1)],
    [0xeb, 0],
    [0xe8, 0, 0, 0, 0],
    [0xe2, 0],
    [0x62, atEbx(0)],
  ];
  for (let count = 1 + random.below(3); count > 0; count--) {
    test.code.push(...random.pick(pieces));
  }
  return test;
}

/** Unusual and illegal encodings, with prefixes up to the longest instruction, also across the end of the code. */
function encodings(random: Random, entries: Entries): CornerCase {
  const test = start(random, entries);
  test.registers[EBX] = DATA + 0x100;
  const prefixes: number[] = [];
  const isLong = random.chance(30);
  const count = isLong ? 11 + random.below(5) : random.below(4);
  for (let index = 0; index < count; index++) prefixes.push(random.pick([0x66, 0x2e, 0x3e, 0x36, 0x26]));
  if (random.chance(25)) prefixes.push(0xf0);
  const body = random.chance(60) ? random.pick(UNUSUAL) : memoryForm(random, []);
  test.code = [...prefixes, ...body].slice(0, 15);
  while (test.code.length < 15 && isLong && random.chance(50)) test.code.unshift(0x66);
  peekSelectors(test, entries);
  if (random.chance(40)) {
    const split = CODE + random.pick([0x1000, 0x2000]);
    test.eip = split - 1 - random.below(test.code.length);
  }
  return test;
}

/** The families by name. */
export const FAMILIES = { pages, segments, alignment, selectors, farTransfers, traps, encodings } as const;
export type Family = keyof typeof FAMILIES;

export function makeCases(family: Family, seed: number, count: number, entries: Entries): CornerCase[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => FAMILIES[family](random, entries));
}
