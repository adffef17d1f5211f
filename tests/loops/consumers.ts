/**
 * Instructions that read arithmetic flags. What they find goes into EDI, by ways that leave the flags.
 */
import { littleEndian, memoryBytes } from "../programs/assembler.ts";
import { conditionReads } from "#machine/cpu/instruction-set/row.ts";
import { ALL_FLAGS } from "../programs/flag-use.ts";
import { X87_DEPTH } from "./neutral.ts";
import { AF, CF, OF, PF, produce, producerNumber, ZF } from "./producers.ts";
import { betweenNumber } from "./between.ts";
import { EAX, ECX, EDI, type Units, type Writer } from "./writer.ts";

export interface Consumer {
  readonly name: string;
  /** Flags that must be defined. */
  readonly reads: number;
  /** Flags that it looks at where they are defined. */
  readonly masked: number;
  readonly unit?: keyof Units;
  write(w: Writer): void;
}

const CONDITIONS = ["o", "b", "e", "be", "s", "p", "l", "le"] as const;

/** Conditional forms, of a condition or its opposite. */
function conditional(name: string, write: (w: Writer, condition: number) => void): readonly Consumer[] {
  return CONDITIONS.map((suffix, half) => ({
    name: name + suffix,
    reads: conditionReads(2 * half),
    masked: 0,
    write: (w) => write(w, 2 * half + w.random.below(2)),
  }));
}

/** Jcc over an addition to EDI. */
function jump(w: Writer, condition: number): void {
  const over = w.label();
  w.jump([0x0f, 0x80 | condition], over);
  w.emit(0x8d, ...memoryBytes(EDI, { base: EDI, index: -1, scale: 0, displacement: w.random.next() | 0 }));
  w.place(over);
  w.flow.pass(betweenNumber("merge"));
}

function set(w: Writer, condition: number): void {
  const register = w.random.pick([0, 1, 2, 3]);
  if (w.random.chance(25)) {
    w.emit(0x0f, 0x90 | condition, ...w.memory(0, 1));
    return;
  }
  w.emit(0x0f, 0x90 | condition, 0xc0 | register);
  w.mix(register);
}

function move(w: Writer, condition: number): void {
  const register = w.register();
  w.emit(0x0f, 0x40 | condition, ...w.operand(register, 4));
  w.mix(register);
}

/** One that is a producer, too. */
function chained(name: string): Consumer {
  return { name, reads: CF, masked: 0, write: (w) => produce(w, producerNumber(name)) };
}

/** Leaves of the flags in EAX those that are defined. */
function mixDefined(w: Writer, shift: number): void {
  const undefinedFlags = w.flow.undefined;
  if (undefinedFlags !== 0) {
    w.emit(0x25, ...littleEndian(~(undefinedFlags << shift), 4));
    w.flow.produce(producerNumber("and"), ALL_FLAGS & ~AF, AF, false);
  }
  w.mix(EAX);
}

const lahf: Consumer = {
  name: "lahf",
  reads: 0,
  masked: ALL_FLAGS & ~OF,
  write: (w) => {
    w.emit(0x9f);
    mixDefined(w, 8);
  },
};

const pushf: Consumer = {
  name: "pushf",
  reads: 0,
  masked: ALL_FLAGS,
  write: (w) => {
    w.emit(0x9c);
    w.emit(0x58 | EAX);
    mixDefined(w, 0);
  },
};

/** LOOPE or LOOPNE with 1 or 2 in ECX, over an addition to EDI. */
const loope: Consumer = {
  name: "loope",
  reads: ZF,
  masked: 0,
  write: (w) => {
    w.emit(0xb8 | ECX, 1 + w.random.below(2), 0, 0, 0);
    w.emit(w.random.pick([0xe0, 0xe1]), 6);
    w.emit(0x8d, 0xbf, ...littleEndian(w.random.next(), 4));
    w.mix(ECX);
    w.flow.pass(betweenNumber("merge"));
  },
};

const salc: Consumer = {
  name: "salc",
  reads: CF,
  masked: 0,
  write: (w) => {
    w.emit(0xd6);
    w.mix(EAX);
  },
};

/** FCMOVcc on B, E, BE, U. */
const fcmov: Consumer = {
  name: "fcmov",
  reads: CF | ZF | PF,
  masked: 0,
  unit: "x87",
  write: (w) => w.emit(w.random.pick([0xda, 0xdb]), 0xc0 | (w.random.below(4) << 3) | w.random.below(X87_DEPTH)),
};

const daa: Consumer = {
  name: "daa",
  reads: CF | AF,
  masked: 0,
  write: (w) => {
    produce(w, producerNumber("daa"));
    w.mix(EAX);
  },
};

export const CONSUMERS: readonly Consumer[] = [
  ...conditional("j", jump),
  ...conditional("set", set),
  ...conditional("cmov", move),
  ...["adc", "sbb", "rcl", "rcr", "rcl cl", "cmc"].map(chained),
  salc,
  lahf,
  pushf,
  loope,
  fcmov,
  daa,
];

/** Writes an instruction that reads flags, and notes what it reads. Those that are not masked must be defined. */
export function consume(w: Writer, number: number): void {
  const { reads, masked, write } = CONSUMERS[number]!;
  w.flow.read(number, reads | (masked & ~w.flow.undefined));
  write(w);
}

/** Numbers of those that can be used where some flags are undefined. */
export function usableConsumers(undefinedFlags: number, units: Units): number[] {
  return [...CONSUMERS.keys()].filter((number) => {
    const { reads, unit } = CONSUMERS[number]!;
    return (reads & undefinedFlags) === 0 && (unit === undefined || units[unit]);
  });
}
