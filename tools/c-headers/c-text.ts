/**
 * C from the tables: macros, structures, and assertions that a structure written by hand has a table's layout.
 */
import { fieldSizes, type Field, type Layout } from "#lites/abi/structs.ts";

type Numbers = Readonly<Record<string, number>>;

/** Those exports of a module, or members of a table, that are numbers, under the names that match. */
export function numbers(table: Readonly<Record<string, unknown>>, names: RegExp): Numbers {
  const found = Object.entries(table).filter((entry): entry is [string, number] => names.test(entry[0]) && Number.isInteger(entry[1]));
  if (found.length === 0) throw new Error(`no numbers match ${names}`);
  return Object.fromEntries(found);
}

/** The same names with something before them. */
export const prefixed = (prefix: string, values: Numbers): Numbers =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));

const small = (value: number): string => (value < 0 ? `(${value})` : String(value));

/** Numbers as C reads and people write them: flags in hexadecimal. Values that do not fit an int are unsigned. */
const literal = (value: number): string => (value < 256 ? small(value) : `0x${value.toString(16)}`);

/** `#define NAME value` for each; usable from C and from assembly. */
export const macros = (values: Numbers): string[] => Object.entries(values).map(([name, value]) => `#define ${name} ${literal(value)}`);

/** The text of a header: `source` says where its facts come from. */
export const header = (source: string, lines: readonly string[]): string =>
  [`/* Generated from ${source}: change it there. */`, "#pragma once", ...lines, ""].join("\n");

const cTypes = {
  u8: "uint8_t",
  u16: "uint16_t",
  u32: "uint32_t",
  i32: "int32_t",
  u64: "uint64_t",
  i64: "int64_t",
  bytes: "uint8_t",
} as const;

const sizeOf = (field: Field): number => fieldSizes[field.type] * (field.count ?? 1);

/** What all names begin with, as `st_`. */
function commonPrefix(names: readonly string[]): string {
  const prefix = /^[a-z]+_/.exec(names[0] ?? "")?.[0] ?? "";
  return names.every((name) => name.startsWith(prefix)) ? prefix : "";
}

/**
 * A structure of just this layout, gaps included. Fields have the table's names without what all of them begin with: `st_atime`
 * and others are macros in C.
 */
export function structure(name: string, layout: Layout): string[] {
  const fields = Object.entries(layout.fields).sort(([, a], [, b]) => a.offset - b.offset);
  const prefix = commonPrefix(fields.map(([field]) => field));
  const lines: string[] = [];
  let at = 0;
  const pad = (to: number): void => {
    if (to > at) lines.push(`  uint8_t padding${at}[${to - at}];`);
  };
  for (const [field, row] of fields) {
    pad(row.offset);
    lines.push(`  ${cTypes[row.type]} ${field.slice(prefix.length)}${row.count === undefined ? "" : `[${row.count}]`};`);
    at = row.offset + sizeOf(row);
  }
  pad(layout.size);
  return [
    `struct ${name} {`,
    ...lines,
    "} __attribute__((packed));",
    `_Static_assert(sizeof(struct ${name}) == ${layout.size}, "${name}");`,
  ];
}

/** How a structure that people wrote relates to a table's. */
export interface LayoutCheck {
  /** The C type, as `struct flock`. */
  readonly type: string;
  readonly layout: Layout;
  /** C's name of a field if it is another; undefined: the C structure has none. */
  readonly members?: Readonly<Record<string, string | undefined>>;
  /** The table has only the head. */
  readonly open?: boolean;
}

export function assertions({ type, layout, members = {}, open }: LayoutCheck): string[] {
  const lines = open ? [] : [`_Static_assert(sizeof(${type}) == ${layout.size}, "${type}");`];
  for (const [field, row] of Object.entries(layout.fields)) {
    const member = Object.hasOwn(members, field) ? members[field] : field;
    if (member === undefined) continue;
    lines.push(`_Static_assert(offsetof(${type}, ${member}) == ${row.offset}, "${type}, ${member}");`);
  }
  return lines;
}
