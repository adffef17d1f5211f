/**
 * Lines of a text that comes in pieces of bytes, and numbers in them, without making strings.
 *
 * Layer beneath: none.
 */

const NEWLINE = 10;
const SPACE = 32;
const TAB = 9;
const CARRIAGE_RETURN = 13;

/** A reader of lines. The bytes from `start` to `end` are valid during the call only. */
export type LineReader = (bytes: Uint8Array, start: number, end: number) => void;

/** Cuts pieces into lines. Lines do not contain their end. */
export class LineCutter {
  private rest: Uint8Array = new Uint8Array(0);
  private readonly line: LineReader;

  constructor(line: LineReader) {
    this.line = line;
  }

  piece(bytes: Uint8Array): void {
    let start = 0;
    let end = bytes.indexOf(NEWLINE);
    if (end >= 0 && this.rest.length > 0) {
      const whole = join(this.rest, bytes.subarray(0, end));
      this.rest = new Uint8Array(0);
      this.line(whole, 0, whole.length);
      start = end + 1;
      end = bytes.indexOf(NEWLINE, start);
    }
    for (; end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.line(bytes, start, end);
      start = end + 1;
    }
    this.rest = join(this.rest, bytes.subarray(start));
  }

  /** The last line may lack its end. */
  finish(): void {
    if (this.rest.length > 0) this.line(this.rest, 0, this.rest.length);
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;

/** Goes through one line, field by field. */
export class LineCursor {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Skips blanks; whether there is something behind them. */
  more(): boolean {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end && isBlank(bytes[at]!)) at++;
    this.at = at;
    return at < end;
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1;
  }

  skip(): void {
    this.at++;
  }

  /** Skips one byte if a blank follows it; whether it did. */
  takeLetter(): boolean {
    const next = this.at + 1 < this.end ? this.bytes[this.at + 1] : -1;
    if (next !== SPACE && next !== TAB) return false;
    this.at++;
    return true;
  }

  /** A number in decimal digits, to the end of the field; -1 when there is something else. */
  decimal(): number {
    const { bytes, end } = this;
    const start = this.at;
    let value = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.at = at;
    return at === start || (at < end && !isBlank(bytes[at]!)) ? -1 : value;
  }

  /** A number in hexadecimal digits, with or without 0x; -1 when there is none. */
  hexadecimal(): number {
    const { bytes, end } = this;
    let start = this.at;
    if (bytes[start] === 48 && start + 1 < end && (bytes[start + 1]! | 32) === 120) start += 2;
    let value = 0;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      let digit = byte - 48;
      if (digit > 9) digit = (byte | 32) - 87;
      if (digit < 0 || digit > 15 || (digit < 10 && byte > 57)) break;
      value = value * 16 + digit;
    }
    this.at = at;
    return at === start ? -1 : value;
  }

  /** What is left of the line, without blanks around it. */
  rest(): string {
    return new TextDecoder().decode(this.bytes.subarray(this.at, this.end)).trim();
  }
}
