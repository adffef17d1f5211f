/**
 * Traces of other programs: Valgrind's lackey tool (--trace-mem=yes), and plain lists of addresses.
 *
 * Layers beneath: trace.ts, byte-lines.ts. Sources: Valgrind manual, chapter 13 (Lackey); the forms of lists are in
 * docs/traces.md.
 */
import { LineCursor } from "./byte-lines.ts";
import { RecordKind, type Trace, TraceBuilder } from "./trace.ts";
import type { TraceSpool } from "./trace-spool.ts";
import { TraceError } from "./trace-error.ts";

const COMMENT = 35;
const COMMA = 44;
const EQUALS = 61;
const LETTER_I = 73;

/** Letters that tell how an address was accessed. Dinero's digits are read by AddressListReader. */
const ACCESS = new Map<string, number>([
  ["r", RecordKind.READ],
  ["l", RecordKind.READ],
  ["w", RecordKind.WRITE],
  ["s", RecordKind.WRITE],
  ["m", RecordKind.WRITE],
  ["x", RecordKind.FETCH],
  ["i", RecordKind.FETCH],
]);
const KINDS = new Int8Array(256).fill(-1);
for (const [letter, kind] of ACCESS) {
  KINDS[letter.charCodeAt(0)] = kind;
  KINDS[letter.toUpperCase().charCodeAt(0)] = kind;
}
/** Dinero's labels, by RecordKind. */
const DINERO = /^[012]$/;

/** What readers of addresses have in common: one task, whose trace they make. */
class AddressReader {
  protected readonly trace: TraceBuilder;
  protected readonly cursor = new LineCursor();
  protected lineNumber = 0;

  /**
   * @param name of the task
   * @param spool for what is too much for memory
   */
  constructor(pageSize: number, name: string, spool?: TraceSpool) {
    this.trace = new TraceBuilder(pageSize, spool);
    this.trace.task(0, name);
  }

  finish(): Trace {
    return this.trace;
  }

  protected refuse(message: string): never {
    throw new TraceError(this.lineNumber, message);
  }
}

/** Lines as lackey writes them: "I  04001000,3", " L 1ffe,8", " S …", " M …". Instructions are the time; other lines are Valgrind's own. */
export class LackeyReader extends AddressReader {
  private time = -1;

  readonly line = (bytes: Uint8Array, start: number, end: number): void => {
    this.lineNumber++;
    const isFetch = bytes[start] === LETTER_I;
    if (!isFetch && bytes[start] !== 32) {
      if (end > start && bytes[start] !== EQUALS && bytes[start] !== 45) this.fail();
      return;
    }
    const { cursor, trace } = this;
    cursor.open(bytes, start, end);
    cursor.more();
    const kind = KINDS[cursor.peek()] ?? -1;
    cursor.skip();
    cursor.more();
    const address = cursor.hexadecimal();
    const hasSize = cursor.peek() === COMMA;
    cursor.skip();
    const size = cursor.decimal();
    if (kind < 0 || address < 0 || !hasSize || size < 1) this.fail();
    if (isFetch) this.time++;
    const { pageSize } = trace;
    const last = Math.floor((address + size - 1) / pageSize);
    for (let page = Math.floor(address / pageSize); page <= last; page++) trace.append(Math.max(0, this.time), 0, page, kind);
  };

  private fail(): never {
    this.refuse("this is no line of Valgrind's lackey");
  }
}

/**
 * A list of hexadecimal addresses, one a line, each with a letter (r w x, l s m i) before or behind it, or one of Dinero's labels
 * (0 1 2) before it, or alone: a read. The line number among addresses is the time.
 */
export class AddressListReader extends AddressReader {
  private time = 0;

  readonly line = (bytes: Uint8Array, start: number, end: number): void => {
    this.lineNumber++;
    const { cursor } = this;
    cursor.open(bytes, start, end);
    if (!cursor.more() || cursor.peek() === COMMENT) return;
    const [first = "", second, ...others] = cursor
      .rest()
      .toLowerCase()
      .split(/[\s,]+/);
    if (others.length > 0) this.fail();
    if (second === undefined) this.reference(first, RecordKind.READ);
    else if (ACCESS.has(first)) this.reference(second, ACCESS.get(first)!);
    else if (ACCESS.has(second)) this.reference(first, ACCESS.get(second)!);
    else if (DINERO.test(first)) this.reference(second, Number(first));
    else this.fail();
  };

  private reference(address: string, kind: number): void {
    if (!/^(0x)?[0-9a-f]{1,16}$/.test(address)) this.fail();
    const value = Number.parseInt(address, 16);
    this.trace.append(this.time++, 0, Math.floor(value / this.trace.pageSize), kind);
  }

  private fail(): never {
    this.refuse("this is no address with or without the kind of access");
  }
}
