/**
 * Binding of memory operands to an operation.
 *
 * A flat 32-bit operand becomes three fields that the handlers add up themselves. Everything else (a segment with
 * base or limit, 16-bit addressing) becomes a separate step that puts the linear address into the register
 * file, where the handler finds it as its base: no handler knows of segments.
 */
import { Vector } from "../exit.ts";
import type { Core } from "./core.ts";
import { raiseFault } from "./fault.ts";
import { Flag } from "./flags.ts";
import { Unit, Use, useOf } from "./instruction-set/row.ts";
import { type Instruction, Kind, Segment } from "./instruction.ts";
import type { Handler, Operation } from "./operation.ts";
import { Word } from "./registers.ts";
import { createStackAccess } from "./stack-access.ts";
import { MEMORY_FORMS } from "./x87/instruction-table.ts";

/** Operands that are two: handlers check the second one. */
const PAIRS: ReadonlySet<string> = new Set(["Ma", "Mp"]);

/** What FLDENV and FNSTENV access; the rest of FRSTOR and FNSAVE has the same size for both operand sizes. */
const ENVIRONMENT_BYTES = 28;
const SHORT_ENVIRONMENT_BYTES = 14;
const FSAVE_BYTES = 108;
/** FLD and FSTP of 80 bits, FBLD and FBSTP. */
const TEN_BYTES = 10;

/**
 * Address bits that must be 0 when EFLAGS.AC is set, by bytes, for operands that handlers access in parts. Other
 * operands,
 * but those of the floating-point unit, are checked at their accesses (memory.ts).
 */
const WHOLE_ALIGNMENTS: Readonly<Record<number, number>> = { 8: 7, 10: 7, 14: 1, 16: 0, 28: 3, 94: 1, 108: 3, 512: 0 };

function spanOf(instruction: Instruction): number {
  if (instruction.row.facts.unit === Unit.X87) {
    const { bytes, isWritten } = MEMORY_FORMS[((instruction.opcode & 7) << 3) | ((instruction.modrm >> 3) & 7)]!;
    const span = isWritten ? -bytes : bytes;
    const isArea = Math.abs(span) >= ENVIRONMENT_BYTES;
    return isArea && instruction.operandSize === 2 ? span - Math.sign(span) * (ENVIRONMENT_BYTES - SHORT_ENVIRONMENT_BYTES) : span;
  }
  const { facts, operands: codes } = instruction.row;
  const isSelector = instruction.operands[1]?.kind === Kind.SEGMENT || facts.storesWord;
  if (isSelector && instruction.operands[0]!.kind === Kind.MEMORY) return -2;
  if (codes.some((code) => PAIRS.has(code))) return instruction.operandSize;
  const position = instruction.operands.findIndex((operand) => operand.kind === Kind.MEMORY);
  const bytes = instruction.operands[position]?.size ?? 0;
  const span = bytes === 0 ? 6 : bytes;
  return position >= 0 && (useOf(facts, position) & Use.WRITE) !== 0 ? -span : span;
}

/**
 * Fills in the address fields of an operation.
 * @returns the handler of the address step when one is needed, else null
 */
export type AddressBinding = (op: Operation, instruction: Instruction) => Handler | null;

export function createAddressBinding(core: Core): AddressBinding {
  const { ADDRESS, ESP, SEGMENTED, SYSTEM_FLAGS, ZERO } = Word;
  const { AC } = Flag;
  const R = core.file.words;
  const { linear } = core.segments;
  const { probeRead, probeWrite } = core.memory;
  const stack = createStackAccess(core);

  function offsetOf(op: Operation): number {
    const { base, index, scale, displacement } = op.address!;
    return ((base < 0 ? 0 : R[base]!) + (index < 0 ? 0 : R[index]! << scale) + displacement) | 0;
  }
  const segmentStep: Handler = (op) => {
    R[ADDRESS] = linear(op.address!.segment, offsetOf(op), op.span, op.writes);
    return op.body(op);
  };
  function truncatedOffset(op: Operation): number {
    const offset = offsetOf(op);
    return op.instruction.addressSize === 4 ? offset : offset & 0xffff;
  }
  /** Checks ten bytes as the processor does, as eight and two, and an area by its first word and its last byte. */
  function linearParts(op: Operation, offset: number): number {
    const { segment } = op.address!;
    const [first, last] = op.span === TEN_BYTES ? [8, 2] : [op.instruction.operandSize, 1];
    const at = linear(segment, offset, first, op.writes);
    if ((R[SYSTEM_FLAGS]! & AC) !== 0 && (at & op.alignment) !== 0) raiseFault(Vector.ALIGNMENT_CHECK);
    if (op.writes) probeWrite(at, first);
    else probeRead(at, first);
    linear(segment, (offset + op.span - last) | 0, last, op.writes);
    return at;
  }
  /** The operand is checked as one, and the handler may access its parts as it likes. */
  const wholeStep: Handler = (op) => {
    const offset = truncatedOffset(op);
    const isArea = op.span >= SHORT_ENVIRONMENT_BYTES && op.span <= FSAVE_BYTES;
    const at = isArea || op.span === TEN_BYTES ? linearParts(op, offset) : linear(op.address!.segment, offset, op.span, op.writes);
    R[ADDRESS] = at;
    const flags = R[SYSTEM_FLAGS]!;
    if ((flags & AC) === 0) return op.body(op);
    if ((at & op.alignment) !== 0) raiseFault(Vector.ALIGNMENT_CHECK);
    R[SYSTEM_FLAGS] = flags & ~AC;
    try {
      return op.body(op);
    } finally {
      R[SYSTEM_FLAGS] = flags;
    }
  };
  /** POP reads the stack before it looks at its destination. */
  const popStep: Handler = (op) => {
    stack.read(R[ESP]!, op.size);
    R[ADDRESS] = linear(op.address!.segment, truncatedOffset(op), op.span, true);
    return op.body(op);
  };
  const segmentStep16: Handler = (op) => {
    R[ADDRESS] = linear(op.address!.segment, offsetOf(op) & 0xffff, op.span, op.writes);
    return op.body(op);
  };
  const offsetStep16: Handler = (op) => {
    R[ADDRESS] = offsetOf(op) & 0xffff;
    return op.body(op);
  };

  function isChecked(segment: number): boolean {
    if (segment === Segment.FS || segment === Segment.GS) return true;
    return R[SEGMENTED] !== 0 && segment !== Segment.CS;
  }

  return (op, instruction) => {
    const { mnemonic, facts } = instruction.row;
    let address = instruction.address!;
    // POP computes its address with the stack pointer already moved.
    if (mnemonic === "pop" && address.base === ESP) {
      address = { ...address, displacement: address.displacement + instruction.operandSize };
    }
    // A bit offset in a register moves the address: shifts.ts does the checks.
    const isBitString = facts.bitString && instruction.operands[1]!.kind === Kind.REGISTER;
    const span = isBitString ? 0 : spanOf(instruction);
    op.span = Math.abs(span);
    op.writes = span < 0;
    const isWhole = facts.unit === Unit.X87 || op.span in WHOLE_ALIGNMENTS;
    if (isWhole) op.alignment = WHOLE_ALIGNMENTS[op.span] ?? op.span - 1;
    const position = instruction.operands.findIndex(({ kind }) => kind === Kind.MEMORY);
    const use = useOf(facts, position);
    const isAccess = use !== Use.NONE;
    const mayWrite = op.writes || use === Use.PERHAPS || (isBitString && use === Use.MODIFY);
    const isWriteToCode = isAccess && mayWrite && address.segment === Segment.CS;
    const isSegmentStep = isWriteToCode || (isAccess && isChecked(address.segment));
    if (!isSegmentStep && instruction.addressSize === 4) {
      op.base = address.base < 0 ? ZERO : address.base;
      op.index = address.index < 0 ? ZERO : address.index;
      op.scale = address.scale;
      op.displacement = address.displacement;
      return null;
    }
    op.address = address;
    op.base = ADDRESS;
    if (!isSegmentStep) return offsetStep16;
    if (mnemonic === "pop") return popStep;
    if (isWhole) return wholeStep;
    return instruction.addressSize === 4 ? segmentStep : segmentStep16;
  };
}
