/**
 * Random instructions without jumps, from the rows of the opcode table: registers are chosen among those that are free, memory
 * operands lie in the arena, now and then where a fault waits.
 */
import { Flow, Unit } from "#machine/cpu/instruction-set/row.ts";
import { allRows, type RowPlace } from "#machine/cpu/opcodes.ts";
import { decode } from "#machine/cpu/decoder.ts";
import { isLeftOut } from "../hardware/facts.ts";
import { type KnownHost, RECORDED } from "../hardware/host.ts";
import { EXCLUDED } from "./exclusions.ts";
import { Random } from "../instructions/random.ts";
import { type Assembler, littleEndian, type MemoryOperand, memoryBytes } from "./assembler.ts";
import { flagsRead, undefinedAfter } from "./flag-use.ts";
import { ARENA, ARENA_PAGES, HOLE, PAGE_SIZE } from "./layout.ts";

export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
/** Points to the arena all the time. */
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;
export const ARENA_BASE = ARENA + 0x1000;

/** What holds where instructions are written. */
export interface State {
  /** General registers that may be written. */
  readonly free: readonly number[];
  /** Flags that are undefined. */
  undefinedFlags: number;
  /** Runs so often that faults must be rare. */
  readonly isHot: boolean;
}

/** Instructions that often fault. */
const FAULTING: ReadonlySet<string> = new Set(["div", "idiv", "aam", "ud2"]);

function isUsable(place: RowPlace): boolean {
  const { row } = place;
  if (row.facts.flow !== Flow.NEXT || row.facts.repeats || EXCLUDED.has(row.mnemonic)) return false;
  return !row.operands.some((code) => /^([CDEFGS]S|Ww|M[pasx])$/.test(code));
}

const ROWS = allRows().filter(isUsable);
const VECTOR_ROWS = ROWS.filter(({ row }) => row.facts.unit === Unit.VECTOR);
const X87_ROWS = ROWS.filter(({ row }) => row.mnemonic === "x87");
const INTEGER_ROWS = ROWS.filter(({ row }) => row.facts.unit === Unit.INTEGER || row.mnemonic === "wait");

/** D9 F0…F3, F9, FB, FE, FF: the last bit is not defined; D9 and DD /4 and /6: the environment names instructions; D9 /5: FLDCW. */
function isComparableX87(opcode: number, modrm: number): boolean {
  const reg = (modrm >> 3) & 7;
  if (modrm >= 0xc0) return !(opcode === 0xd9 && [0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff].includes(modrm));
  if (opcode === 0xd9 || opcode === 0xdd) return reg !== 4 && reg !== 5 && reg !== 6 && !(opcode === 0xdd && reg === 1);
  // FISTTP, and FBSTP, of which a fault leaves a part.
  return !(reg === 1 && (opcode === 0xdb || opcode === 0xdf)) && !(reg === 6 && opcode === 0xdf);
}

export class StraightLine {
  private readonly random: Random;
  private readonly assembler: Assembler;
  private readonly host: KnownHost;

  /** @param host where the program will run */
  constructor(random: Random, assembler: Assembler, host: KnownHost = RECORDED) {
    this.random = random;
    this.assembler = assembler;
    this.host = host;
  }

  emit(bytes: readonly number[], state: State): number {
    return this.assembler.instruction(bytes, state.undefinedFlags === 0);
  }

  /** Makes all flags defined. */
  define(state: State): void {
    this.emit([0x39, 0xc0 | (this.random.below(8) << 3) | this.random.below(8)], state);
    state.undefinedFlags = 0;
  }

  /** A memory operand of `size` bytes, and whether it may fault. Masks an index register first, which must be free. */
  private memory(state: State, size: number, isAligned: boolean): { operand: MemoryOperand; mayFault: boolean } {
    const { random } = this;
    const alignment = isAligned && (state.isHot || !random.chance(2)) ? size : random.chance(70) ? Math.min(size, 8) : 1;
    const align = (value: number): number => value - (((value % alignment) + alignment) % alignment);
    const mayFault = isAligned;
    const kind = random.below(40);
    if (kind === 0 && !state.isHot) {
      const displacement = random.pick([HOLE, 0x10, ARENA + ARENA_PAGES * PAGE_SIZE - 2, ARENA + (ARENA_PAGES + 1) * PAGE_SIZE - 1]);
      return { operand: { base: -1, index: -1, scale: 0, displacement }, mayFault: true };
    }
    if (kind < 8) {
      return { operand: { base: -1, index: -1, scale: 0, displacement: ARENA + align(random.below(0x3fe0)) }, mayFault };
    }
    const wide = random.chance(50) ? align(random.below(0x2000) - 0x1000) : align(random.below(200) - 100);
    if (kind < 24 || state.free.length === 0) return { operand: { base: EBP, index: -1, scale: 0, displacement: wide }, mayFault };
    const index = random.pick(state.free);
    const scale = random.below(4);
    const step = Math.max(1, alignment >> scale);
    this.emit([0x81, 0xe0 | index, ...littleEndian((state.isHot || random.chance(50) ? 0xff : 0x7ff) & ~(step - 1), 4)], state);
    state.undefinedFlags = 16;
    return { operand: { base: random.chance(80) ? EBP : -1, index, scale, displacement: align(random.below(100)) }, mayFault: true };
  }

  /** An index without a base needs the arena in the displacement. */
  private encodeMemory(reg: number, operand: MemoryOperand): number[] {
    const isBare = operand.base < 0 && operand.index >= 0;
    return memoryBytes(reg, isBare ? { ...operand, displacement: operand.displacement + ARENA } : operand);
  }

  private register(state: State, size: number): number {
    if (size !== 1) return this.random.pick(state.free);
    const bytes = state.free.filter((register) => register < 4);
    return this.random.pick(bytes) | (this.random.chance(40) ? 4 : 0);
  }

  /** One random instruction. Does nothing when its registers are not free. */
  instruction(state: State): void {
    const kind = this.random.below(10);
    if (kind < 6) this.row(this.random.pick(INTEGER_ROWS), state);
    else if (kind < 8) this.row(this.random.pick(VECTOR_ROWS), state);
    else this.row(this.random.pick(X87_ROWS), state);
  }

  private row(place: RowPlace, state: State): void {
    const { random } = this;
    const { row, opcode, prefix, member, form } = place;
    const { mnemonic, operands } = row;
    const isFree = (register: number): boolean => state.free.includes(register);
    if (state.isHot && FAULTING.has(mnemonic)) return;
    if (
      ![0, 1, 2, 3, 4, 5, 6, 7].every((register) => (row.facts.writes & (1 << register)) === 0 || isFree(register)) ||
      !state.free.some((register) => register < 4)
    )
      return;
    const last = opcode.at(-1)!;
    if (operands.some((code) => code[0] === "Z") && !isFree(operands.includes("Zb") ? last & 3 : last & 7)) return;
    if (operands.some((code) => /^(AL|eAX|Ob|Ov)$/.test(code)) && !isFree(EAX)) return;
    if ((flagsRead(row.facts) & state.undefinedFlags) !== 0) this.define(state);

    const isVector = row.facts.unit === Unit.VECTOR;
    const operandSize = prefix === 0x66 || (!isVector && prefix === 0 && mnemonic !== "x87" && random.chance(15)) ? 2 : 4;
    const sizeOf = (code: string): number => ({ b: 1, w: 2, d: 4, q: 8, dq: 16 })[code.slice(1)] ?? operandSize;
    const bytes = [...(operandSize === 2 || prefix !== 0 ? [prefix === 0 ? 0x66 : prefix] : []), ...opcode];
    let mayFault = /^(div|idiv|aam)$/.test(mnemonic) || isVector;
    if (mnemonic === "x87") {
      const modrm = random.below(256);
      if (!isComparableX87(last, modrm)) return;
      // FNSTSW AX.
      if (modrm === 0xe0 && !isFree(EAX)) return;
      mayFault = true;
      // FCMOVcc.
      if (modrm >= 0xc0 && modrm < 0xe0 && (last === 0xda || last === 0xdb) && state.undefinedFlags !== 0) this.define(state);
      if (modrm >= 0xc0) bytes.push(modrm);
      else bytes.push(...this.encodeMemory((modrm >> 3) & 7, this.memory(state, 10, false).operand));
    } else if (member >= 0 || operands.some((code) => /^[EGMRPQNVUW][a-z]+$/.test(code) && code !== "eAX")) {
      const regCode = operands.find((code) => /^[GPV][a-z]/.test(code));
      const rmCode = operands.find((code) => /^[EMRQNUW][a-z]/.test(code)) ?? "";
      const isGeneral = regCode?.[0] === "G";
      const reg = member >= 0 ? member : regCode === undefined ? 0 : isGeneral ? this.register(state, sizeOf(regCode)) : random.below(8);
      const isBitString = mnemonic.startsWith("bt") && member < 0;
      const isRegister =
        form === "any" ? "RNU".includes(rmCode[0]!) || isBitString || (rmCode[0] !== "M" && random.chance(60)) : form === "register";
      if (isRegister) {
        const rm = "ER".includes(rmCode[0]!) ? this.register(state, sizeOf(rmCode)) : random.below(8);
        bytes.push(0xc0 | (reg << 3) | rm);
      } else {
        const size = Math.max(1, sizeOf(rmCode));
        const { operand, mayFault: isRisky } = this.memory(state, size, size === 16 && !row.facts.unaligned);
        if (isRisky) mayFault = true;
        bytes.push(...this.encodeMemory(reg, operand));
        if ((flagsRead(row.facts) & state.undefinedFlags) !== 0) {
          // The masking of the index came between.
          this.define(state);
        }
      }
    }
    let count = operands.includes("1") ? 1 : -1;
    for (const code of operands) {
      const size = sizeOf(code);
      if (code[0] === "I") {
        const value = random.value();
        if (code === "Ib") count = value & 0xff;
        bytes.push(...littleEndian(value, code === "Iz" || code === "Iv" ? operandSize : size));
      } else if (code === "Sv") bytes.push(random.below(256));
      else if (code[0] === "O") bytes.push(...littleEndian(ARENA + random.below(0x3ff0), 4));
    }
    if (isLeftOut(decode({ fetch: (index) => bytes[index] ?? 0xcc }), this.host)) return;
    this.emit(bytes, state);
    const width = 8 * (operands[0] === undefined ? 4 : sizeOf(operands[0]));
    state.undefinedFlags = undefinedAfter(row.facts, state.undefinedFlags, count, width, mayFault);
  }
}
