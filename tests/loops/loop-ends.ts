/**
 * The loop around a body: how it counts, in memory, and how it comes back to its head.
 */
import { type Label, littleEndian } from "../programs/assembler.ts";
import { ALL_FLAGS } from "../programs/flag-use.ts";
import { TABLES } from "../programs/layout.ts";
import { BETWEEN, betweenNumber } from "./between.ts";
import type { Head } from "./flag-flow.ts";
import { producerNumber } from "./producers.ts";
import { ECX, EDX, type Writer } from "./writer.ts";

/** Where a loop is written. */
interface Loop {
  readonly counter: number;
  readonly top: Label;
  readonly out: Label;
  readonly head: Head;
}

/** IF, and the bit that is always set. */
const ENTRY_FLAGS = 0x202;

type End = (w: Writer, loop: Loop) => void;

/** ECX and the counter go down by one, without a change of flags; behind it ECX is 0 in the last round. */
function countDown(w: Writer, { counter }: Loop): void {
  w.emit(0x8b, 0x0d, ...littleEndian(counter, 4));
  w.emit(0x8d, 0x49, 0xff);
  w.emit(0x89, 0x0d, ...littleEndian(counter, 4));
}

/** The same, ECX being what the counter was. */
function countDownBehind(w: Writer, { counter }: Loop): void {
  w.emit(0x8b, 0x0d, ...littleEndian(counter, 4));
  w.emit(0x8d, 0x51, 0xff);
  w.emit(0x89, 0x15, ...littleEndian(counter, 4));
}

/** Control goes to the head from here. */
function back(w: Writer, name: string, { head }: Loop): void {
  const { flow } = w;
  const here = flow.clone();
  flow.pass(betweenNumber(name));
  flow.flowInto(head);
  flow.assign(here);
}

const ENDS: Readonly<Record<string, End>> = {
  "loop: dec, jnz": (w, loop) => {
    // MOV ECX; DEC; MOV.
    w.emit(0x8b, 0x0d, ...littleEndian(loop.counter, 4));
    w.emit(0x48 | ECX);
    w.flow.produce(producerNumber("dec"), ALL_FLAGS & ~1, 0, false);
    w.emit(0x89, 0x0d, ...littleEndian(loop.counter, 4));
    back(w, "loop: dec, jnz", loop);
    w.jump([0x0f, 0x85], loop.top);
  },
  "loop: dec of memory, jnz": (w, loop) => {
    w.emit(0xff, 0x0d, ...littleEndian(loop.counter, 4));
    w.flow.produce(producerNumber("dec"), ALL_FLAGS & ~1, 0, false);
    back(w, "loop: dec of memory, jnz", loop);
    w.jump([0x0f, 0x85], loop.top);
  },
  "loop: loop": (w, loop) => {
    countDownBehind(w, loop);
    back(w, "loop: loop", loop);
    const distance = loop.top.offset - w.assembler.here - 2;
    if (distance >= -128) {
      w.emit(0xe2, distance & 0xff);
    } else {
      w.emit(0xe2, 5);
      w.go(loop.out);
      w.go(loop.top);
    }
  },
  "loop: loopne": (w, loop) => {
    countDownBehind(w, loop);
    back(w, "loop: loopne", loop);
    const distance = loop.top.offset - w.assembler.here - 2;
    w.emit(0xe0 | w.random.below(2), distance >= -128 ? distance & 0xff : 0);
    // Also where ZF ended it.
    w.jumpIfZero(loop.out);
    w.go(loop.top);
  },
  "loop: jecxz, jmp": (w, loop) => {
    countDown(w, loop);
    back(w, "loop: jecxz, jmp", loop);
    w.jumpIfZero(loop.out);
    w.go(loop.top);
  },
  "loop: indirect jump": (w, loop) => {
    countDown(w, loop);
    w.jumpIfZero(loop.out);
    back(w, "loop: indirect jump", loop);
    const table = TABLES + 4 * w.assembler.table([loop.top]);
    if (w.random.chance(50)) {
      w.emit(0xff, 0x25, ...littleEndian(table, 4));
    } else {
      w.emit(0x8b, (EDX << 3) | 5, ...littleEndian(table, 4));
      w.emit(0xff, 0xe0 | EDX);
    }
  },
  "loop: test at its head": (w, loop) => {
    back(w, "loop: test at its head", loop);
    w.go(loop.top);
  },
};

/**
 * Writes a loop.
 * @param end number of the way back
 * @param undefinedFlags those that may be undefined at the head
 * @param body writes a round; behind it no other flags are undefined
 * @returns what writes the code that enters it, with POPF last: no region goes from there into the loop. That returns the offset of the
 * word with the number of rounds, to be filled in
 */
export function writeLoop(w: Writer, end: number, undefinedFlags: number, body: () => void): { enter(): number } {
  const { name } = BETWEEN[end]!;
  const counter = w.slot();
  const top = w.label();
  const out = w.label();
  const head = w.flow.enterLoop(undefinedFlags);
  w.place(top);
  const loop: Loop = { counter, top, out, head };
  if (name === "loop: test at its head") {
    w.emit(0xff, 0x0d, ...littleEndian(counter, 4));
    w.flow.produce(producerNumber("dec"), ALL_FLAGS & ~1, 0, false);
    w.jump([0x0f, 0x84], out);
  }
  body();
  ENDS[name]!(w, loop);
  w.place(out);
  const enter = (): number => {
    const rounds = w.emit(0xc7, 0x05, ...littleEndian(counter, 4), 0, 0, 0, 0) + 6;
    w.emit(0x68, ...littleEndian(ENTRY_FLAGS | (w.random.next() & ALL_FLAGS), 4));
    w.emit(0x9d);
    w.go(top);
    return rounds;
  };
  return { enter };
}
