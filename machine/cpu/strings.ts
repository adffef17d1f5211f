/**
 * MOVS CMPS STOS LODS SCAS with their repeat prefixes.
 *
 * Each iteration counts as an instruction: the first is paid by the chain, every further one from the budget.
 * Registers show the progress when a fault or the end of the slice interrupts. Long forward copies and
 * fills within pages are done at once. Source: Intel SDM vol. 2.
 */
import { PAGE_MASK, PAGE_SIZE, type Ram } from "../ram.ts";
import type { Binder, BinderMap, Core } from "./core.ts";
import { FLAG_SHIFT, Flag, FlagKind } from "./flags.ts";
import { type Instruction, Segment } from "./instruction.ts";
import type { Handler, Operation } from "./operation.ts";
import { Stop, Word } from "./registers.ts";

const ECX = 1;
const ESI = 6;
const EDI = 7;

export function stringBinders(core: Core, ram: Ram) {
  const { BUDGET, EIP, FLAG_FIRST, FLAG_RESULT, FLAG_TYPE, PAGE, SEGMENTED, STOP, SYSTEM_FLAGS } = Word;
  const { DF } = Flag;
  const { SUB } = FlagKind;
  const typeShift = FLAG_SHIFT;
  const { SLICE } = Stop;
  const { words: R, halves: R16, bytes: R8 } = core.file;
  const { read8, read16, read32, write8, write16, write32, physicalRead, physicalWrite } = core.memory;
  const { take } = core.code;
  const { zero } = core.flags;
  const { linear } = core.segments;
  const { u8, i32 } = ram;

  function step(size: number): number {
    return (R[SYSTEM_FLAGS]! & DF) !== 0 ? -size : size;
  }
  function offset(op: Operation, register: number): number {
    return op.instruction.addressSize === 4 ? R[register]! : R16[register * 2]!;
  }
  function advance(op: Operation, register: number, by: number): void {
    if (op.instruction.addressSize === 4) R[register] = R[register]! + by;
    else R16[register * 2] = R16[register * 2]! + by;
  }
  function isPlain(segment: number): boolean {
    return segment !== Segment.FS && segment !== Segment.GS && R[SEGMENTED] === 0;
  }
  function sourceAddress(op: Operation, size: number): number {
    const segment = op.instruction.segment;
    const at = offset(op, ESI);
    return isPlain(segment) ? at : linear(segment, at, size, false);
  }
  function destinationAddress(op: Operation, size: number, write: boolean): number {
    const at = offset(op, EDI);
    return R[SEGMENTED] === 0 ? at : linear(Segment.ES, at, size, write);
  }
  function read(address: number, size: number): number {
    return size === 1 ? read8(address) : size === 2 ? read16(address) : read32(address);
  }
  function write(address: number, size: number, value: number): void {
    if (size === 1) write8(address, value);
    else if (size === 2) write16(address, value);
    else write32(address, value);
  }
  function compare(op: Operation, first: number, other: number): void {
    const a = first << op.shift;
    R[FLAG_FIRST] = a;
    R[FLAG_RESULT] = a - (other << op.shift);
    R[FLAG_TYPE] = SUB | (op.shift << typeShift);
  }

  function moveOne(op: Operation): void {
    const size = op.size;
    const value = read(sourceAddress(op, size), size);
    write(destinationAddress(op, size, true), size, value);
    advance(op, ESI, step(size));
    advance(op, EDI, step(size));
  }
  function compareOne(op: Operation): void {
    const size = op.size;
    const other = read(destinationAddress(op, size, false), size);
    compare(op, read(sourceAddress(op, size), size), other);
    advance(op, ESI, step(size));
    advance(op, EDI, step(size));
  }
  function storeOne(op: Operation): void {
    const size = op.size;
    write(destinationAddress(op, size, true), size, R[0]!);
    advance(op, EDI, step(size));
  }
  function loadOne(op: Operation): void {
    const size = op.size;
    const value = read(sourceAddress(op, size), size);
    if (size === 1) R8[0] = value;
    else if (size === 2) R16[0] = value;
    else R[0] = value;
    advance(op, ESI, step(size));
  }
  function scanOne(op: Operation): void {
    const size = op.size;
    compare(op, R[0]!, read(destinationAddress(op, size, false), size));
    advance(op, EDI, step(size));
  }

  /** Iterations that may be done at once from a page offset: up to the page's end and the budget. */
  function batch(size: number, left: number): number {
    return Math.min(left, R[ECX]! >>> 0, R[BUDGET]! + 1) * size;
  }
  function room(address: number, size: number): number {
    const bytes = PAGE_SIZE - (address & PAGE_MASK);
    return Math.floor(bytes / size);
  }
  function canBatch(op: Operation): boolean {
    return op.instruction.addressSize === 4 && (R[SYSTEM_FLAGS]! & DF) === 0 && R[SEGMENTED] === 0;
  }
  /** Copies as many elements as possible at once. @returns their number, 0 when there is nothing to gain */
  function moveMany(op: Operation): number {
    if (!canBatch(op) || !isPlain(op.instruction.segment)) return 0;
    const size = op.size;
    const bytes = batch(size, Math.min(room(R[ESI]!, size), room(R[EDI]!, size)));
    if (bytes < 4 * size) return 0;
    const from = physicalRead(R[ESI]!);
    const to = physicalWrite(R[EDI]!, bytes);
    // A forward copy onto itself repeats a pattern, which copyWithin does not.
    if (to > from && to < from + bytes) return 0;
    u8.copyWithin(to, from, from + bytes);
    R[ESI] = R[ESI]! + bytes;
    R[EDI] = R[EDI]! + bytes;
    return bytes / size;
  }
  function storeMany(op: Operation): number {
    if (!canBatch(op)) return 0;
    const size = op.size;
    const bytes = batch(size, room(R[EDI]!, size));
    if (bytes < 4 * size) return 0;
    const to = physicalWrite(R[EDI]!, bytes);
    if (size === 1) {
      u8.fill(R8[0]!, to, to + bytes);
    } else if (size === 4 && (to & 3) === 0) {
      i32.fill(R[0]!, to >>> 2, (to + bytes) >>> 2);
    } else {
      return 0;
    }
    R[EDI] = R[EDI]! + bytes;
    return bytes / size;
  }
  const nothing = (): number => 0;

  function decrease(op: Operation, by: number): boolean {
    if (op.instruction.addressSize === 4) {
      R[ECX] = R[ECX]! - by;
      return R[ECX] === 0;
    }
    R16[ECX * 2] = R16[ECX * 2]! - by;
    return R16[ECX * 2] === 0;
  }

  const savedFlags = new Int32Array(4);
  function saveFlags(): void {
    for (let word = 0; word < savedFlags.length; word++) savedFlags[word] = R[FLAG_TYPE + word]!;
  }
  function restoreFlags(): void {
    for (let word = 0; word < savedFlags.length; word++) R[FLAG_TYPE + word] = savedFlags[word]!;
  }

  /**
   * @param one does an iteration
   * @param many does several at once if it can
   * @param compares whether REPE and REPNE look at ZF
   */
  function repeated(one: (op: Operation) => void, many: (op: Operation) => number, compares: boolean, wantsZero: boolean): Handler {
    /** A repeated comparison that is interrupted leaves the flags as they were before the instruction. */
    const iterate = compares
      ? (op: Operation): void => {
          try {
            one(op);
          } catch (reason) {
            restoreFlags();
            throw reason;
          }
        }
      : one;
    const handler: Handler = (op) => {
      if ((op.instruction.addressSize === 4 ? R[ECX]! : R16[ECX * 2]!) === 0) return take(op);
      const self = op.plain;
      if (compares) saveFlags();
      for (;;) {
        const done = many(op);
        if (done === 0) iterate(op);
        else R[BUDGET] = R[BUDGET]! - (done - 1);
        const isEmpty = decrease(op, done === 0 ? 1 : done);
        if (isEmpty || (compares && zero() !== wantsZero)) return take(op);
        if (R[BUDGET]! <= 0) {
          if (compares) restoreFlags();
          R[EIP] = R[PAGE]! + op.offset;
          R[STOP] = SLICE;
          return null;
        }
        R[BUDGET] = R[BUDGET]! - 1;
        // The instruction has overwritten itself: it is looked up anew.
        if (op.plain !== self) return op;
      }
    };
    return handler;
  }

  function binder(one: (op: Operation) => void, many: (op: Operation) => number, compares: boolean): Binder {
    const single: Handler = (op) => {
      one(op);
      return take(op);
    };
    const whileZero = repeated(one, many, compares, true);
    const whileNotZero = repeated(one, many, compares, false);
    return (op: Operation, instruction: Instruction) => {
      // String instructions end their chain: they go on with a jump to the next instruction.
      op.target = op.after;
      if (instruction.repeat === 0) return single;
      return instruction.repeat === 0xf3 ? whileZero : whileNotZero;
    };
  }

  return {
    movs: binder(moveOne, moveMany, false),
    cmps: binder(compareOne, nothing, true),
    stos: binder(storeOne, storeMany, false),
    lods: binder(loadOne, nothing, false),
    scas: binder(scanOne, nothing, true),
  } satisfies BinderMap;
}
