/**
 * Binding of memory operands to an operation.
 *
 * A flat 32-bit operand becomes three fields that the handlers add up themselves. Everything else (a segment with
 * base or limit, 16-bit addressing) becomes a separate step that puts the linear address into the register
 * file, where the handler finds it as its base: no handler knows of segments.
 */
import type { Core } from "./core.ts";
import { type Instruction, Kind, Segment } from "./instruction.ts";
import { Attribute } from "./opcodes.ts";
import type { Handler, Operation } from "./operation.ts";
import { Word } from "./registers.ts";

/** Instructions that only read their first operand when it is in memory; ARPL checks itself before it writes. */
const READERS = new Set([
  "cmp",
  "test",
  "arpl",
  "bt",
  "push",
  "call",
  "callf",
  "jmp",
  "jmpf",
  "mul",
  "imul1",
  "div",
  "idiv",
  "verr",
  "verw",
  "lldt",
  "ltr",
  "lgdt",
  "lidt",
  "lmsw",
  "invlpg",
  "nop",
]);

/** Instructions that use the address, but do not access it. */
const ADDRESS_ONLY = new Set(["lea", "nop", "invlpg", "ud1", "prefetchnta", "prefetcht0", "prefetcht1", "prefetcht2"]);

const BIT_TESTS = new Set(["bt", "bts", "btr", "btc"]);

/** x87 operands by escape and ModRM.reg: bytes, negative when written. */
const X87_SPANS: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 4, 4, 4, 4],
  [4, 1, -4, -4, 28, 2, -28, -2],
  [4, 4, 4, 4, 4, 4, 4, 4],
  [4, -4, -4, -4, 1, 10, 1, -10],
  [8, 8, 8, 8, 8, 8, 8, 8],
  [8, -8, -8, -8, 108, 1, -108, -2],
  [2, 2, 2, 2, 2, 2, 2, 2],
  [2, -2, -2, -2, 10, 8, -10, -8],
];

function spanOf(instruction: Instruction): number {
  if (instruction.row.mnemonic === "x87") {
    return X87_SPANS[instruction.opcode & 7]![(instruction.modrm >> 3) & 7]!;
  }
  const position = instruction.operands.findIndex((operand) => operand.kind === Kind.MEMORY);
  const bytes = instruction.operands[position]?.size ?? 0;
  const span = bytes === 0 ? 6 : bytes;
  const { mnemonic, attributes } = instruction.row;
  const isRead = (attributes & Attribute.READ) !== 0 || READERS.has(mnemonic);
  return position === 0 && !isRead ? -span : span;
}

/**
 * Fills in the address fields of an operation.
 * @returns the handler of the address step when one is needed, else null
 */
export type AddressBinding = (op: Operation, instruction: Instruction) => Handler | null;

export function createAddressBinding(core: Core): AddressBinding {
  const { ADDRESS, ESP, SEGMENTED, ZERO } = Word;
  const R = core.file.words;
  const { linear } = core.segments;

  function offsetOf(op: Operation): number {
    const { base, index, scale, displacement } = op.address!;
    return ((base < 0 ? 0 : R[base]!) + (index < 0 ? 0 : R[index]! << scale) + displacement) | 0;
  }
  const segmentStep: Handler = (op) => {
    R[ADDRESS] = linear(op.address!.segment, offsetOf(op), op.span, op.writes);
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
    return R[SEGMENTED] !== 0 && (segment === Segment.DS || segment === Segment.ES);
  }

  return (op, instruction) => {
    const { mnemonic } = instruction.row;
    let address = instruction.address!;
    // POP computes its address with the stack pointer already moved.
    if (mnemonic === "pop" && address.base === ESP) {
      address = { ...address, displacement: address.displacement + instruction.operandSize };
    }
    // A bit offset in a register moves the address: shifts.ts does the checks.
    const isBitString = instruction.operands[1]?.kind === Kind.REGISTER && BIT_TESTS.has(mnemonic);
    const span = isBitString ? 0 : spanOf(instruction);
    op.span = Math.abs(span);
    op.writes = span < 0;
    const isAccess = !ADDRESS_ONLY.has(mnemonic);
    const mayWrite = op.writes || mnemonic === "arpl" || (isBitString && mnemonic !== "bt");
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
    return instruction.addressSize === 4 ? segmentStep : segmentStep16;
  };
}
