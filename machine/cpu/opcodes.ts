/**
 * The opcode maps of an i686 with MMX, SSE and SSE2, made from the encodings of its instructions (instruction-set/).
 *
 * The one source for the decoder, the disassembler and the differential tests. Source: Intel SDM vol. 2, appendix A.
 */
import { FACTS, INSTRUCTIONS, type Mnemonic } from "./instruction-set/instruction-set.ts";
import { type Facts, factsOf, Flow, useOf, Use } from "./instruction-set/row.ts";

/** One encoding of an instruction. */
export interface Row {
  readonly mnemonic: Mnemonic | "(invalid)" | "(boundary)";
  /** Operand codes (instruction-set/row.ts). */
  readonly operands: readonly string[];
  /**
   * Those of the instruction, but for `flow`, which the operands may determine: MOV to a segment register ends a
   * block.
   */
  readonly facts: Facts;
}

/** Two rows, of which ModRM.mod chooses one. */
export interface Forms {
  readonly memory: Row | undefined;
  readonly register: Row | undefined;
}

/** A row whose meaning depends on ModRM.reg. */
export interface Group {
  readonly rows: readonly (Row | Forms | undefined)[];
}

/** An opcode whose meaning depends on its prefix: none, 66, F3, F2 (PREFIXES). */
export interface Prefixed {
  readonly prefixed: readonly (Row | Forms | Group | undefined)[];
}

export type Entry = Row | Forms | Group | Prefixed | undefined;

/** The mandatory prefixes in the order of Prefixed; F3 and F2 win over 66, the last of them over the others. */
export const PREFIXES = [0, 0x66, 0xf3, 0xf2] as const;
const PREFIX_NAMES: readonly string[] = ["NP", "66", "F3", "F2"];

/** What stands for an instruction where there is none. */
export function placeholder(mnemonic: "(invalid)" | "(boundary)"): Row {
  return { mnemonic, operands: [], facts: factsOf({}) };
}

export function isGroup(entry: NonNullable<Entry>): entry is Group {
  return "rows" in entry;
}

export function isForms(entry: NonNullable<Entry>): entry is Forms {
  return "memory" in entry;
}

export function isPrefixed(entry: NonNullable<Entry>): entry is Prefixed {
  return "prefixed" in entry;
}

/** Whether a block of straight-line instructions ends with a row. */
export function endsBlock({ flow, repeats }: Facts): boolean {
  return repeats || (flow !== Flow.NEXT && flow !== Flow.BRANCH);
}

/** One-byte opcodes. Prefixes are the decoder's and have no row. */
export const ONE_BYTE: Entry[] = new Array<Entry>(256).fill(undefined);
/** Opcodes after 0F. */
export const TWO_BYTE: Entry[] = new Array<Entry>(256).fill(undefined);

const SEGMENT_REGISTER = /^([CDEFGS]S|Ww)$/;
const SYSTEM_REGISTER = /^[CD]d$/;

function makeRow(mnemonic: Mnemonic, operands: readonly string[]): Row {
  const facts = FACTS[mnemonic];
  const [first] = operands;
  if (operands.some((code) => SYSTEM_REGISTER.test(code))) return { mnemonic, operands, facts: { ...facts, flow: Flow.PRIVILEGED } };
  const loadsSegment = first !== undefined && SEGMENT_REGISTER.test(first) && useOf(facts, 0) === Use.WRITE;
  return { mnemonic, operands, facts: loadsSegment ? { ...facts, flow: Flow.LEAVE } : facts };
}

/** The parts of an encoding: prefix, escape, first and last opcode, ModRM.reg, form, operands. */
const ENCODING = /^(?:(NP|66|F3|F2) (?=[0-9A-F]{2}\b))?(0F )?([0-9A-Fa-f]{2})(?:-([0-9A-F]{2}))?(?:\/(\d))?(?::([mr]))?(?: (\S+))?$/;

/** A table of changeable entries, of which the maps are made. */
interface Cell {
  prefixed?: (Cell | undefined)[];
  rows?: (Cell | undefined)[];
  memory?: Row | undefined;
  register?: Row | undefined;
  row?: Row;
}

function place(cells: (Cell | undefined)[], at: number): Cell {
  return (cells[at] ??= {});
}

function put(mnemonic: Mnemonic, encoding: string, maps: readonly (Cell | undefined)[][]): void {
  const parts = ENCODING.exec(encoding);
  if (parts === null) throw new SyntaxError(`${mnemonic}: ${encoding}`);
  const [, prefix, escape, first, last = first, member, form, operands] = parts;
  const row = makeRow(mnemonic, operands === undefined ? [] : operands.split(","));
  for (let opcode = Number.parseInt(first!, 16); opcode <= Number.parseInt(last!, 16); opcode++) {
    let cell = place(maps[escape === undefined ? 0 : 1]!, opcode);
    if (prefix !== undefined) cell = place((cell.prefixed ??= new Array(PREFIXES.length).fill(undefined)), PREFIX_NAMES.indexOf(prefix));
    if (member !== undefined) cell = place((cell.rows ??= new Array(8).fill(undefined)), Number(member));
    if (form === undefined) {
      if (cell.row !== undefined) throw new RangeError(`${mnemonic} and ${cell.row.mnemonic} have the encoding ${encoding}`);
      cell.row = row;
    } else {
      cell.memory = form === "m" ? row : cell.memory;
      cell.register = form === "r" ? row : cell.register;
    }
  }
}

function entryOf(cell: Cell | undefined): Entry {
  if (cell === undefined) return undefined;
  if (cell.prefixed !== undefined) return { prefixed: cell.prefixed.map(entryOf) as Prefixed["prefixed"] };
  if (cell.rows !== undefined) return { rows: cell.rows.map(entryOf) as Group["rows"] };
  return cell.row ?? { memory: cell.memory, register: cell.register };
}

{
  const maps: (Cell | undefined)[][] = [new Array(256).fill(undefined), new Array(256).fill(undefined)];
  for (const [mnemonic, { encodings }] of Object.entries(INSTRUCTIONS)) {
    for (const encoding of encodings.split(" | ")) put(mnemonic as Mnemonic, encoding, maps);
  }
  [ONE_BYTE, TWO_BYTE].forEach((map, index) => {
    for (let opcode = 0; opcode < 256; opcode++) map[opcode] = entryOf(maps[index]![opcode]);
  });
}

/** A row and the bytes that select it. */
export interface RowPlace {
  readonly row: Row;
  /** Mandatory prefix, 0 when there is none. */
  readonly prefix: number;
  /** Without the prefix. */
  readonly opcode: readonly number[];
  /** ModRM.reg of a group member, else -1. */
  readonly member: number;
  /** Which forms of ModRM select the row; "any" also where there is no ModRM. */
  readonly form: "any" | "memory" | "register";
}

function placesOf(entry: Entry, found: Omit<RowPlace, "row">): RowPlace[] {
  if (entry === undefined) return [];
  if (isPrefixed(entry)) return entry.prefixed.flatMap((part, index) => placesOf(part, { ...found, prefix: PREFIXES[index]! }));
  if (isGroup(entry)) return entry.rows.flatMap((part, member) => placesOf(part, { ...found, member }));
  if (!isForms(entry)) return [{ ...found, row: entry }];
  return [...placesOf(entry.memory, { ...found, form: "memory" }), ...placesOf(entry.register, { ...found, form: "register" })];
}

/** All rows of the maps with their places. */
export function allRows(): RowPlace[] {
  const places = (map: readonly Entry[], escape: readonly number[]): RowPlace[] =>
    map.flatMap((entry, byte) => placesOf(entry, { prefix: 0, opcode: [...escape, byte], member: -1, form: "any" }));
  return [...places(ONE_BYTE, []), ...places(TWO_BYTE, [0x0f])];
}
