/**
 * What lies between an instruction that sets flags and one that reads them: ends of blocks of every kind, places where a region ends or
 * is left, loops, and instructions that replace some flags only.
 */
import { littleEndian, memoryBytes } from "../programs/assembler.ts";
import { ALL_FLAGS } from "../programs/flag-use.ts";
import { HOLE, PAGE_SIZE, TABLES } from "../programs/layout.ts";
import { neutral, someNeutral } from "./neutral.ts";
import { AF, CF, define, KEPT, OF, PF, produce, PRODUCERS, produceOtherwise, producerNumber, SF, ZF } from "./producers.ts";
import { EAX, EBP, ECX, EDX, ESI, type Units, type Writer } from "./writer.ts";

export interface Between {
  readonly name: string;
  /** Flags that stay, or may stay. */
  readonly keeps: number;
  /** Flags that it leaves undefined. */
  readonly undefines: number;
  readonly unit?: keyof Units;
  /** Whether it is how a loop comes back to its head: then `loop-ends.ts` writes it. */
  readonly isLoopEnd?: boolean;
  /** Whether it changes flags in front of what is before. */
  readonly prepares?: boolean;
  /**
   * @param before writes what is in front of it, to be called once
   * @param after likewise what is behind
   */
  write(w: Writer, before: () => void, after: () => void): void;
}

type Body = (w: Writer) => void;
/** More instructions than a region has. */
const LONG = 250;
/** Bytes of code from which on no pages are left out. */
const ROOM = 0x8000;

/** One that is a sequence between the two. */
function sequence(name: string, write: Body, { keeps = ALL_FLAGS, undefines = 0, unit }: Partial<Between> = {}): Between {
  return {
    name,
    keeps,
    undefines,
    ...(unit === undefined ? {} : { unit }),
    write: (w, before, after) => {
      before();
      write(w);
      w.flow.pass(betweenNumber(name));
      after();
    },
  };
}

function structure(name: string, write: Between["write"], prepares = false): Between {
  return { name, keeps: ALL_FLAGS, undefines: 0, prepares, write };
}

/** One of some instructions that set a part of the flags, which reads none that is undefined. */
function partial(name: string, keeps: number, producers: readonly string[], undefines = 0, wanted = ALL_FLAGS): Between {
  const choose: Body = (w) => {
    const usable = producers.map(producerNumber).filter((number) => (PRODUCERS[number]!.reads & w.flow.undefined) === 0);
    produce(w, w.random.pick(usable), wanted);
  };
  return sequence(name, choose, { keeps, undefines });
}

const diamond: Body = (w) => {
  const end = w.label();
  w.branchOver(() => {
    neutral(w);
    w.go(end);
  });
  neutral(w);
  w.place(end);
};

/** A jump over what is not executed, perhaps to the next page. */
const jump =
  (distance: (w: Writer) => number): Body =>
  (w) => {
    const target = w.label();
    w.go(target);
    w.assembler.gap(Array.from({ length: distance(w) }, () => 0xcc));
    w.place(target);
  };

/** As long as there is room. */
function toAnotherPage(w: Writer): number {
  return w.assembler.here > ROOM ? 0 : PAGE_SIZE - (w.assembler.here % PAGE_SIZE) + w.random.below(PAGE_SIZE / 2);
}

/** Writes a function with a body aside. @returns its label */
function aside(w: Writer, body: () => void): () => void {
  const over = w.label();
  const start = w.label();
  w.go(over);
  w.place(start);
  const { flow } = w;
  const around = flow.clone();
  body();
  w.emit(...(w.random.chance(20) ? [0xc2, 0, 0] : [0xc3]));
  const behind = flow.clone();
  flow.assign(around);
  w.place(over);
  return () => {
    w.jump([0xe8], start);
    flow.assign(behind);
  };
}

const call: Between["write"] = (w, before, after) => {
  before();
  const callee = w.label();
  const end = w.label();
  w.jump([0xe8], callee);
  w.go(end);
  w.place(callee);
  w.flow.pass(betweenNumber("call"));
  after();
  w.emit(0xc3);
  w.place(end);
};

/** The flags come out of a function, which is called from a second place as well. */
const returnFrom =
  (isShared: boolean): Between["write"] =>
  (w, before, after) => {
    const { undefined: undefinedFlags } = w.flow;
    const enter = aside(w, before);
    if (isShared) {
      enter();
      w.mix(w.register());
      if ((w.flow.undefined & ~undefinedFlags) !== 0) define(w);
    }
    enter();
    w.flow.pass(betweenNumber(isShared ? "return to one of two" : "return"));
    after();
  };

/** Puts one of several addresses into a slot, before the flags are set. */
function choose(w: Writer, labels: readonly ReturnType<Writer["label"]>[]): number {
  const slot = w.slot();
  const table = TABLES + 4 * w.assembler.table(labels);
  const register = w.register();
  w.emit(0x83, 0xe0 | register, ...[labels.length - 1]);
  w.flow.produce(producerNumber("and"), ALL_FLAGS & ~AF, AF, false);
  w.emit(0x8b, (register << 3) | 4, 0x85 | (register << 3), ...littleEndian(table, 4));
  w.emit(0x89, (register << 3) | 5, ...littleEndian(slot, 4));
  return slot;
}

/** JMP or CALL through the slot, or through a register. @param member 4 for JMP, 2 for CALL */
function indirect(w: Writer, slot: number, member: number): void {
  if (w.random.chance(50)) {
    w.emit(0xff, (member << 3) | 5, ...littleEndian(slot, 4));
    return;
  }
  const register = w.register();
  w.emit(0x8b, (register << 3) | 5, ...littleEndian(slot, 4));
  w.emit(0xff, 0xc0 | (member << 3) | register);
}

const indirectJump: Between["write"] = (w, before, after) => {
  const labels = w.random.pick([1, 2, 4]) === 1 ? [w.label()] : [0, 1, 2, 3].map(() => w.label());
  const end = w.label();
  const slot = choose(w, labels);
  before();
  indirect(w, slot, 4);
  for (const label of labels) {
    w.place(label);
    w.mix(w.register());
    w.go(end);
  }
  w.place(end);
  w.flow.pass(betweenNumber("indirect jump"));
  after();
};

const indirectCall: Between["write"] = (w, before, after) => {
  const functions = [w.label(), w.label()];
  const over = w.label();
  w.go(over);
  for (const label of functions) {
    w.place(label);
    w.mix(w.register());
    w.emit(0xc3);
  }
  w.place(over);
  const slot = choose(w, functions);
  before();
  indirect(w, slot, 2);
  w.flow.pass(betweenNumber("indirect call"));
  after();
};

/** PUSH of an address, RET: nobody expects the return. */
const pushedReturn: Body = (w) => {
  const target = w.label();
  w.assembler.absolute(w.emit(0x68, 0, 0, 0, 0) + 1, target);
  w.emit(0xc3);
  w.place(target);
};

/** What has no translation of its own: PUSHA and POPA, ENTER with a level, FXTRACT. */
const interpreted: Body = (w) => {
  const kind = w.random.below(w.units.x87 ? 3 : 2);
  if (kind === 0) {
    w.emit(0x60);
    w.emit(0x61);
  } else if (kind === 1) {
    w.emit(0xc8, 8, 0, 1);
    w.emit(0xc9);
  } else {
    w.emit(0xd9, 0xc0);
    w.emit(0xd9, 0xf4);
    w.emit(0xdd, 0xd8);
    w.emit(0xdd, 0xd8);
  }
};

/** What regions do not contain: a read through CS, a segment register, POPF. */
const untranslated: Body = (w) => {
  const kind = w.random.below(3);
  if (kind === 0) w.emit(0x2e, 0x8b, ...memoryBytes(w.register(), { base: EBP, index: -1, scale: 0, displacement: w.offset(4) }));
  else if (kind === 1) {
    w.emit(0x8c, 0xc0 | EAX);
    w.emit(0x8e, 0xc0 | EAX);
    // Selectors are the host's.
    w.emit(0xb8 | EAX, ...littleEndian(w.random.next(), 4));
  } else {
    w.emit(0x9c);
    w.emit(0x9d);
  }
};

/** REP MOVS, STOS or LODS. */
const repeated: Body = (w) => {
  const slot = w.slot();
  const lea = (register: number): number =>
    w.emit(0x8d, ...memoryBytes(register, { base: EBP, index: -1, scale: 0, displacement: w.offset(1) }));
  w.emit(0x89, 0x3d, ...littleEndian(slot, 4));
  if (w.random.chance(50)) w.emit(0x0f, 0xb6, 0xc0 | (ECX << 3) | w.random.below(4));
  else w.emit(0xb8 | ECX, w.random.below(20), 0, 0, 0);
  lea(ESI);
  lea(7);
  w.cost += 20;
  const size = w.size();
  w.emit(0xf3, ...w.prefix(size), w.random.pick([0xa4, 0xaa, 0xac]) | (size === 1 ? 0 : 1));
  w.emit(0x8b, 0x3d, ...littleEndian(slot, 4));
};

/** An access across two pages, which leaves the region. */
const crossing: Body = (w) => {
  const displacement = PAGE_SIZE * w.random.below(3) - 1 - w.random.below(3);
  const target = { base: EBP, index: -1, scale: 0, displacement };
  const [opcode, reg] = w.random.pick([
    [0x8b, w.register()],
    [0x89, w.register()],
    [0xf7, 2],
  ] as const);
  w.emit(opcode, ...memoryBytes(reg, target));
};

/** A page fault now and then. */
const fault: Body = (w) => {
  w.rarely(() => w.emit(w.random.pick([0x8b, 0x89]), (w.register() << 3) | 5, ...littleEndian(HOLE, 4)));
};

/** So much that a region ends within. */
const long: Body = (w) => {
  const end = w.assembler.here + LONG * 4;
  while (w.assembler.here < end) {
    neutral(w);
    if (w.random.chance(6)) w.branchOver(() => neutral(w));
  }
};

/** A loop of a few rounds. @param enter may be written in front of its head; `start` loads the count */
function innerLoop(w: Writer, enter: (start: () => void, middle: ReturnType<Writer["label"]>) => void): void {
  const top = w.label();
  const middle = w.label();
  const out = w.label();
  const start = (): void => void w.emit(0xb8 | ECX, 1 + w.random.below(4), 0, 0, 0);
  enter(start, middle);
  start();
  const head = w.flow.enterLoop(w.flow.undefined);
  w.place(top);
  w.mix(EDX);
  w.place(middle);
  w.mix(ECX);
  w.flow.flowInto(head);
  if (w.random.chance(50)) {
    w.emit(0xe2, 5);
    w.go(out);
    w.go(top);
  } else {
    w.emit(0x8d, 0x49, 0xff);
    w.jumpIfZero(out);
    w.go(top);
  }
  w.place(out);
  w.cost += 15;
}

const intoMiddle: Body = (w) => {
  innerLoop(w, (start, middle) =>
    w.branchOver(() => {
      start();
      w.go(middle);
    }),
  );
};

/** TOP differs by the way that was taken. */
const x87States: Body = (w) => w.branchOver(() => w.emit(0xd9, w.random.pick([0xf6, 0xf7])));

/** A NaN, at which vector code leaves the region. */
const notANumber: Body = (w) => {
  w.emit(0x66, 0x0f, 0x76, 0xff);
  w.emit(0xf2, 0x0f, 0x58, 0xc0 | (w.random.below(7) << 3) | 7);
};

/** Code is written, with what it was: all regions of the page are forgotten. */
const codeWritten: Body = (w) => {
  const target = w.label();
  w.once(() => {
    w.assembler.absolute(w.emit(0x8a, 0x05 | (EDX << 3), 0, 0, 0, 0) + 2, target);
    w.assembler.absolute(w.emit(0x88, 0x05 | (EDX << 3), 0, 0, 0, 0) + 2, target);
  });
  w.place(target);
};

/** Written by loop-ends.ts. */
function loopEnd(name: string, keeps: number): Between {
  return { name, keeps, undefines: 0, isLoopEnd: true, write: () => undefined };
}

export const BETWEEN: readonly Between[] = [
  sequence("nothing", () => undefined),
  sequence("merge", (w) => w.branchOver(() => someNeutral(w, 2))),
  sequence("two ways", diamond),
  sequence("flags set on one way", (w) => w.branchOver(() => produceOtherwise(w))),
  sequence("flags set on a rare way", (w) => w.rarely(() => produceOtherwise(w))),
  sequence(
    "jump",
    jump((w) => w.random.below(40)),
  ),
  sequence("jump to another page", jump(toAnotherPage)),
  structure("call", call),
  structure("return", returnFrom(false)),
  structure("return to one of two", returnFrom(true)),
  structure("indirect jump", indirectJump, true),
  structure("indirect call", indirectCall, true),
  sequence("unexpected return", pushedReturn),
  sequence("interpreted", interpreted),
  sequence("not translated", untranslated),
  sequence("repeated string instruction", repeated),
  sequence("access across pages", crossing),
  sequence("page fault", fault),
  sequence("region's end", long),
  sequence("loop", (w) => innerLoop(w, () => undefined)),
  sequence("loop with two entries", intoMiddle),
  sequence("x87 states that differ", x87States, { unit: "x87" }),
  sequence("NaN", notANumber, { unit: "vector" }),
  sequence("code written", codeWritten),
  partial("inc, dec", CF, ["inc", "dec"]),
  partial("rotate", ALL_FLAGS & ~(CF | OF), ["rol", "ror", "rcl", "rcr"]),
  partial("rotate by CL", ALL_FLAGS, ["rol cl", "ror cl", "rcl cl", "rcr cl"], OF, KEPT),
  partial("shift by CL", ALL_FLAGS, ["shl cl", "shr cl", "sar cl", "shld cl", "shrd cl"], OF | AF, KEPT),
  partial("bit test", ZF, ["bt", "bts", "btr", "btc"], OF | SF | AF | PF),
  partial("clc, stc, cmc", ALL_FLAGS & ~CF, ["clc", "stc", "cmc"]),
  partial("sahf", OF, ["sahf"]),
  partial("cmpxchg8b", ALL_FLAGS & ~ZF, ["cmpxchg8b"]),
  loopEnd("loop: dec, jnz", CF),
  loopEnd("loop: dec of memory, jnz", CF),
  loopEnd("loop: loop", ALL_FLAGS),
  loopEnd("loop: loopne", ALL_FLAGS),
  loopEnd("loop: jecxz, jmp", ALL_FLAGS),
  loopEnd("loop: indirect jump", ALL_FLAGS),
  loopEnd("loop: test at its head", CF),
];

const numbers = new Map(BETWEEN.map(({ name }, index) => [name, index]));

export function betweenNumber(name: string): number {
  const index = numbers.get(name);
  if (index === undefined) throw new Error(`no '${name}'`);
  return index;
}
