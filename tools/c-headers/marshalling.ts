/**
 * The marshalling tables of the emulation library, as C, from the server's interface tables.
 *
 * One row per call that travels by the generic path; an index by call number finds it. The C side is
 * marshal.c; the meaning of the kinds is in lites/abi/system-calls.ts.
 */
import { type CommandRow, fcntlCommands, ioctlCommands } from "#lites/abi/commands.ts";
import { emulatorCalls, type Kind, type SystemCallRow, systemCalls } from "#lites/abi/system-calls.ts";

/**
 * Kind codes of the C side. Scalars need no code of their own: the register value travels. Of buffers the bits say what they are:
 * 1 = goes to the server, 2 = comes from it, 4 = its size is counted by another argument.
 */
const kindCodes = {
  scalar: 0,
  in: 1,
  out: 2,
  inout: 3,
  inBytes: 5,
  outBytes: 6,
  inoutBytes: 7,
  string: 8,
  optionalString: 9,
  inVector: 10,
  outVector: 11,
  ioctl: 12,
  fcntl: 13,
} as const;

interface CKind {
  code: keyof typeof kindCodes;
  /** Index of the argument with the length. */
  length: number;
  /** Bytes, or bytes per counted unit. */
  size: number;
  /** Counted units at most. */
  limit: number;
}

function cKind(name: string, kind: Kind): CKind {
  const row = (code: CKind["code"], size = 0, length = 0, limit = 0): CKind => ({ code, length, size, limit });
  switch (kind.kind) {
    case "path":
    case "string":
      return row("string");
    case "optionalPath":
      return row("optionalString");
    case "in":
    case "out":
    case "inout":
      return row(kind.kind, kind.size);
    case "inBytes":
    case "outBytes":
    case "inoutBytes":
      return row(kind.kind, kind.unit, kind.length, Math.floor(kind.limit / kind.unit));
    case "inVector":
    case "outVector":
      return row(kind.kind);
    case "command":
      return row(name === "ioctl" ? "ioctl" : "fcntl");
    default:
      return row("scalar");
  }
}

const VIA = { server: 0, local: 1, special: 2 } as const;

interface Row {
  name: string;
  row: SystemCallRow;
  /** The arguments that are memory, with their positions. */
  memory: { kind: CKind; argument: number }[];
  /** Served by the server, and all of it fits into registers. */
  inRegisters: boolean;
}

/** Number and arguments that the register words of a message have room for. */
const REGISTER_ARGUMENTS = 2;

function describe([name, row]: [string, SystemCallRow]): Row {
  const kinds = Object.values(row.args).map((kind) => cKind(name, kind));
  const memory = kinds.map((kind, argument) => ({ kind, argument })).filter(({ kind }) => kind.code !== "scalar");
  return { name, row, memory, inRegisters: row.via === undefined && memory.length === 0 && kinds.length <= REGISTER_ARGUMENTS };
}

const linuxRows = Object.entries(systemCalls as Record<string, SystemCallRow>).map(describe);
/** Calls of Linux that travel in registers come first, for the short way in entry.S; the library's own come last. */
const rows: Row[] = [
  ...linuxRows.filter(({ inRegisters }) => inRegisters),
  ...linuxRows.filter(({ inRegisters }) => !inRegisters),
  ...Object.entries(emulatorCalls as Record<string, SystemCallRow>).map(describe),
];

/** calls.h: call numbers, kind and route codes, sizes of the tables; usable from C and from assembly. */
export function callNumbers(): string {
  const lines = ["/* Generated from lites/abi/system-calls.ts. */"];
  for (const [name, code] of Object.entries(kindCodes)) lines.push(`#define KIND_${name.toUpperCase()} ${code}`);
  for (const [name, code] of Object.entries(VIA)) lines.push(`#define VIA_${name.toUpperCase()} ${code}`);
  for (const { name, row } of rows) lines.push(`#define SYS_${name} ${row.nr}`);
  lines.push(`#define LINUX_CALLS ${Math.max(...linuxRows.map(({ row }) => row.nr)) + 1}`);
  lines.push(`#define REGISTER_ROWS ${linuxRows.filter(({ inRegisters }) => inRegisters).length}`);
  lines.push(`#define FIRST_EMULATOR_ROW ${linuxRows.length}`);
  lines.push(`#define MEMORY_ARGUMENTS ${Math.max(...rows.map(({ memory }) => memory.length))}`);
  lines.push("");
  return lines.join("\n");
}

/** tables.h: rows, index and command tables, for marshal.c. */
export function marshallingTables(): string {
  const lines = ["/* Generated from lites/abi/system-calls.ts and commands.ts. */", "static const struct call_row call_rows[] = {"];
  for (const { name, row, memory } of rows) {
    const kinds = memory.map(({ kind, argument }) => `{${kindCodes[kind.code]}, ${argument}, ${kind.length}, ${kind.size}, ${kind.limit}}`);
    const count = Object.keys(row.args).length;
    lines.push(`  {${VIA[row.via ?? "server"]}, ${count}, ${memory.length}, {${kinds.join(", ") || "{0, 0, 0, 0, 0}"}}}, /* ${name} */`);
  }
  lines.push("};", "");
  lines.push("/* Row number + 1 by call number; 0 = none. */", "const unsigned short call_index[LINUX_CALLS] = {");
  rows.slice(0, linuxRows.length).forEach(({ row }, index) => {
    lines.push(`  [${row.nr}] = ${index + 1},`);
  });
  lines.push("};", "");
  const direction = { value: 0, in: 1, out: 2, inout: 3 } as const;
  for (const [name, table] of [
    ["ioctl", ioctlCommands],
    ["fcntl", fcntlCommands],
  ] as const) {
    lines.push(`static const struct command_row ${name}_commands[] = {`);
    for (const [command, row] of Object.entries(table as Record<string, CommandRow>)) {
      if (row.direction !== "value") lines.push(`  {${row.nr >>> 0}u, ${direction[row.direction]}, ${row.size}}, /* ${command} */`);
    }
    lines.push("};");
  }
  lines.push("");
  return lines.join("\n");
}
