/**
 * Selector operands of a case: segment loads, far transfers, and the instructions that ask about descriptors.
 */
import { Kind } from "#machine/cpu/instruction.ts";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { type Draft, isWritable, jumpTarget, operandAddress, poke } from "./draft.ts";
import { DATA, NO_PLACE, SelectorKind } from "./layout.ts";

export interface SelectorOperand {
  selector: number;
  selectorPlace: number;
  selectorResult: number;
}

const NONE: SelectorOperand = { selector: SelectorKind.NONE, selectorPlace: 0, selectorResult: NO_PLACE };
/** The case cannot be made. */
const IMPOSSIBLE: SelectorOperand = { ...NONE, selector: NO_PLACE };
const ESP = 4;
const USER_FLAGS_ON_STACK = 0x20_0ed7;

const FAR_LOADS = new Set(["les", "lds", "lss", "lfs", "lgs"]);
const FAR_TRANSFERS = new Set(["callf", "jmpf", "retf", "iret"]);
const QUESTIONS = new Set(["lar", "lsl", "verr", "verw"]);

/** Whether a row reads or stores selectors. */
export function usesSelectors({ row }: RowPlace): boolean {
  const { mnemonic, operands } = row;
  const isNamed = operands.some((code) => /^([CDEFGS]S|Ww)$/.test(code));
  return isNamed || QUESTIONS.has(mnemonic) || FAR_LOADS.has(mnemonic) || FAR_TRANSFERS.has(mnemonic);
}

function anySelector({ random }: Draft, usual: number): number {
  const kind = random.chance(60) ? usual : 1 + random.below(8);
  return kind | ((random.chance(80) ? 3 : random.below(4)) << 8);
}

/** Register number or address of the first operand of a kind E. */
function generalOperand(draft: Draft, index: number): number {
  const operand = draft.instruction.operands[index];
  return operand?.kind === Kind.REGISTER ? operand.register : operandAddress(draft);
}

/** @param eip address of the instruction */
export function aimSelector(draft: Draft, eip: number): SelectorOperand {
  const { random, registers, instruction } = draft;
  const { mnemonic, operands } = instruction.row;
  const size = instruction.operandSize;
  const stack = registers[ESP]!;
  const segment = instruction.operands.findIndex((operand) => operand.kind === Kind.SEGMENT);
  const usual = random.pick([SelectorKind.FLAT_DATA, SelectorKind.SEGMENT]);
  const at = (selectorPlace: number, kind = usual): SelectorOperand =>
    selectorPlace < 8 || isWritable(selectorPlace, 2)
      ? { ...NONE, selector: anySelector(draft, kind), selectorPlace }
      : unplaced(selectorPlace);
  if (mnemonic === "push" && segment === 0) return { ...NONE, selectorResult: stored(stack - size) };
  if (mnemonic === "pop" && segment === 0) return at(stack);
  if (mnemonic === "mov" && segment === 1) return { ...NONE, selectorResult: stored(generalOperand(draft, 0)) };
  if (mnemonic === "mov" && segment === 0) return at(generalOperand(draft, 1));
  if (QUESTIONS.has(mnemonic)) return at(generalOperand(draft, operands.length - 1));
  if (FAR_LOADS.has(mnemonic)) return at(operandAddress(draft) + size);
  if (!FAR_TRANSFERS.has(mnemonic)) return NONE;

  let offset = stack;
  if (instruction.address !== undefined) offset = operandAddress(draft);
  else if (operands[0] === "Ap") offset = eip + instruction.length - size - 2;
  const isInCode = operands[0] === "Ap";
  if (!isInCode && !isWritable(offset, size * 3)) return IMPOSSIBLE;
  // A far pointer where the return address goes would be one selector before and another after.
  if (mnemonic === "callf" && Math.abs(offset - (stack - 2 * size)) < 2 * size + 2) return IMPOSSIBLE;
  const goal = jumpTarget(random);
  if (isInCode) {
    for (let byte = 0; byte < size; byte++) draft.encoded.bytes[instruction.length - size - 2 + byte] = (goal >>> (byte * 8)) & 0xff;
  } else {
    if (mnemonic === "iret") poke(draft, offset + 2 * size, random.next() & USER_FLAGS_ON_STACK);
    poke(draft, offset, goal);
  }
  return {
    selector: anySelector(draft, SelectorKind.FLAT_CODE),
    selectorPlace: offset + size,
    selectorResult: mnemonic === "callf" ? stored(stack - size) : NO_PLACE,
  };
}

/** A place where no selector can be put: it must fault, or what is read by chance would mean different segments. */
function unplaced(place: number): SelectorOperand {
  return place >= DATA && place < DATA + 0x3000 ? IMPOSSIBLE : NONE;
}

/** A place that can be written; an instruction that stores elsewhere faults. */
function stored(place: number): number {
  return place < 8 || isWritable(place, 2) ? place : NO_PLACE;
}
