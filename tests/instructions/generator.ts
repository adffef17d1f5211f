/**
 * Random instruction cases for the rows of the opcode table.
 *
 * Bytes are made by the row's operand codes (encoding.ts); registers are then set so that memory operands fall into the
 * areas of layout.ts, mostly the writable pages, sometimes across their ends.
 */
import { decode } from "#machine/cpu/decoder.ts";
import { type Address, type Instruction, Invalid, Kind } from "#machine/cpu/instruction.ts";
import { Flow, Unit } from "#machine/cpu/instruction-set/row.ts";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { cut, encode, type Encoded } from "./encoding.ts";
import { type Draft, effectiveAddress, isWritable, jumpTarget, operandAddress, poke, target } from "./draft.ts";
import { CODE, DATA, FS_SEGMENT, type InstructionCase, LOW, NO_PLACE, POKES } from "./layout.ts";
import { instructionMask } from "./masks.ts";
import type { Random } from "./random.ts";
import { aimSelector, usesSelectors } from "./selectors.ts";
import { follower, leader } from "./surroundings.ts";
import { type Lane, laneWords, vectorUnits, x87Operands } from "./unit-values.ts";
import { INITIAL_UNITS } from "./units.ts";

/** EFLAGS bits that a case starts with, besides those always set. */
const START_FLAGS = 0x8d5 | 0x400;
const DIRECTION_FLAG = 0x400;
const TRAP_FLAG = 0x100;
/** Bits that POPF may meet on the stack: not AC, which would disturb the runner. */
const POPPED_FLAGS = 0x20_7fff;
const SYSTEM_CALL = 0x80;
const ESP = 4;

/** Makes a memory operand's address `wanted` by changing the displacement or the base register. */
function aim(encoded: Encoded, address: Address, registers: number[], wanted: number): void {
  if (encoded.displacement >= 0) {
    const missing = (wanted - effectiveAddress({ ...address, displacement: 0 }, registers)) | 0;
    for (let byte = 0; byte < 4; byte++) encoded.bytes[encoded.displacement + byte] = (missing >>> (byte * 8)) & 0xff;
    return;
  }
  const missing = (wanted - effectiveAddress(address, registers)) | 0;
  if (address.base >= 0 && address.base !== address.index) {
    registers[address.base] = (registers[address.base]! + missing) >>> 0;
  } else if (address.base >= 0) {
    registers[address.base] = Math.floor((wanted - address.displacement) / (1 + (1 << address.scale)));
  } else if (address.index >= 0) {
    registers[address.index] = wanted >>> address.scale;
  }
}

/** Size of a memory operand that its alignment or its poke has to know: 16 and 512 bytes, else 8. */
function memorySize(instruction: Instruction): number {
  return Math.max(8, ...instruction.operands.filter((operand) => operand.kind === Kind.MEMORY).map((operand) => operand.size));
}

function aimMemory({ random, encoded, registers, fs, instruction }: Draft): void {
  const { address } = instruction;
  if (address === undefined) return;
  const size = memorySize(instruction);
  const mask = size >= 16 && random.chance(85) ? ~15 : -1;
  const room = size > 16 ? 16 : size;
  if (instruction.addressSize === 4) {
    let wanted = (target(random, room) & mask) >>> 0;
    if (address.segment === 4 && fs === 1) wanted = (wanted - FS_SEGMENT.base) >>> 0;
    aim(encoded, address, registers, wanted);
  } else if (address.base >= 0) {
    const wanted = (LOW + random.below(0x2010) - 8) & mask;
    const missing = (wanted - effectiveAddress(address, registers)) & 0xffff;
    registers[address.base] = ((registers[address.base]! & 0xffff0000) | ((registers[address.base]! + missing) & 0xffff)) >>> 0;
  }
}

function aimStrings({ random, registers, fs, instruction }: Draft): void {
  registers[1] = random.below(random.chance(80) ? 20 : 400);
  if (instruction.addressSize === 4) {
    registers[6] = target(random);
    registers[7] = random.chance(20) ? registers[6]! + random.below(9) - 4 : target(random);
    if (instruction.segment === 4 && fs === 1) registers[6] = (registers[6]! - FS_SEGMENT.base) >>> 0;
    return;
  }
  const low = (): number => ((random.next() & 0xffff0000) | (LOW + random.below(0x2000))) >>> 0;
  registers[6] = low();
  registers[7] = low();
  registers[1] = (registers[1]! | (random.next() & 0xffff0000)) >>> 0;
}

/** Registers that instructions use without naming them. */
function aimImplied({ random, place, registers }: Draft): void {
  const { mnemonic } = place.row;
  if (mnemonic.startsWith("bt") && random.chance(90)) {
    for (let register = 0; register < 8; register++) {
      if (register !== ESP) registers[register] = (random.below(4096) - 2048) >>> 0;
    }
  }
  if (mnemonic === "xlat") registers[3] = target(random);
  if (mnemonic === "enter" || mnemonic === "leave") registers[5] = target(random);
  if (mnemonic.startsWith("maskmov")) registers[7] = target(random, 16);
  if ((mnemonic === "div" || mnemonic === "idiv") && random.chance(60)) {
    registers[2] = random.chance(50) ? random.below(16) : 0xffffffff - random.below(16);
  }
}

/** Values in memory that the instruction needs to do something sensible. False: there is no room for them. */
function fillOperands(draft: Draft): boolean {
  const { random, place, registers, instruction } = draft;
  const { mnemonic } = place.row;
  if (mnemonic === "ret") {
    if (!isWritable(registers[ESP]!, 4)) return false;
    poke(draft, registers[ESP]!, jumpTarget(random));
  }
  if (mnemonic === "popf") poke(draft, registers[ESP]!, random.next() & POPPED_FLAGS & (random.chance(90) ? ~TRAP_FLAG : -1));
  if ((mnemonic === "jmp" || mnemonic === "call") && place.row.operands[0] === "Ev") {
    const [operand] = instruction.operands;
    if (operand?.kind === Kind.REGISTER) registers[operand.register] = jumpTarget(random);
    else if (instruction.address !== undefined) {
      if (!isWritable(operandAddress(draft), 4)) return false;
      poke(draft, operandAddress(draft), jumpTarget(random));
    }
  }
  if (mnemonic === "cmpxchg8b" && random.chance(50) && instruction.address !== undefined) {
    poke(draft, operandAddress(draft), registers[0]!);
    poke(draft, operandAddress(draft) + 4, registers[2]!);
  }
  if ((mnemonic === "ldmxcsr" || mnemonic === "fxrstor") && instruction.address !== undefined && random.chance(90)) {
    poke(draft, operandAddress(draft) + (mnemonic === "ldmxcsr" ? 0 : 24), random.next() & 0xffff);
  }
  return mnemonic !== "int" || (instruction.operands[0]?.value ?? 0) !== SYSTEM_CALL - 256;
}

/** What the lanes of a vector instruction's operands are, by the manuals' endings. */
function laneOf(random: Random, mnemonic: string): Lane {
  if (mnemonic.startsWith("p") || mnemonic.startsWith("m")) return random.chance(80) ? "integer" : "single";
  if (/^cvtt?(pi|si|dq)2/.test(mnemonic)) return "integer";
  if (/^cvtt?[ps]s2/.test(mnemonic)) return "single";
  if (/^cvtt?[ps]d2/.test(mnemonic)) return "double";
  return /[ps]d$/.test(mnemonic) ? "double" : "single";
}

/** Puts the words of a vector or x87 operand into memory; only whole operands in writable pages. */
function pokeOperand(draft: Draft, words: readonly number[]): void {
  if (draft.instruction.address === undefined || !isWritable(operandAddress(draft), words.length * 4)) return;
  words.slice(0, POKES - draft.pokes.length).forEach((word, index) => poke(draft, operandAddress(draft) + 4 * index, word));
}

function littleEndianWords(bytes: Uint8Array): number[] {
  return Array.from({ length: Math.ceil(bytes.length / 4) }, (_, word) =>
    [0, 1, 2, 3].reduce((value, byte) => value | ((bytes[word * 4 + byte] ?? 0) << (byte * 8)), 0),
  );
}

/** Parts of stored environments that are not compared: last opcode, instruction and operand. */
function blankOf(draft: Draft): readonly [number, number] {
  const { instruction, place } = draft;
  if (instruction.address === undefined) return [0, 0];
  let from = 0;
  let size = 0;
  if (place.row.mnemonic === "fxsave") [from, size] = [6, 18];
  else if (place.row.mnemonic === "x87" && /^(d9|dd)$/.test(instruction.opcode.toString(16)) && ((instruction.modrm >> 3) & 7) === 6) {
    [from, size] = instruction.operandSize === 4 ? [12, 16] : [6, 8];
  }
  const at = operandAddress(draft) + from;
  return isWritable(at, size) ? [at, size] : [0, 0];
}

function startFlags({ random, place }: Draft): number {
  const eflags = 0x202 | (random.next() & START_FLAGS) | (random.chance(4) ? TRAP_FLAG : 0);
  const isString = place.row.facts.repeats;
  return isString && random.chance(70) ? eflags & ~DIRECTION_FLAG : eflags;
}

/** @returns undefined when the random choices cannot be made into a case */
export function generate(random: Random, place: RowPlace): InstructionCase | undefined {
  const { row, opcode } = place;
  const isVector = row.facts.unit === Unit.VECTOR;
  const x87 = row.mnemonic === "x87" ? x87Operands(random, opcode[0]! & 7) : undefined;
  const encoded = encode(random, place, x87?.modrm);
  const decoded = (): Instruction => decode({ fetch: (index) => encoded.bytes[index] ?? 0 });
  const registers = Array.from({ length: 8 }, () => random.value());
  registers[ESP] = random.chance(90) ? DATA + 0x100 + random.below(0x1e00) : target(random);
  if (random.chance(50)) registers[ESP] = (registers[ESP]! & ~3) >>> 0;
  const draft: Draft = { random, place, encoded, registers, fs: random.below(2), pokes: [], instruction: decoded() };
  if (row.facts.repeats) aimStrings(draft);
  aimImplied(draft);
  aimMemory(draft);
  // A stack pointer that became part of another sum could point to the runner's own memory.
  if (registers[ESP]! < DATA || registers[ESP]! >= DATA + 0x4000) return undefined;
  draft.instruction = decoded();
  if (draft.instruction.invalid !== Invalid.NONE) cut(encoded.bytes);
  if (!fillOperands(draft)) return undefined;
  let units = INITIAL_UNITS;
  if (x87 !== undefined) {
    units = x87.units;
    if (x87.operand.length <= 16) pokeOperand(draft, littleEndianWords(x87.operand));
  } else if (isVector || row.mnemonic === "wait") {
    const lane = laneOf(random, row.mnemonic);
    units = vectorUnits(random, lane);
    if (memorySize(draft.instruction) <= 16 && row.mnemonic !== "ldmxcsr") pokeOperand(draft, laneWords(random, lane, 4));
  }
  const eip = random.chance(85) ? CODE + 0x200 + random.below(0x800) : CODE + 0x1000 - random.below(16);
  // A selector differs from processor to processor: nothing may compute with it.
  const isAlone = usesSelectors(place);
  const lead = !isAlone && random.chance(25) ? leader(random) : [];
  const { selector, selectorPlace, selectorResult } = aimSelector(draft, eip);
  if (selector === NO_PLACE) return undefined;
  const isEnd = row.facts.flow !== Flow.NEXT && row.facts.flow !== Flow.PRIVILEGED;
  const isWhole = draft.instruction.invalid === Invalid.NONE && draft.instruction.length === encoded.bytes.length;
  const { flags } = instructionMask(draft.instruction, registers[1]!);
  const behind = !isAlone && !isEnd && isWhole && random.chance(40) ? follower(random, flags) : [];
  return {
    registers: registers.map((value) => value >>> 0),
    eflags: startFlags(draft),
    eip,
    seed: random.next() | 1,
    fs: draft.fs,
    pokes: draft.pokes,
    code: [...lead, ...encoded.bytes, ...behind],
    lead: lead.length,
    selector,
    selectorPlace,
    selectorResult,
    blank: blankOf(draft),
    units,
  };
}
