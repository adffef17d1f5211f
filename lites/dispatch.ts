/**
 * From messages to handler calls: rows of the system-call table found by number, arguments decoded by kind, results
 * encoded. Whatever a process sends ends in an errno at worst. Layout of the messages: docs/architecture.md.
 */
import { fcntlCommands, ioctlCommands, type CommandRow } from "./abi/commands.ts";
import { EINVAL, ENOSYS, EPROBE, UnixError } from "./abi/errno.ts";
import {
  emulatorCalls,
  type Kind,
  MEMORY_FLAGS_WORD,
  MemoryFlag,
  type SystemCallRow,
  systemCalls,
  TRANSFER_LIMIT,
} from "./abi/system-calls.ts";
import type { Op } from "./activation.ts";
import { type ArgumentsOf, type CommandArgument, InOutBuffer, OutBuffer, UNREADABLE, UNREADABLE_STRINGS } from "./arguments.ts";
import { OVERLONG_PATH, UNREADABLE_PATH } from "./bad-path.ts";
import type { UnixProcess } from "./process/unix-process.ts";
import type { UnixThread } from "./process/unix-thread.ts";
import { decodeText } from "./text.ts";

type Rows = typeof systemCalls & typeof emulatorCalls;

/** As Handlers of arguments.ts, for handlers that need the whole process and thread. */
export type UnixHandlers = {
  [N in keyof Rows]?: (process: UnixProcess, args: ArgumentsOf<Rows[N]>, thread: UnixThread) => number | Op<number>;
};

export type Argument = number | string | readonly string[] | Uint8Array | OutBuffer | CommandArgument | undefined;

/** A request as it came. */
export interface Request {
  readonly words: readonly number[];
  readonly strings: readonly Uint8Array[];
  /** Sizes of the buffers that the process offers for the answer. */
  readonly offers: readonly number[];
}

/** What is known of a process's memory. */
export interface KnownMemory {
  /** Whether all of a range can surely be written. */
  isWritable(start: number, end: number): boolean;
}

/** A decoded call: what a handler gets, and the buffers whose content is the answer. */
export interface DecodedCall {
  readonly args: Record<string, Argument>;
  readonly outputs: readonly OutBuffer[];
}

type AnyHandler = (process: UnixProcess, args: Record<string, Argument>, thread: UnixThread) => number | Op<number>;

/** Kinds of arguments that are just the word of their register. */
type NumberKind = Extract<Kind, { readonly kind: "int" | "uint" | "fd" | "pid" | "address" | "flags" | "mode" | "signal" | "added" }>;
type MemoryKind = Exclude<Kind, NumberKind>;

const signedKinds: Readonly<Record<NumberKind["kind"], boolean>> = {
  int: true,
  uint: false,
  fd: true,
  pid: true,
  address: false,
  flags: false,
  mode: false,
  signal: true,
  added: false,
};

/** An argument of a call: a number, or what travels beside the words. */
interface Parameter {
  readonly name: string;
  readonly isSigned: boolean;
  readonly memory: MemoryKind | undefined;
}

/** A row, prepared for requests. */
export interface CallEntry {
  readonly name: string;
  readonly row: SystemCallRow;
  readonly handler: AnyHandler | undefined;
  /** In the order of the registers. */
  readonly parameters: readonly Parameter[];
  readonly checks: readonly ValueCheck[];
  /** Whether the message has nothing but words. */
  readonly isPlain: boolean;
}

const PATH_LIMIT = 4096;
const NO_BYTES = new Uint8Array(0);
const STRING_ARRAY_LIMIT = 1 << 20;

const ioctlRows: ReadonlyMap<number, CommandRow> = new Map(Object.values(ioctlCommands).map((row) => [row.nr, row]));
const fcntlRows: ReadonlyMap<number, CommandRow> = new Map(Object.values(fcntlCommands).map((row) => [row.nr, row]));

/** What a call refuses before it looks at anything else, as its row has it. */
interface ValueCheck {
  /** The argument's word in the message. */
  readonly word: number;
  /** Bits that no value may have. */
  readonly unknown: number;
  readonly least: number;
}

const isNumber = (kind: Kind): kind is NumberKind => kind.kind in signedKinds;

const parameterOf = (name: string, kind: Kind): Parameter =>
  isNumber(kind) ? { name, isSigned: signedKinds[kind.kind], memory: undefined } : { name, isSigned: false, memory: kind };

function checksOf({ args }: SystemCallRow): ValueCheck[] {
  return Object.values(args).flatMap((kind, index) => {
    if (!isNumber(kind)) return [];
    const { known = -1, least = -Infinity } = kind as { known?: number; least?: number };
    return known === -1 && least === -Infinity ? [] : [{ word: index + 1, unknown: ~known, least }];
  });
}

export class Dispatcher {
  /** By number. */
  private readonly entries: (CallEntry | undefined)[] = [];

  /** Later handlers win over earlier ones of the same name. */
  constructor(...handlerSets: UnixHandlers[]) {
    const handlers: Record<string, AnyHandler | undefined> = Object.assign({}, ...handlerSets);
    const rows: Record<string, SystemCallRow> = { ...systemCalls, ...emulatorCalls };
    for (const name in rows) {
      const row = rows[name]!;
      const parameters = Object.entries(row.args).map(([argument, kind]) => parameterOf(argument, kind));
      const isPlain = parameters.every(({ memory }) => memory === undefined);
      while (this.entries.length <= row.nr) this.entries.push(undefined);
      this.entries[row.nr] = { name, row, handler: handlers[name], parameters, checks: checksOf(row), isPlain };
    }
  }

  find(nr: number): CallEntry | undefined {
    return nr < this.entries.length ? this.entries[nr] : undefined;
  }

  /** Calls of the table that nobody handles, and that the emulation library does not answer itself. */
  unhandled(): string[] {
    return this.entries.flatMap((entry) => (entry && !entry.handler && entry.row.via === undefined ? [entry.name] : []));
  }
}

/** Takes strings and offers of a request in the order of the arguments. */
class Parts {
  private readonly request: Request;
  private readonly memory: KnownMemory | undefined;
  private nextString = 0;
  private nextOffer = 0;
  readonly outputs: OutBuffer[] = [];

  constructor(request: Request, memory: KnownMemory | undefined) {
    this.request = request;
    this.memory = memory;
  }

  /** The next string, if the message has one. */
  string(): Uint8Array | undefined {
    return this.request.strings[this.nextString++];
  }

  /** The bytes of the next string if they are as many as there should be. */
  bytes(length: number): Uint8Array {
    const string = this.string();
    return string?.length === length ? string : UNREADABLE;
  }

  /** Room of the next answer buffer. */
  offer(): number {
    return this.request.offers[this.nextOffer++] ?? 0;
  }

  output<T extends OutBuffer>(buffer: T): T {
    this.outputs.push(buffer);
    return buffer;
  }

  /** @throws EPROBE when a buffer that is offered in full may be bad */
  checkOffer(address: number, length: number, offer: number): void {
    if (offer < length || this.memory === undefined) return;
    if ((this.request.words[MEMORY_FLAGS_WORD] ?? 0) & MemoryFlag.PROBED) return;
    if (!this.memory.isWritable(address, address + length)) throw EPROBE;
  }
}

const NO_PARTS = new Parts({ words: [], strings: [], offers: [] }, undefined);

/**
 * @param memory of the process; undefined: what it offers is believed
 * @throws EINVAL for values that the row refuses; EPROBE
 */
export function decodeCall({ name, parameters, checks, isPlain }: CallEntry, request: Request, memory?: KnownMemory): DecodedCall {
  const { words } = request;
  for (const { word, unknown, least } of checks) {
    const value = (words[word] ?? 0) | 0;
    if (value & unknown || value < least) throw EINVAL;
  }
  const parts = isPlain ? NO_PARTS : new Parts(request, memory);
  const args: Record<string, Argument> = {};
  const bad = words[MEMORY_FLAGS_WORD] ?? 0;
  let previous = 0;
  for (let index = 0; index < parameters.length; index++) {
    const { name: argument, isSigned, memory: kind } = parameters[index]!;
    const word = index + 1 < words.length ? words[index + 1]! >>> 0 : 0;
    if (kind !== undefined) {
      const isBad = (bad & (MemoryFlag.BAD_ARGUMENT << index)) !== 0;
      args[argument] = decodeMemory(kind, word, isBad, request, parts, name, previous);
    } else args[argument] = isSigned ? word | 0 : word;
    previous = word;
  }
  return { args, outputs: parts.outputs };
}

function decodeMemory(
  kind: MemoryKind,
  word: number,
  isBad: boolean,
  request: Request,
  parts: Parts,
  name: string,
  previous: number,
): Argument {
  switch (kind.kind) {
    case "path":
    case "string":
      return decodeString(isBad ? 0 : word, parts.string());
    case "optionalPath": {
      const bytes = parts.string();
      if (isBad) return UNREADABLE_PATH;
      return word === 0 ? undefined : decodeString(word, bytes);
    }
    case "stringArray":
      return decodeStringArray(isBad ? undefined : parts.string());
    case "in":
      return decodeFixed(word, parts, kind);
    case "out": {
      const offer = parts.offer();
      const output = parts.output(new OutBuffer(Math.min(offer, kind.size), kind.size));
      return word === 0 && kind.optional ? undefined : output;
    }
    case "inout": {
      const input = decodeFixed(word, parts, kind);
      const offer = parts.offer();
      if (input !== undefined) return parts.output(new InOutBuffer(input, Math.min(offer, kind.size), kind.size));
      parts.output(new OutBuffer(0));
      return undefined;
    }
    case "inBytes": {
      const length = lengthOf(kind, request);
      if (!kind.partial) return parts.bytes(length);
      return (parts.string() ?? NO_BYTES).subarray(0, length);
    }
    case "outBytes": {
      const length = lengthOf(kind, request);
      const offer = parts.offer();
      if (kind.partial) parts.checkOffer(word, length, offer);
      return parts.output(new OutBuffer(Math.min(length, offer), length));
    }
    case "inoutBytes": {
      const length = lengthOf(kind, request);
      const input = parts.bytes(length);
      return parts.output(new InOutBuffer(input, Math.min(parts.offer(), length), length));
    }
    case "inVector":
      return limited(parts.string() ?? NO_BYTES);
    case "outVector":
      return parts.output(new OutBuffer(Math.min(parts.offer(), TRANSFER_LIMIT)));
    case "command":
      return decodeCommand(word, (name === "ioctl" ? ioctlRows : fcntlRows).get(previous), parts);
  }
}

/** Bytes that a length argument asks for, within the limit of one message. */
function lengthOf(kind: { length: number; unit: number; limit: number }, request: Request): number {
  const count = (request.words[1 + kind.length] ?? 0) >>> 0;
  return Math.min(count, Math.floor(kind.limit / kind.unit)) * kind.unit;
}

function decodeString(word: number, bytes: Uint8Array | undefined): string {
  if (word === 0 || bytes === undefined) return UNREADABLE_PATH;
  if (bytes.length >= PATH_LIMIT) return OVERLONG_PATH;
  if (bytes.includes(0)) throw EINVAL;
  return decodeText(bytes);
}

function decodeStringArray(bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return UNREADABLE_STRINGS;
  if (bytes.length > STRING_ARRAY_LIMIT) throw EINVAL;
  if (bytes.length > 0 && bytes[bytes.length - 1] !== 0) throw EINVAL;
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    strings.push(decodeText(bytes.subarray(start, end)));
    start = end + 1;
  }
  return strings;
}

function decodeFixed(word: number, parts: Parts, kind: { size: number; optional: boolean }): Uint8Array | undefined {
  const bytes = parts.bytes(kind.size);
  return word === 0 && kind.optional ? undefined : bytes;
}

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > TRANSFER_LIMIT) throw EINVAL;
  return bytes;
}

function decodeCommand(value: number, row: CommandRow | undefined, parts: Parts): CommandArgument {
  const argument: CommandArgument = { value, input: undefined, output: undefined };
  if (row === undefined || row.direction === "value") return argument;
  if (row.direction !== "out") argument.input = parts.bytes(row.size);
  if (row.direction !== "in") argument.output = parts.output(new OutBuffer(Math.min(parts.offer(), row.size), row.size));
  return argument;
}

/** Whether all that handlers have put into the output buffers can be stored. */
export const fit = (outputs: readonly OutBuffer[]): boolean =>
  outputs.every(({ data, capacity }) => data === undefined || data.length <= capacity);

/** The answer's strings: what handlers put into the output buffers, never more than their room. */
export function encodeOutputs(outputs: readonly OutBuffer[]): Uint8Array[] {
  return outputs.map(({ data, capacity }) => (data === undefined || data.length > capacity ? NO_BYTES : data));
}

/** The negative result that an exception of a handler stands for; undefined when it is no errno but a bug. */
export function errnoOf(error: unknown): number | undefined {
  return error instanceof UnixError ? -error.errno : undefined;
}

export const NOT_IMPLEMENTED = -ENOSYS.errno;
