/**
 * Statements that change code: of the next instruction, of the same block behind and before, of another page, through a second
 * mapping; and code that is written and then called.
 */
import type { Label } from "./assembler.ts";
import { littleEndian } from "./assembler.ts";
import type { Generator } from "./generator.ts";
import { ALIAS, CODE, PAGE_SIZE } from "./layout.ts";
import { ECX, type State } from "./straight-line.ts";

const ARITHMETIC_FLAGS = 0x8d5;
const HOT_ITERATIONS = 12_000;

/** An immediate or opcode that may be changed, at a distance from its instruction's label. */
interface Target {
  readonly label: Label;
  readonly distance: number;
  readonly kind: "immediate" | "increment";
}

const targets = new WeakMap<Generator, Target[]>();

function targetsOf(generator: Generator): Target[] {
  const known = targets.get(generator) ?? [];
  targets.set(generator, known);
  return known;
}

/** MOV, ADD, XOR or CMP with an immediate, or INC: instructions that others may change. */
function emitTarget(generator: Generator, state: State, label: Label): Target {
  const { random, line, assembler } = generator;
  const register = random.pick(state.free);
  assembler.place(label);
  if (random.chance(30)) {
    line.emit([0x40 | register], state);
    return { label, distance: 0, kind: "increment" };
  }
  const opcode = random.pick([[0xb8 | register], [0x81, 0xc0 | register], [0x81, 0xf0 | register], [0x81, 0xf8 | register]]);
  line.emit([...opcode, ...littleEndian(random.next(), 4)], state);
  return { label, distance: opcode.length, kind: "immediate" };
}

/** Writes to a target: an immediate gets a register or a constant, INC becomes DEC and back. */
function emitChange(generator: Generator, state: State, target: Target): void {
  const { random, line, assembler } = generator;
  const isThroughAlias = random.chance(30);
  const base = isThroughAlias ? ALIAS - CODE : 0;
  const write = (opcode: readonly number[], distance: number, immediate: readonly number[]): void => {
    const at = line.emit([...opcode, ...littleEndian(base + distance, 4), ...immediate], state);
    assembler.absolute(at + opcode.length, target.label);
  };
  const kind = random.below(4);
  if (target.kind === "increment") {
    // XOR byte, 8.
    write([0x80, 0x35], 0, [8]);
    state.undefinedFlags = 16;
  } else if (kind < 2) write([0x89, (random.pick(state.free) << 3) | 5], target.distance, []);
  else if (kind === 2) write([0xc6, 0x05], target.distance + random.below(4), [random.below(256)]);
  else write([0xc7, 0x05], target.distance, littleEndian(random.next(), 4));
  if (isThroughAlias) serialize(generator, state);
}

/** Hardware promises to see code written through another address only behind a serializing instruction: IRET. */
function serialize(generator: Generator, state: State): void {
  const { line, assembler } = generator;
  line.define(state);
  line.emit([0x9c], state);
  line.emit([0x0e], state);
  const at = line.emit([0x68, 0, 0, 0, 0], state) + 1;
  line.emit([0xcf], state);
  const next = assembler.label();
  assembler.place(next);
  assembler.absolute(at, next);
}

/** Writes a function into the stretch of code that is left for it, byte by byte or by words, and calls it. */
function writeAndCall(generator: Generator, state: State): number {
  const { random, line, assembler } = generator;
  const room = assembler.label();
  const behind = assembler.label();
  const register = random.pick(state.free);
  const body = random.pick([
    [0xb8 | register, ...littleEndian(random.next(), 4)],
    [0x81, 0xc0 | register, ...littleEndian(random.next(), 4)],
    [0xd1, 0xc0 | register, 0x40 | register],
  ]);
  const bytes = [...body, 0xc3];
  while (bytes.length % 4 !== 0) bytes.push(0x90);
  line.define(state);
  assembler.relative([0xe9], behind, true);
  assembler.place(room);
  assembler.gap(Array.from({ length: bytes.length }, () => 0xcc));
  assembler.place(behind);
  for (let word = 0; word < bytes.length; word += 4) {
    const at = line.emit([0xc7, 0x05, ...littleEndian(word, 4), ...bytes.slice(word, word + 4)], state) + 2;
    assembler.absolute(at, room);
  }
  assembler.relative([0xe8], room, true);
  line.define(state);
  return bytes.length / 4 + 4;
}

/**
 * A loop that runs so often that it has long been translated when the code in it, or in a function on another page that it
 * calls, changes.
 */
function changeWhenHot(generator: Generator, state: State): number {
  const { random, line, assembler } = generator;
  const label = assembler.label();
  const top = assembler.label();
  const over = assembler.label();
  const inner: State = { ...state, free: state.free.filter((register) => register !== ECX), isHot: true };
  let target: Target | undefined;
  let called: Label | undefined;
  if (random.chance(50)) {
    const behind = assembler.label();
    called = assembler.label();
    assembler.relative([0xe9], behind, false);
    assembler.gap(Array.from({ length: random.chance(50) ? PAGE_SIZE : 16 }, () => 0xcc));
    assembler.place(called);
    target = emitTarget(generator, inner, label);
    inner.undefinedFlags = ARITHMETIC_FLAGS;
    line.emit([0xc3], inner);
    assembler.place(behind);
  }
  line.emit([0xb8 | ECX, ...littleEndian(HOT_ITERATIONS, 4)], state);
  assembler.place(top);
  if (called !== undefined) assembler.relative([0xe8], called, false);
  else target = emitTarget(generator, inner, label);
  inner.undefinedFlags = ARITHMETIC_FLAGS;
  line.emit([0x81, 0xf8 | ECX, ...littleEndian(1 + random.below(HOT_ITERATIONS / 2), 4)], inner);
  inner.undefinedFlags = 0;
  assembler.relative([0x0f, 0x85], over, true);
  emitChange(generator, inner, target!);
  assembler.place(over);
  line.emit([0x48 | ECX], inner);
  assembler.relative([0x0f, 0x85], top, false);
  line.define(inner);
  state.undefinedFlags = 0;
  return 5 * HOT_ITERATIONS;
}

/** @returns about how many instructions it executes */
export function changeCode(generator: Generator, state: State): number {
  if (!state.isHot && state.free.includes(ECX) && generator.random.chance(20)) return changeWhenHot(generator, state);
  const { random, line, assembler } = generator;
  if (!state.free.some((register) => register < 4)) return 0;
  const known = targetsOf(generator);
  const kind = random.below(4);
  if (kind === 0) return writeAndCall(generator, state);
  if (kind === 1 && known.length > 0) {
    emitChange(generator, state, random.pick(known));
    return 2;
  }
  // A change, some instructions, and what it changes; or the other way round.
  const label = assembler.label();
  const between = random.below(4);
  const middle = (): void => {
    for (let count = 0; count < between; count++) line.instruction(state);
  };
  if (random.chance(50)) {
    const later: Target = { label, distance: 1, kind: "immediate" };
    emitChange(generator, state, later);
    middle();
    assembler.place(label);
    line.emit([0xb8 | random.pick(state.free), ...littleEndian(random.next(), 4)], state);
    known.push(later);
  } else {
    const earlier = emitTarget(generator, state, label);
    state.undefinedFlags = ARITHMETIC_FLAGS;
    middle();
    emitChange(generator, state, earlier);
    known.push(earlier);
  }
  return between + 3;
}
