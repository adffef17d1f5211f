/**
 * Random hot loops. A loop is written for some cells of the table (coverage.ts), which follow from its seed: one whose flags come over the
 * loop's end, and some within a round; around them, and in front of them, is what chance brings.
 */
import { Random } from "../instructions/random.ts";
import { littleEndian } from "../programs/assembler.ts";
import { ALL_FLAGS } from "../programs/flag-use.ts";
import { CODE_PAGES, PAGE_SIZE, type Program, STACK, STACK_PAGES } from "../programs/layout.ts";
import { BETWEEN } from "./between.ts";
import { CONSUMERS, consume, usableConsumers } from "./consumers.ts";
import { CELLS, type Cell, wantedFlags } from "./coverage.ts";
import type { Way } from "./flag-flow.ts";
import { writeLoop } from "./loop-ends.ts";
import { beginUnits, neutral, someNeutral } from "./neutral.ts";
import { define, PRODUCERS, produce, producerNumber, producePart } from "./producers.ts";
import { ARENA_BASE, EBP, ESP, Writer } from "./writer.ts";

/** Instructions of a loop, about: enough to become hot and then run for a while. */
const INSTRUCTIONS = 10_000;
/** Likewise when it must become hot without help. */
const MANY_INSTRUCTIONS = 300_000;
const LEAST_ROUNDS = 60;
/** What happens once happens at this part of the rounds. */
const ONCE = 0.6;
/** Steps through the cells in a scattered order. */
const STRIDE = 7919;

export interface GeneratedLoop extends Program {
  readonly ways: readonly Way[];
  /** Names of the parts, outer ones first. */
  readonly parts: readonly number[];
}

const WITHIN = CELLS.filter(({ between }) => BETWEEN[between]!.isLoopEnd !== true);
const OVER_END = CELLS.filter(({ between }) => BETWEEN[between]!.isLoopEnd === true);

/** One loop of so many has a goal over its end only: it is short, and partial flags go round and round. */
const SHORT_STEP = 5;

/** Seeds, from any on, after which each cell has been a goal. */
export const ALL_SEEDS = Math.max(Math.ceil((WITHIN.length * SHORT_STEP) / (SHORT_STEP - 1)) + SHORT_STEP, OVER_END.length);

/** Loops that run with the thresholds of the engine `auto`, and for so long that they become hot all the same. */
export function isLong(seed: number): boolean {
  return seed % 40 === 0;
}

function goal(cells: readonly Cell[], index: number): Cell {
  return cells[(index * STRIDE) % cells.length]!;
}

/** Cells that the loop of a seed is written for: one over its end, and mostly one within a round. */
export function goalsOf(seed: number): readonly [Cell] | readonly [Cell, Cell] {
  const over = goal(OVER_END, seed);
  if (seed % SHORT_STEP === 0) return [over];
  return [over, goal(WITHIN, Math.floor((seed * (SHORT_STEP - 1)) / SHORT_STEP))];
}

/** May be written between an instruction that sets flags and another one that reads them, without loss. */
const TRANSPARENT = BETWEEN.filter(
  ({ keeps, undefines, unit, isLoopEnd, prepares }) =>
    keeps === ALL_FLAGS && undefines === 0 && unit === undefined && isLoopEnd !== true && prepares !== true,
);

class Generator {
  private readonly w: Writer;
  private readonly over: Cell;
  private readonly within: Cell | undefined;
  private readonly seed: number;

  constructor(seed: number, omitted: ReadonlySet<number>) {
    const goals = goalsOf(seed);
    const random = new Random(seed);
    const units = { x87: random.chance(25), vector: random.chance(25), mmx: random.chance(6) };
    for (const { producer, between, consumer } of goals) {
      for (const { unit } of [PRODUCERS[producer]!, BETWEEN[between]!, CONSUMERS[consumer]!]) if (unit !== undefined) units[unit] = true;
    }
    if (units.x87) units.mmx = false;
    [this.over, this.within] = goals;
    this.seed = seed;
    this.w = new Writer(seed, units, omitted);
  }

  generate(): GeneratedLoop {
    const { w } = this;
    const { assembler, random } = w;
    const seed = random.next();
    const registers = Array.from({ length: 8 }, () => random.value());
    registers[EBP] = ARENA_BASE;
    registers[ESP] = STACK + STACK_PAGES * PAGE_SIZE - 256;
    assembler.gap(Array.from({ length: random.chance(70) ? random.below(64) : random.below(PAGE_SIZE) }, () => 0xcc));
    // The loop comes first in the code: what must precede it is known behind it.
    const entry = w.label();
    w.flow.produce(producerNumber("popf"), ALL_FLAGS, 0, false);
    const loop = this.loop();
    const { cost } = w;
    define(w);
    w.emit(0xcc);
    w.place(entry);
    beginUnits(w);
    w.writeBeginnings();
    const rounds = loop.enter();
    const many = isLong(this.seed) ? MANY_INSTRUCTIONS : INSTRUCTIONS;
    const count = Math.max(LEAST_ROUNDS, Math.floor(many / Math.max(1, cost)));
    assembler.patch(rounds, littleEndian(count, 4));
    for (const at of w.onces) assembler.patch(at, littleEndian(Math.floor(count * ONCE), 4));
    if (assembler.here > CODE_PAGES * PAGE_SIZE) throw new Error("the loop is too long");
    return { ...assembler.finish(), entry: entry.offset, registers, seed, ways: w.flow.ways(), parts: w.parts };
  }

  private loop(): ReturnType<typeof writeLoop> {
    const { w, over, within } = this;
    const { keeps } = BETWEEN[over.between]!;
    const least = PRODUCERS[over.producer]!.undefined & keeps;
    const atHead = w.random.chance(50) ? ALL_FLAGS & ~CONSUMERS[over.consumer]!.reads & ~wantedFlags(over) : least;
    return writeLoop(w, over.between, atHead, () => {
      w.part(() => {
        someNeutral(w, 1);
        this.consume(over.consumer);
      });
      this.surprises();
      if (within !== undefined) w.part(() => this.link(within));
      this.surprises();
      const set = (): void => w.part(() => this.set(over, atHead));
      if (w.random.chance(40)) w.part(() => w.random.pick(TRANSPARENT).write(w, set, () => someNeutral(w, 1)));
      else set();
      if ((w.flow.undefined & keeps & ~atHead) !== 0) define(w);
    });
  }

  /** Sets flags as a cell says. @param mayBeUndefined flags that no one needs behind it */
  private set(cell: Cell, mayBeUndefined: number): void {
    const { w } = this;
    if ((w.flow.undefined & ~mayBeUndefined) !== 0 || w.random.chance(25)) w.part(() => define(w));
    someNeutral(w, 1);
    w.part(() => produce(w, cell.producer, wantedFlags(cell) | (ALL_FLAGS & ~mayBeUndefined)));
  }

  private consume(number: number): void {
    const { w } = this;
    const { reads } = CONSUMERS[number]!;
    // A part that was left out has set nothing.
    if ((reads & w.flow.undefined) === 0) consume(w, number);
  }

  /** From one instruction to another one by way of what a cell says, and sometimes something else. */
  private link(cell: Cell): void {
    const { w } = this;
    const { write } = BETWEEN[cell.between]!;
    const reach = (): void => {
      someNeutral(w, 1);
      w.part(() => this.consume(cell.consumer));
    };
    const { reads, masked } = CONSUMERS[cell.consumer]!;
    const mayBeUndefined = masked === 0 ? ALL_FLAGS & ~reads : ALL_FLAGS & ~wantedFlags(cell);
    const before = (): void => w.part(() => this.set(cell, mayBeUndefined));
    const further = w.random.chance(40) ? w.random.pick(TRANSPARENT) : undefined;
    write(w, before, further === undefined ? reach : () => w.part(() => further.write(w, () => someNeutral(w, 1), reach)));
  }

  private surprises(): void {
    const { w } = this;
    const count = w.random.pick(this.within === undefined ? [0, 1, 1, 2] : [0, 0, 0, 0, 0, 1, 1, 3]);
    for (let index = 0; index < count; index++) w.part(() => this.surprise());
  }

  /** Anything: some that set flags, some that read them, something between. */
  private surprise(): void {
    const { w } = this;
    const { random, units } = w;
    const some = (): void => {
      const length = random.below(3);
      for (let count = 0; count < length; count++) {
        w.part(() => {
          const kind = w.random.below(4);
          if (kind === 0) neutral(w);
          else if (kind === 1) this.produceAny();
          else this.consume(w.random.pick(usableConsumers(w.flow.undefined, units)));
        });
      }
    };
    const kind = random.below(10);
    if (kind < 3) w.part(() => this.chain());
    else if (kind < 6) w.part(() => w.random.pick(TRANSPARENT).write(w, some, some));
    else some();
  }

  /** Some that set a part of the flags, with something between, and only then one that reads them. */
  private chain(): void {
    const { w } = this;
    const length = 2 + w.random.below(3);
    for (let count = 0; count < length; count++) {
      w.part(() =>
        w.random.pick(TRANSPARENT).write(
          w,
          () => producePart(w),
          () => someNeutral(w, 1),
        ),
      );
    }
    w.part(() => this.consume(w.random.pick(usableConsumers(w.flow.undefined, w.units))));
  }

  private produceAny(): void {
    const { w } = this;
    const usable = [...PRODUCERS.keys()].filter((number) => {
      const { unit } = PRODUCERS[number]!;
      return unit === undefined || w.units[unit];
    });
    produce(w, w.random.pick(usable));
  }
}

/** @param omitted names of parts to leave out */
export function generateLoop(seed: number, omitted: ReadonlySet<number> = new Set()): GeneratedLoop {
  return new Generator(seed, omitted).generate();
}
