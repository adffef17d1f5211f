/**
 * MOVS CMPS STOS LODS SCAS, single and repeated.
 *
 * Repeated ones go forward a page at a time, as far as the budget allows: the first iteration has been charged with
 * the
 * block, every further one costs an instruction. When they cannot go on, the interpreter continues with what the
 * registers
 * then say; the flags change only at the end. Source: Intel SDM vol. 2; counts as in cpu/strings.ts.
 */
import { Flag, FlagKind } from "../../cpu/flags.ts";
import { type Instruction } from "../../cpu/instruction.ts";
import { Word } from "../../cpu/registers.ts";
import { PAGE_MASK, PAGE_SIZE } from "../../page.ts";
import type { Emitter } from "../emitter.ts";
import type { MemoryPlace } from "../memory-code.ts";
import type { Size } from "../general-registers.ts";
import { UNKNOWN_FLAGS } from "../flag-code.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const EAX = 0;
const ECX = 1;
const ESI = 6;
const EDI = 7;
/** Elements from which on the instructions for whole areas are faster than a loop. */
const LARGE = 16;
const REPE = 0xf3;
const BYTE_REPLICATOR = 0x01010101;

/** An operand in memory: the register that points to it, and how it is accessed. */
interface Operand {
  readonly register: number;
  readonly isWritten: boolean;
}

const SOURCE: Operand = { register: ESI, isWritten: false };
const DESTINATION: Operand = { register: EDI, isWritten: true };
const COMPARED: Operand = { register: EDI, isWritten: false };

function sizeOf({ operands, operandSize }: Instruction): Size {
  const size = operands[0]?.size ?? operandSize;
  return size === 1 ? 1 : size === 2 ? 2 : 4;
}

/** Pushes DF. */
function pushDirection({ code, layout }: Emitter): void {
  code.loadAt(layout.word(Word.SYSTEM_FLAGS)).i32(Flag.DF).op(Op.I32_AND);
}

/** Pops what to add to a register that points to memory. */
function addTo(e: Emitter, register: number): void {
  e.getRegister(register).op(Op.I32_ADD);
  e.setRegister(register);
}

// ---- one element ----

/** Translated addresses of operands. */
function locate(e: Emitter, operands: readonly Operand[], size: number): MemoryPlace[] {
  return operands.map(({ register, isWritten }) => {
    e.getRegister(register);
    return e.memory.translate(size, isWritten);
  });
}

function advanceOne(e: Emitter, operands: readonly Operand[], size: Size): void {
  const { code } = e;
  const step = code.temporary();
  code.i32(-size).i32(size);
  pushDirection(e);
  code.op(Op.SELECT).set(step);
  for (const { register } of operands) {
    code.get(step);
    addTo(e, register);
  }
  code.release(step);
}

/** Sets the flags of a comparison of two locals, if anybody reads them. */
function setComparison(e: Emitter, size: Size, first: number, second: number): void {
  if (e.live === 0) return;
  const { code } = e;
  const difference = code.temporary();
  code.get(first).get(second).op(Op.I32_SUB).set(difference);
  e.flags.setSum(FlagKind.SUB, 32 - 8 * size, first, second, difference);
  code.release(difference);
}

// ---- repetitions ----

/** Lowers the unsigned number in the local `count` to what `pushOther` pushes, if that is less. */
function minimum(e: Emitter, count: number, pushOther: () => void): void {
  const { code } = e;
  const other = code.temporary();
  pushOther();
  code.set(other);
  code.get(count).get(other).get(count).get(other).op(Op.I32_LT_U, Op.SELECT).set(count);
  code.release(other);
}

/**
 * A loop over pages until ECX is 0.
 * @param body does a number of elements, at most that in the local `count`, which is not 0, and leaves the number
 * done there; a
 * local it returns says, when it is not 0, that the repetition is over
 */
function repeat(
  e: Emitter,
  operands: readonly Operand[],
  size: Size,
  body: (places: readonly MemoryPlace[], count: number) => number | undefined,
): void {
  const { code, budget } = e;
  const count = code.temporary();
  pushDirection(e);
  e.leaveIf();
  code.block();
  code.loop();
  const places = locate(e, operands, 1);
  e.getRegister(ECX).set(count);
  minimum(e, count, () => code.get(budget).i32(1).op(Op.I32_ADD));
  for (const { register } of operands) {
    minimum(e, count, () => {
      code.i32(PAGE_SIZE);
      e.getRegister(register).i32(PAGE_MASK).op(Op.I32_AND, Op.I32_SUB);
      code.i32(Math.log2(size)).op(Op.I32_SHR_U);
    });
  }
  // An element on two pages is the interpreter's.
  code.get(count).op(Op.I32_EQZ);
  e.leaveIf();
  const isOver = body(places, count);
  for (const { register } of operands) {
    code.get(count).i32(size).op(Op.I32_MUL);
    addTo(e, register);
  }
  e.getRegister(ECX).get(count).op(Op.I32_SUB);
  e.setRegister(ECX);
  code.get(budget).get(count).op(Op.I32_SUB).set(budget);
  if (isOver !== undefined) code.get(isOver).brIf(1);
  e.getRegister(ECX).op(Op.I32_EQZ).brIf(1);
  code.get(budget).i32(0).op(Op.I32_LT_S);
  e.leaveIf();
  code.br(0).end().end();
  code.get(budget).i32(1).op(Op.I32_ADD).set(budget);
  code.release(count);
  e.memory.release(...places);
}

/** Repeats unless ECX is 0. */
function repeatIfAny(e: Emitter, emit: () => void): void {
  e.getRegister(ECX).if();
  emit();
  e.code.end();
}

/** Pushes the address of a place. */
function pushAddress({ code }: Emitter, { local, offset }: MemoryPlace): void {
  code.get(local).i32(offset).op(Op.I32_ADD);
}

/** A loop over the elements from some places on. @param body does one element; the places are advanced behind it */
function forEach(e: Emitter, places: readonly MemoryPlace[], count: number, size: Size, body: () => void): void {
  const { code } = e;
  const rest = code.temporary();
  code.get(count).set(rest).loop();
  body();
  for (const { local } of places) code.get(local).i32(size).op(Op.I32_ADD).set(local);
  code.get(rest).i32(1).op(Op.I32_SUB).tee(rest).brIf(0).end();
  code.release(rest);
}

const movs: Lowering = (e, instruction) => {
  const { code } = e;
  const size = sizeOf(instruction);
  const operands = [SOURCE, DESTINATION];
  if (instruction.repeat === 0) {
    const [from, to] = locate(e, operands, size) as [MemoryPlace, MemoryPlace];
    e.memory.load(from, size);
    e.memory.store(to, size);
    advanceOne(e, operands, size);
    e.memory.release(from, to);
    return;
  }
  repeatIfAny(e, () =>
    repeat(e, operands, size, (places, count) => {
      const [from, to] = places as [MemoryPlace, MemoryPlace];
      // A copy onto itself, forward, repeats a pattern: memory.copy does not.
      code.get(to.local).get(from.local).op(Op.I32_SUB).i32(1).op(Op.I32_SUB);
      code.get(count).i32(size).op(Op.I32_MUL).i32(1).op(Op.I32_SUB, Op.I32_LT_U);
      code.get(count).i32(LARGE).op(Op.I32_LT_U, Op.I32_OR).if();
      forEach(e, places, count, size, () => {
        e.memory.load(from, size);
        e.memory.store(to, size);
      });
      code.else();
      pushAddress(e, to);
      pushAddress(e, from);
      code.get(count).i32(size).op(Op.I32_MUL).memoryCopy().end();
      return undefined;
    }),
  );
};

const stos: Lowering = (e, instruction) => {
  const { code } = e;
  const size = sizeOf(instruction);
  const operands = [DESTINATION];
  if (instruction.repeat === 0) {
    const [to] = locate(e, operands, size) as [MemoryPlace];
    e.getRegister(EAX, size);
    e.memory.store(to, size);
    advanceOne(e, operands, size);
    e.memory.release(to);
    return;
  }
  repeatIfAny(e, () =>
    repeat(e, operands, size, (places, count) => {
      const [to] = places as [MemoryPlace];
      code.get(count).i32(LARGE).op(Op.I32_LT_U);
      if (size > 1) {
        // All bytes must be equal to be filled with one.
        e.getRegister(EAX, size);
        e.getRegister(EAX, 1)
          .i32(size === 4 ? BYTE_REPLICATOR : BYTE_REPLICATOR & 0xffff)
          .op(Op.I32_MUL, Op.I32_NE, Op.I32_OR);
      }
      code.if();
      forEach(e, places, count, size, () => {
        e.getRegister(EAX, size);
        e.memory.store(to, size);
      });
      code.else();
      pushAddress(e, to);
      e.getRegister(EAX);
      code.get(count).i32(size).op(Op.I32_MUL).memoryFill().end();
      return undefined;
    }),
  );
};

const lods: Lowering = (e, instruction) => {
  const { code } = e;
  const size = sizeOf(instruction);
  const operands = [SOURCE];
  if (instruction.repeat === 0) {
    const [from] = locate(e, operands, size) as [MemoryPlace];
    e.memory.load(from, size);
    e.setRegister(EAX, size);
    advanceOne(e, operands, size);
    e.memory.release(from);
    return;
  }
  repeatIfAny(e, () =>
    repeat(e, operands, size, (places, count) => {
      // Only the last element remains.
      const [from] = places as [MemoryPlace];
      code.get(count).i32(1).op(Op.I32_SUB).i32(size).op(Op.I32_MUL).get(from.local).op(Op.I32_ADD).set(from.local);
      e.memory.load(from, size);
      e.setRegister(EAX, size);
      return undefined;
    }),
  );
};

/**
 * CMPS and SCAS.
 * @param operands the source of CMPS, if there is one, then what is compared with it or the accumulator
 */
function comparison(operands: readonly Operand[]): Lowering {
  const pushFirst = (e: Emitter, places: readonly MemoryPlace[], size: Size): void => {
    if (places.length === 2) e.memory.load(places[0]!, size);
    else e.getRegister(EAX, size);
  };
  const load = (e: Emitter, places: readonly MemoryPlace[], size: Size, first: number, second: number): void => {
    pushFirst(e, places, size);
    e.code.set(first);
    e.memory.load(places[places.length - 1]!, size).set(second);
  };
  return (e, instruction) => {
    const { code } = e;
    const size = sizeOf(instruction);
    const first = code.temporary();
    const second = code.temporary();
    if (instruction.repeat === 0) {
      const places = locate(e, operands, size);
      load(e, places, size, first, second);
      advanceOne(e, operands, size);
      setComparison(e, size, first, second);
      e.memory.release(...places);
    } else {
      const isOver = code.temporary();
      const rest = code.temporary();
      repeatIfAny(e, () => {
        repeat(e, operands, size, (places, count) => {
          code.get(count).set(rest).block().loop();
          load(e, places, size, first, second);
          code.get(rest).i32(1).op(Op.I32_SUB).set(rest);
          code
            .get(first)
            .get(second)
            .op(instruction.repeat === REPE ? Op.I32_NE : Op.I32_EQ)
            .tee(isOver)
            .brIf(1);
          for (const { local } of places) code.get(local).i32(size).op(Op.I32_ADD).set(local);
          code.get(rest).brIf(0).end().end();
          code.get(count).get(rest).op(Op.I32_SUB).set(count);
          return isOver;
        });
        setComparison(e, size, first, second);
      });
      e.flags.state = UNKNOWN_FLAGS;
      code.release(isOver, rest);
    }
    code.release(first, second);
  };
}

export const stringLowerings = {
  movs,
  stos,
  lods,
  cmps: comparison([SOURCE, COMPARED]),
  scas: comparison([COMPARED]),
} satisfies LoweringMap;
