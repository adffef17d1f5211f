/**
 * The marshalling tables of the emulation library, as C, from the server's interface tables.
 *
 * One row per call that travels by the generic path; an index by call number finds it. The C side is
 * marshal.c; the meaning of the kinds is in lites/abi/system-calls.ts.
 */
import { type CommandRow, fcntlCommands, ioctlCommands } from "#lites/abi/commands.ts";
import { emulatorCalls, type Kind, type SystemCallRow, systemCalls } from "#lites/abi/system-calls.ts";

/** Kind codes of the C side. Scalars need no code of their own: the register value travels. */
const kindCodes = {
  scalar: 0,
  string: 1,
  optionalString: 12,
  in: 2,
  inBytes: 3,
  out: 4,
  outBytes: 5,
  inout: 6,
  inoutBytes: 7,
  inVector: 8,
  outVector: 9,
  ioctl: 10,
  fcntl: 11,
} as const;

interface CKind {
  code: keyof typeof kindCodes;
  /** Index of the argument with the length. */
  length: number;
  /** Bytes, or bytes per counted unit. */
  size: number;
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
      return row(kind.kind, kind.unit, kind.length, kind.limit);
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

const rows: [string, SystemCallRow][] = [
  ...Object.entries(systemCalls as Record<string, SystemCallRow>),
  ...Object.entries(emulatorCalls as Record<string, SystemCallRow>),
];

/** calls.h: call numbers, kind and route codes; usable from C and from assembly. */
export function callNumbers(): string {
  const lines = ["/* Generated from lites/abi/system-calls.ts. */"];
  for (const [name, code] of Object.entries(kindCodes)) lines.push(`#define KIND_${name.toUpperCase()} ${code}`);
  for (const [name, code] of Object.entries(VIA)) lines.push(`#define VIA_${name.toUpperCase()} ${code}`);
  for (const [name, row] of rows) lines.push(`#define SYS_${name} ${row.nr}`);
  lines.push("");
  return lines.join("\n");
}

/** tables.h: rows, index and command tables, for marshal.c. */
export function marshallingTables(): string {
  const lines = ["/* Generated from lites/abi/system-calls.ts and commands.ts. */", "static const struct call_row call_rows[] = {"];
  rows.forEach(([name, row]) => {
    const kinds = Object.values(row.args).map((kind) => cKind(name, kind));
    const memory = kinds.some((kind) => kind.code !== "scalar") ? 1 : 0;
    const args = kinds.map((kind) => `{${kindCodes[kind.code]}, ${kind.length}, ${kind.size}, ${kind.limit}}`);
    lines.push(`  {${VIA[row.via ?? "server"]}, ${kinds.length}, ${memory}, {${args.join(", ") || "{0, 0, 0, 0}"}}}, /* ${name} */`);
  });
  lines.push("};", "");
  const linux = rows.filter(([, row]) => row.nr < 0x1000);
  const highest = Math.max(...linux.map(([, row]) => row.nr));
  lines.push(`#define LINUX_CALLS ${highest + 1}`);
  lines.push("/* Row number + 1 by call number; 0 = none. */", "static const unsigned char call_index[LINUX_CALLS] = {");
  rows.forEach(([, row], index) => {
    if (row.nr < 0x1000) lines.push(`  [${row.nr}] = ${index + 1},`);
  });
  lines.push("};", `#define FIRST_EMULATOR_ROW ${linux.length}`, "");
  const direction = { value: 0, in: 1, out: 2, inout: 3 } as const;
  for (const [name, table] of [["ioctl", ioctlCommands], ["fcntl", fcntlCommands]] as const) {
    lines.push(`static const struct command_row ${name}_commands[] = {`);
    for (const [command, row] of Object.entries(table as Record<string, CommandRow>)) {
      if (row.direction !== "value") lines.push(`  {${row.nr >>> 0}u, ${direction[row.direction]}, ${row.size}}, /* ${command} */`);
    }
    lines.push("};");
  }
  lines.push("");
  if (rows.length > 254) throw new Error("call_index needs a wider type");
  return lines.join("\n");
}
