/**
 * Instructions that set arithmetic flags, or some of them.
 *
 * Source of what they set and leave undefined: ../programs/flag-use.ts, Intel SDM vol. 1, appendix A.
 */
import { FACTS, type Mnemonic } from "#machine/cpu/instruction-set/instruction-set.ts";
import { littleEndian, memoryBytes } from "../programs/assembler.ts";
import { ALL_FLAGS, undefinedAfter } from "../programs/flag-use.ts";
import { X87_DEPTH } from "./neutral.ts";
import { EBP, ECX, EDI, ESI, type Size, type Units, type Writer } from "./writer.ts";

const CF = 1;
const PF = 4;
const AF = 16;
const ZF = 64;
const SF = 128;
const OF = 2048;
const MOST_COUNT = 31;

/** What an instruction does to the flags. */
interface Effect {
  readonly set: number;
  readonly undefined: number;
  /** Whether it may leave all flags as they are. */
  readonly perhaps?: boolean;
}

export interface Producer extends Effect {
  readonly name: string;
  /** At most: a count may leave fewer defined. */
  readonly set: number;
  /** At least. */
  readonly undefined: number;
  readonly unit?: keyof Units;
  /** Flags that it reads. */
  readonly reads: number;
  /**
   * Writes it.
   * @param wanted flags that are to be defined behind it, of those that it can set; or KEPT
   * @returns what it does in this form
   */
  write(w: Writer, wanted: number): Effect;
}

const effectOf = (mnemonic: Mnemonic, count = 1, bits = 32): Effect => ({
  set: ALL_FLAGS & ~undefinedAfter(FACTS[mnemonic], ALL_FLAGS, count, bits, false),
  undefined: undefinedAfter(FACTS[mnemonic], 0, count, bits, false),
});

function row(
  name: string,
  effect: Effect,
  write: (w: Writer, wanted: number) => Effect | undefined,
  more: Partial<Producer> = {},
): Producer {
  return { name, ...effect, reads: 0, ...more, write: (w, wanted) => write(w, wanted) ?? effect };
}

/** One that always does the same to the flags. */
function plain(mnemonic: Mnemonic, write: (w: Writer) => unknown, more: Partial<Producer> = {}): Producer {
  return row(mnemonic, effectOf(mnemonic), (w) => void write(w), more);
}

/** Eight operations with the same forms, by their number. */
function binary(mnemonic: Mnemonic, number: number, more: Partial<Producer> = {}): Producer {
  return plain(
    mnemonic,
    (w) => {
      const size = w.size();
      const isWide = size === 1 ? 0 : 1;
      const form = w.random.below(3);
      if (form === 2) {
        const isShort = size !== 1 && w.random.chance(50);
        const operand = w.operand(number, size);
        w.emit(...w.prefix(size), isShort ? 0x83 : 0x80 | isWide, ...operand, ...littleEndian(w.random.value(), isShort ? 1 : size));
      } else {
        const operand = w.operand(w.register(size), size);
        w.emit(...w.prefix(size), (number << 3) | (form << 1) | isWide, ...operand);
      }
    },
    more,
  );
}

/** An opcode with a byte form and a member of a group, or a register operand. */
function sized(w: Writer, opcode: readonly number[], member?: number): void {
  const size = w.size();
  const bytes = [...opcode];
  bytes[bytes.length - 1]! |= size === 1 ? 0 : 1;
  const operand = w.operand(member ?? w.register(size), size);
  w.emit(...w.prefix(size), ...bytes, ...operand);
}

/** An opcode with operands of 16 or 32 bits. */
function wide(w: Writer, opcode: readonly number[], immediate: readonly number[] = []): void {
  const size = w.random.chance(25) ? 2 : 4;
  const operand = w.operand(w.register(size), size);
  w.emit(...w.prefix(size), ...opcode, ...operand, ...immediate);
}

function count(member: number): (w: Writer) => void {
  return (w) => {
    if (w.random.chance(50)) w.emit((member === 0 ? 0x40 : 0x48) | w.register());
    else sized(w, [0xfe], member);
  };
}

/** A shift or rotate by a constant: 1 where OF is wanted. */
function shift(mnemonic: Mnemonic, member: number, more: Partial<Producer> = {}): Producer {
  return row(
    mnemonic,
    effectOf(mnemonic),
    (w, wanted) => {
      const size: Size = w.size();
      const isOne = (wanted & OF) !== 0 || w.random.chance(25);
      const by = isOne ? 1 : 1 + w.random.below(Math.min(MOST_COUNT, 8 * size - 1));
      const operand = w.operand(member, size);
      const isShort = isOne && w.random.chance(50);
      w.emit(...w.prefix(size), (isShort ? 0xd0 : 0xc0) | (size === 1 ? 0 : 1), ...operand, ...(isShort ? [] : [by]));
      return effectOf(mnemonic, by, 8 * size);
    },
    more,
  );
}

/** In place of flags that are wanted: all may stay as they were. */
export const KEPT = -1;

/** MOV CL: the translator does not know the count. 1 where OF is wanted, else anything, 0 as well. */
function loadCount(w: Writer, wanted: number): number {
  if (wanted === KEPT && w.random.chance(50)) {
    w.emit(0xb0 | ECX, 0);
    return 0;
  }
  if (wanted !== KEPT && (wanted & OF) !== 0) {
    w.emit(0xb0 | ECX, 1);
    return 1;
  }
  if (wanted !== KEPT && w.random.chance(30)) {
    const by = wanted === 0 ? w.random.below(32) : 1 + w.random.below(31);
    w.emit(0xb0 | ECX, by);
    return by;
  }
  w.emit(0x8a, ...memoryBytes(ECX, { base: EBP, index: -1, scale: 0, displacement: w.offset(1) }));
  return -1;
}

/** What a shift by a count in CL does, if it does anything, when the count is not known and no larger than the operand. */
function effectOfUnknown(mnemonic: Mnemonic): Effect {
  const { set, undefined: undefinedFlags } = effectOf(mnemonic, 2);
  return { set, undefined: undefinedFlags, perhaps: true };
}

function shiftByCl(mnemonic: Mnemonic, write: (w: Writer) => number[], more: Partial<Producer> = {}): Producer {
  return row(
    `${mnemonic} cl`,
    effectOf(mnemonic),
    (w, wanted) => {
      // The operand first: an index may be loaded into ECX.
      const bytes = write(w);
      const by = loadCount(w, wanted);
      w.emit(...bytes);
      if (by === 0) return { set: 0, undefined: 0 };
      return by < 0 ? effectOfUnknown(mnemonic) : effectOf(mnemonic, by);
    },
    more,
  );
}

const shiftWord = (member: number) => (w: Writer) => [0xd3, ...w.operand(member, 4)];
const shiftTwo = (opcode: number) => (w: Writer) => [0x0f, opcode, ...w.operand(w.register(), 4)];

function shiftTwoByConstant(mnemonic: Mnemonic, opcode: number): Producer {
  return row(mnemonic, effectOf(mnemonic), (w, wanted) => {
    const by = (wanted & OF) !== 0 ? 1 : 1 + w.random.below(MOST_COUNT);
    const operand = w.operand(w.register(), 4);
    w.emit(0x0f, opcode, ...operand, by);
    return effectOf(mnemonic, by);
  });
}

/** BT and its kin: the bit's number in a register reaches as far as it says, so that it is masked when the operand is memory. */
function bitTest(mnemonic: Mnemonic, number: number): Producer {
  return plain(mnemonic, (w) => {
    if (w.random.chance(50)) {
      const operand = w.operand(number, 4);
      w.emit(0x0f, 0xba, ...operand, w.random.below(256));
      return;
    }
    const index = w.register();
    const isMemory = w.random.chance(50);
    if (isMemory) w.emit(0x0f, 0xb6, 0xc0 | (index << 3) | w.random.below(4));
    const target = { base: EBP, index: -1, scale: 0, displacement: 4 * w.random.below(0x400) };
    w.emit(0x0f, 0x83 | (number << 3), ...(isMemory ? memoryBytes(index, target) : [0xc0 | (index << 3) | w.register()]));
  });
}

/** String instructions need ESI and EDI; EDI is given back. */
function strings(w: Writer, write: () => void): void {
  const slot = w.slot();
  const from = w.offset(1);
  w.emit(0x89, 0x3d, ...littleEndian(slot, 4));
  w.emit(0x8d, ...memoryBytes(ESI, { base: EBP, index: -1, scale: 0, displacement: from }));
  const to = w.random.chance(40) ? from : w.offset(1);
  w.emit(0x8d, ...memoryBytes(EDI, { base: EBP, index: -1, scale: 0, displacement: to }));
  write();
  w.emit(0x8b, 0x3d, ...littleEndian(slot, 4));
  w.mix(ECX);
}

function compareStrings(name: string, opcode: number): Producer {
  return row(name, effectOf("cmp"), (w) => {
    strings(w, () => {
      const size = w.size();
      w.emit(...w.prefix(size), opcode | (size === 1 ? 0 : 1));
    });
    return undefined;
  });
}

/** Repeated, up to a count that may be 0. */
function repeatedComparison(name: string, prefix: number, opcode: number): Producer {
  return row(name, { ...effectOf("cmp"), perhaps: true }, (w) => {
    strings(w, () => {
      const size = w.size();
      w.emit(0x0f, 0xb6, 0xc0 | (ECX << 3) | w.random.below(4));
      if (w.random.chance(50)) w.emit(0xb8 | ECX, ...littleEndian(w.random.below(5), 4));
      w.cost += 10;
      w.emit(prefix, ...w.prefix(size), opcode | (size === 1 ? 0 : 1));
    });
    return undefined;
  });
}

/** SAHF. AH may hold anything. */
const sahf = row("sahf", { set: ALL_FLAGS & ~OF, undefined: 0 }, (w) => void w.emit(0x9e));

const popf = row("popf", { set: ALL_FLAGS, undefined: 0 }, (w) => {
  const flags = w.random.next() & ALL_FLAGS;
  w.emit(0x68, ...littleEndian(0x202 | flags, 4));
  w.emit(0x9d);
  return undefined;
});

const cmpxchg8b = row("cmpxchg8b", { set: ZF, undefined: 0 }, (w) => {
  const operand = w.memory(1, 8);
  w.emit(0x0f, 0xc7, ...operand);
  return undefined;
});

/** Comparisons of numbers: all flags. */
function compareNumbers(mnemonic: Mnemonic, prefix: readonly number[], opcode: number): Producer {
  return plain(mnemonic, (w) => w.emit(...prefix, 0x0f, opcode, 0xc0 | (w.random.below(8) << 3) | w.random.below(8)), { unit: "vector" });
}

const fcomi = row(
  "fcomi",
  { set: ALL_FLAGS, undefined: 0 },
  (w) => void w.emit(0xdb, w.random.pick([0xe8, 0xf0]) | w.random.below(X87_DEPTH)),
  {
    unit: "x87",
  },
);

export const PRODUCERS: readonly Producer[] = [
  binary("add", 0),
  binary("or", 1),
  binary("adc", 2, { reads: CF }),
  binary("sbb", 3, { reads: CF }),
  binary("and", 4),
  binary("sub", 5),
  binary("xor", 6),
  binary("cmp", 7),
  plain("test", (w) => sized(w, [0x84])),
  plain("inc", count(0)),
  plain("dec", count(1)),
  plain("neg", (w) => sized(w, [0xf6], 3)),
  plain("xadd", (w) => sized(w, [0x0f, 0xc0])),
  plain("cmpxchg", (w) => sized(w, [0x0f, 0xb0])),
  cmpxchg8b,
  shift("shl", 4),
  shift("shr", 5),
  shift("sar", 7),
  shift("rol", 0),
  shift("ror", 1),
  shift("rcl", 2, { reads: CF }),
  shift("rcr", 3, { reads: CF }),
  shiftTwoByConstant("shld", 0xa4),
  shiftTwoByConstant("shrd", 0xac),
  shiftByCl("shl", shiftWord(4)),
  shiftByCl("shr", shiftWord(5)),
  shiftByCl("sar", shiftWord(7)),
  shiftByCl("rol", shiftWord(0)),
  shiftByCl("ror", shiftWord(1)),
  shiftByCl("rcl", shiftWord(2), { reads: CF }),
  shiftByCl("rcr", shiftWord(3), { reads: CF }),
  shiftByCl("shld", shiftTwo(0xa5)),
  shiftByCl("shrd", shiftTwo(0xad)),
  bitTest("bt", 4),
  bitTest("bts", 5),
  bitTest("btr", 6),
  bitTest("btc", 7),
  plain("bsf", (w) => wide(w, [0x0f, 0xbc])),
  plain("bsr", (w) => wide(w, [0x0f, 0xbd])),
  plain("mul", (w) => sized(w, [0xf6], 4)),
  plain("imul1", (w) => sized(w, [0xf6], 5)),
  plain("imul", (w) => (w.random.chance(50) ? wide(w, [0x0f, 0xaf]) : wide(w, [0x6b], [w.random.below(256)]))),
  row("clc", { set: CF, undefined: 0 }, (w) => void w.emit(0xf8)),
  row("stc", { set: CF, undefined: 0 }, (w) => void w.emit(0xf9)),
  row("cmc", { set: CF, undefined: 0 }, (w) => void w.emit(0xf5), { reads: CF }),
  sahf,
  popf,
  plain("daa", (w) => w.emit(0x27), { reads: CF | AF }),
  plain("aad", (w) => w.emit(0xd5, 10)),
  compareStrings("cmps", 0xa6),
  compareStrings("scas", 0xae),
  repeatedComparison("repe cmps", 0xf3, 0xa6),
  repeatedComparison("repne scas", 0xf2, 0xae),
  compareNumbers("comisd", [0x66], 0x2f),
  compareNumbers("ucomiss", [], 0x2e),
  fcomi,
];

const numbers = new Map(PRODUCERS.map(({ name }, index) => [name, index]));

export function producerNumber(name: string): number {
  const index = numbers.get(name);
  if (index === undefined) throw new Error(`no producer '${name}'`);
  return index;
}

/** Writes an instruction that sets flags, and notes what it does to them. */
export function produce(w: Writer, number: number, wanted = w.random.chance(50) ? ALL_FLAGS : 0): void {
  const producer = PRODUCERS[number]!;
  if ((producer.reads & w.flow.undefined) !== 0) define(w);
  const effect = producer.write(w, wanted);
  w.flow.produce(number, effect.set, effect.undefined, effect.perhaps === true);
}

/** Those that define all flags. */
const DEFINERS = ["add", "sub", "cmp", "neg", "xadd", "cmpxchg"].map(producerNumber);

/** Makes all flags defined. */
export function define(w: Writer): void {
  produce(w, w.random.pick(DEFINERS));
}

/** Those that leave no flag undefined and need no unit. */
const CLEAN = [...DEFINERS, ...["inc", "dec", "adc", "sbb", "cmc", "stc", "clc", "popf", "sahf", "cmpxchg8b"].map(producerNumber)];

/** Those that set a part of the flags only, or perhaps none. */
const PARTIAL = [...PRODUCERS.keys()].filter((number) => {
  const { set, undefined: undefinedFlags, name } = PRODUCERS[number]!;
  return (set | undefinedFlags) !== ALL_FLAGS || name.endsWith(" cl");
});

/** Sets a part of the flags. */
export function producePart(w: Writer): void {
  produce(w, w.random.pick(PARTIAL.filter((number) => (PRODUCERS[number]!.reads & w.flow.undefined) === 0)), KEPT);
}

/** Sets some flags in another way, and leaves none undefined. */
export function produceOtherwise(w: Writer): void {
  produce(w, w.random.pick(CLEAN));
}

export { AF, CF, OF, PF, SF, ZF };
