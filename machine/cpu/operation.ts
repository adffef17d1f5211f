/**
 * An instruction bound to its place and its handler: what the run loop executes.
 *
 * Operations of one page form chains (`next`). Because `rest` counts from the operation to the end of
 * its chain, a chain can be entered anywhere; there is no separate object for a block.
 *
 * All fields are set in the constructor, so that every operation has the same hidden class, and hold small integers
 * wherever possible.
 */
import { PAGE_SIZE } from "../ram.ts";
import { type Address, type Instruction, Kind, type Operand } from "./instruction.ts";
import { byteIndex, Word } from "./registers.ts";

/** Executes an operation and returns the next one, or null to leave the run loop (Word.STOP says why). */
export type Handler = (op: Operation) => Operation | null;

/** How an operand is accessed; the index beside it is into the view of that size. */
export const Access = { BYTE: 0, HALF: 1, WORD: 2, MEMORY8: 3, MEMORY16: 4, MEMORY32: 5, IMMEDIATE: 6, NONE: 7 } as const;

/** Targets of an indirect jump that are remembered. */
const MAX_TARGETS = 24;
/** In `observed` of FLDCW, above the bits of the control word. */
const HAS_CHANGED_CONTROL = 0x10000;

export class Operation {
  /** What the run loop calls: the instruction, or the instruction fused with its successor. */
  exec: Handler;
  /** This instruction alone, as it was decoded. */
  plain: Handler;
  /** This instruction alone; one that straddles two pages makes sure first that it is still what was decoded. */
  alone: Handler;
  /** The part of `plain` behind a separate address step (segments.ts). */
  body: Handler;
  /** The operation behind this one; itself where nothing follows. */
  next: Operation;
  /** Target of a direct jump, once it is known, if it lies in the same page. */
  taken: Operation | null = null;
  /**
   * Where an indirect jump or call went last (of FLDCW: what it changed last), and all its targets, the first ones
   * that were seen.
   */
  observed = 0;
  targets: number[] | null = null;
  /** Page of the rest of an instruction that straddles two pages. */
  second: CodePage | null = null;
  readonly instruction: Instruction;
  /** Offset of the instruction in its page. */
  readonly offset: number;
  /** Offset of the following instruction, possibly beyond the page. */
  readonly after: number;
  /** Offset of the jump target relative to the page, any 32-bit number. */
  target = 0;
  /** Instructions from here to the end of the chain. */
  rest = 0;
  /** Operand size in bytes: 1, 2 or 4. */
  readonly size: number;
  /** 32 - 8 * size: shift that moves a value to the top of a word. */
  readonly shift: number;
  /** First operand: access and register index; of an XMM register its word, of an MMX register its number. */
  readonly accessA: number;
  readonly a: number;
  /** Second operand. */
  readonly accessB: number;
  readonly b: number;
  /** Immediate operand, or the displacement of a jump. */
  readonly immediate: number;
  /** Memory operand: words of the register file, scale and displacement. */
  base: number = Word.ZERO;
  index: number = Word.ZERO;
  scale = 0;
  displacement = 0;
  /** The address that `plain` computes before `body`. */
  address: Address | null = null;
  /** Bytes of the memory operand, for limit checks, and whether it is written. */
  span = 0;
  /** Address bits of it that must be 0 when EFLAGS.AC is set. */
  alignment = 0;
  writes = false;
  /** Slot of the translated region that starts here (translator/), or 0, where the page is mapped at `regionPage`. */
  region = 0;
  /** Linear address of the page for which `region` holds. */
  regionPage = 0;
  /** Condition code of conditional instructions. */
  readonly condition: number;

  constructor(instruction: Instruction, offset: number, handler: Handler) {
    this.exec = handler;
    this.plain = handler;
    this.alone = handler;
    this.body = handler;
    this.next = this;
    this.instruction = instruction;
    this.offset = offset;
    this.after = offset + instruction.length;
    const [first, second] = instruction.operands;
    this.size = operationSize(instruction);
    this.shift = 32 - 8 * this.size;
    this.accessA = accessOf(first);
    this.a = indexOf(first);
    this.accessB = accessOf(second);
    this.b = indexOf(second);
    let immediate = instruction.immediate;
    for (const operand of instruction.operands) {
      if (operand.kind === Kind.IMMEDIATE) {
        immediate = operand.value;
        break;
      }
    }
    this.immediate = immediate;
    this.condition = instruction.opcode & 15;
  }
}

/** Notes that an indirect jump goes elsewhere than the last time. */
export function observe(op: Operation, target: number): void {
  op.observed = target;
  op.targets ??= [];
  if (op.targets.length < MAX_TARGETS && !op.targets.includes(target)) op.targets.push(target);
}

/** Notes which bits of the control word FLDCW has changed. */
export function observeControl(op: Operation, change: number): void {
  op.observed = HAS_CHANGED_CONTROL | change;
}

/** Which bits of the control word FLDCW has changed the last time; undefined when it has not been executed. */
export function observedControlChange(op: Operation): number | undefined {
  return op.observed === 0 ? undefined : op.observed & ~HAS_CHANGED_CONTROL;
}

function operationSize(instruction: Instruction): number {
  const size = instruction.operands[0]?.size ?? instruction.operandSize;
  return size === 1 || size === 2 || size === 4 ? size : instruction.operandSize;
}

function accessOf(operand: Operand | undefined): number {
  switch (operand?.kind) {
    case Kind.REGISTER:
      return operand.size === 1 ? Access.BYTE : operand.size === 2 ? Access.HALF : Access.WORD;
    case Kind.MEMORY:
      return operand.size === 1 ? Access.MEMORY8 : operand.size === 2 ? Access.MEMORY16 : Access.MEMORY32;
    case Kind.IMMEDIATE:
      return Access.IMMEDIATE;
    default:
      return Access.NONE;
  }
}

function indexOf(operand: Operand | undefined): number {
  if (operand?.kind === Kind.SEGMENT || operand?.kind === Kind.MEMORY) return operand.register;
  if (operand?.kind === Kind.MMX) return operand.register;
  if (operand?.kind === Kind.XMM) return Word.XMM + operand.register * 4;
  if (operand?.kind !== Kind.REGISTER) return 0;
  if (operand.size === 1) return byteIndex(operand.register);
  return operand.size === 2 ? operand.register * 2 : operand.register;
}

/** The operations of a frame. */
export class CodePage {
  readonly frame: number;
  /** For each offset 1 + index into `operations`, 0 when nothing is decoded there. */
  readonly index = new Uint16Array(PAGE_SIZE);
  readonly operations: Operation[] = [];
  /** 1 for each byte that belongs to a decoded instruction. */
  readonly covered = new Uint8Array(PAGE_SIZE);

  constructor(frame: number) {
    this.frame = frame;
  }
}
