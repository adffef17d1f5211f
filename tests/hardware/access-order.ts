/**
 * Instructions with several memory accesses: which faults each access has by itself. Manuals do not say in which order the accesses of an
 * instruction are made and checked (Intel SDM vol. 3, 6.9; AMD APM vol. 2, 8.5), so that another maker's processor may report another.
 *
 * An access is tried as a MOV of its own on the emulated processor. Layer beneath: situation.ts.
 */
import { type Instruction, Segment } from "#machine/cpu/instruction.ts";
import { Vector } from "#machine/exit.ts";
import { type Allowed, type Ending, operandOffset, type Situation } from "./situation.ts";

interface Access {
  readonly segment: number;
  readonly offset: number;
  /** 2 or 4 bytes. */
  readonly size: number;
  readonly isWrite: boolean;
}

interface Fault {
  readonly vector: number;
  readonly error: number;
  readonly address: number;
}

const ESP = 4;
const EBP = 5;
const TF = 0x100;
const AC = 0x40000;
/** What is asked of alignment at most. */
const GREATEST_ALIGNMENT = 8;
/** Bytes that processors store at once, in x87 instructions. */
const GREATEST_ACCESS = 8;
const OVERRIDES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const;
const MOV_LOAD = 0x8b;
const MOV_STORE = 0x89;
/** ModRM of EAX and an address. */
const EAX_AND_ADDRESS = 0x05;
const OPERAND_FAULTS: ReadonlySet<number> = new Set([
  Vector.BOUND,
  Vector.STACK_FAULT,
  Vector.GENERAL_PROTECTION,
  Vector.PAGE_FAULT,
  Vector.ALIGNMENT_CHECK,
]);

/** Bytes that x87 instructions store, by low bits of the opcode and middle field of ModRM; of FSTENV and FSAVE with 32 and 16 bits. */
const X87_STORES: Readonly<Record<number, readonly [number, number]>> = {
  0o12: [4, 4],
  0o13: [4, 4],
  0o16: [28, 14],
  0o17: [2, 2],
  0o32: [4, 4],
  0o33: [4, 4],
  0o37: [10, 10],
  0o52: [8, 8],
  0o53: [8, 8],
  0o56: [108, 94],
  0o57: [2, 2],
  0o72: [2, 2],
  0o73: [2, 2],
  0o76: [10, 10],
  0o77: [8, 8],
};

function x87StoreSize({ row, opcode, modrm, address, operandSize }: Instruction): number {
  if (row.mnemonic !== "x87" || address === undefined) return 0;
  return X87_STORES[((opcode & 7) << 3) | ((modrm >> 3) & 7)]?.[operandSize === 4 ? 0 : 1] ?? 0;
}

function sequence(segment: number, from: number, size: number, count: number, isWrite: boolean): Access[] {
  return Array.from({ length: count }, (_, index) => ({ segment, offset: (from + index * size) >>> 0, size, isWrite }));
}

/** The accesses of ENTER: EBP, the frame pointers of outer levels, the new one; and the end of the frame, which is touched. */
function enterAccesses({ operandSize: size, operands }: Instruction, registers: readonly number[]): Access[] {
  const level = operands[1]!.value & 31;
  const top = registers[ESP]! - size * (level + 1);
  return [
    ...sequence(Segment.SS, top, size, level + 1, true),
    ...sequence(Segment.SS, registers[EBP]! - size * Math.max(0, level - 1), size, Math.max(0, level - 1), false),
    ...sequence(Segment.SS, top - (operands[0]!.value & 0xffff), size, 1, true),
  ];
}

/** Undefined for instructions whose order of accesses is not in question. */
function accessesOf(instruction: Instruction, registers: readonly number[]): Access[] | undefined {
  const { operandSize: size, segment } = instruction;
  switch (instruction.row.mnemonic) {
    case "retf":
      return sequence(Segment.SS, registers[ESP]!, size, 2, false);
    case "bound":
      return instruction.address && sequence(segment, operandOffset(instruction, registers), size, 2, false);
    case "enter":
      return enterAccesses(instruction, registers);
    case "pusha":
      return sequence(Segment.SS, registers[ESP]! - 8 * size, size, 8, true);
    default: {
      const bytes = x87StoreSize(instruction);
      if (bytes === 0) return undefined;
      const step = bytes % 4 === 0 || bytes === 10 ? 4 : 2;
      const from = operandOffset(instruction, registers);
      return sequence(segment, from, step, Math.floor(bytes / step), true).concat(
        bytes % step === 0 ? [] : sequence(segment, from + bytes - 2, 2, 1, true),
      );
    }
  }
}

/** What an access by itself gives. */
function attempt<E extends Ending>(situation: Situation<E>, { segment, offset, size, isWrite }: Access): E {
  const displacement = [0, 8, 16, 24].map((shift) => (offset >>> shift) & 0xff);
  const code = [OVERRIDES[segment]!, ...(size === 2 ? [0x66] : []), isWrite ? MOV_STORE : MOV_LOAD, EAX_AND_ADDRESS, ...displacement];
  return situation.again({ code, eip: (situation.eip & ~0xfff) >>> 0, eflags: situation.eflags & ~TF });
}

/** The exceptions that follow from what RETF and BOUND have read, when one of their words can be read. */
function consequences(instruction: Instruction, registers: readonly number[], words: readonly (number | undefined)[]): Fault[] {
  const isNarrow = instruction.operandSize === 2;
  const signed = (value: number): number => (isNarrow ? (value << 16) >> 16 : value | 0);
  const { mnemonic } = instruction.row;
  if (mnemonic === "retf" && words[1] !== undefined) {
    return [{ vector: Vector.GENERAL_PROTECTION, error: words[1] & 0xfffc, address: 0 }];
  }
  if (mnemonic !== "bound") return [];
  const index = signed(registers[instruction.operands[0]!.register]!);
  const [lower, upper] = words;
  const isOutside = (lower !== undefined && index < signed(lower)) || (upper !== undefined && index > signed(upper));
  return isOutside ? [{ vector: Vector.BOUND, error: 0, address: 0 }] : [];
}

/** Whether an x87 instruction stores more than one access can. */
export function isStoredInParts(instruction: Instruction): boolean {
  return x87StoreSize(instruction) > GREATEST_ACCESS;
}

/**
 * The endings with each of the faults that the instruction has, when ours is one of its operands. What was written before the fault is open.
 *
 * @param instruction that faulted; registers are then as it found them
 */
export function endingsByAccess<E extends Ending>(situation: Situation<E>, instruction: Instruction): Allowed<E>[] {
  const { ours } = situation;
  const accesses = OPERAND_FAULTS.has(ours.vector) ? accessesOf(instruction, ours.registers) : undefined;
  if (accesses === undefined || accesses.length === 1) return [{ ending: ours, open: {} }];
  const endings = accesses.map((access) => attempt(situation, access));
  const words = endings.map(({ vector, registers }) => (vector === Vector.BREAKPOINT ? registers[0] : undefined));
  const faults: Fault[] = [
    ...endings.filter(({ vector }) => vector !== Vector.BREAKPOINT),
    ...consequences(instruction, ours.registers, words),
  ];
  const start = situation.base(accesses[0]!.segment) + accesses[0]!.offset;
  if ((situation.eflags & AC) !== 0 && start % GREATEST_ALIGNMENT !== 0) {
    faults.push({ vector: Vector.ALIGNMENT_CHECK, error: 0, address: 0 });
  }
  return [
    { ending: ours, open: { memory: true } },
    ...faults.map(({ vector, error, address }) => ({ ending: { ...ours, vector, error, address }, open: { memory: true as const } })),
  ];
}
