/**
 * Line discipline: what a terminal makes of typed bytes and of written ones. Pure: knows no processes and no device.
 *
 * Input goes to the line being edited (canonical mode) and from there, complete, to the queue of segments that readers
 * take from; in raw mode directly to the queue. Source: POSIX general terminal interface (base definitions 11); where
 * POSIX leaves freedom, as Linux's N_TTY.
 */
import { SIGINT, SIGQUIT, SIGTSTP } from "../abi/signals.ts";
import * as T from "../abi/termios.ts";

/** What the discipline makes happen. */
export interface LineDisciplineHooks {
  /** Echo, already processed as output. */
  echo(bytes: Uint8Array): void;
  /** A signal character was typed. */
  signal(signal: number): void;
  /** Output that is not sent yet is to be thrown away. */
  flushOutput(): void;
  /** ^S and ^Q. */
  setStopped(stopped: boolean): void;
}

/** Bytes that wait for readers, the line being edited included. */
export const INPUT_CAPACITY = 4096;

const NEWLINE = 10;
const RETURN = 13;
const TAB = 9;
const BACKSPACE = 8;
const DELETE = 0x7f;

const isControl = (byte: number): boolean => byte < 32 || byte === DELETE;
const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
const isWordCharacter = (byte: number): boolean => byte >= 0x80 || /[0-9A-Za-z_]/.test(String.fromCharCode(byte));

export class LineDiscipline {
  private settings = T.defaultTermios();
  private readonly hooks: LineDisciplineHooks;
  /** Canonical mode: whole lines (an empty one is an end of file). Raw mode: bytes as they came. */
  private segments: Uint8Array[] = [];
  private edited: number[] = [];
  private queued = 0;
  /** The next character is taken literally. */
  private literal = false;
  private stopped = false;
  /** Column of the cursor, and of the start of the edited line's echo. */
  private column = 0;
  private editColumn = 0;
  private echoed: number[] = [];

  constructor(hooks: LineDisciplineHooks) {
    this.hooks = hooks;
  }

  get termios(): T.Termios {
    return { ...this.settings, c_cc: this.settings.c_cc.slice() };
  }

  get canonical(): boolean {
    return (this.settings.c_lflag & T.ICANON) !== 0;
  }

  /** Raw mode's c_cc values for readers. */
  get minimum(): number {
    return this.settings.c_cc[T.VMIN]!;
  }

  /** Tenths of a second. */
  get timeout(): number {
    return this.settings.c_cc[T.VTIME]!;
  }

  get stopsBackgroundOutput(): boolean {
    return (this.settings.c_lflag & T.TOSTOP) !== 0;
  }

  get outputStopped(): boolean {
    return this.stopped;
  }

  setTermios(termios: T.Termios): void {
    const wasCanonical = this.canonical;
    this.settings = { ...termios, c_cc: termios.c_cc.slice() };
    if (wasCanonical !== this.canonical) {
      // What was typed stays readable: all of it at once.
      const all = [...this.segments, Uint8Array.from(this.edited)].filter((segment) => segment.length > 0);
      this.edited = [];
      this.segments = all.length > 0 ? [concatenate(all)] : [];
      this.queued = this.segments[0]?.length ?? 0;
    }
    if (!(termios.c_iflag & T.IXON) && this.stopped) this.setStopped(false);
  }

  /** Output passes unchanged from now on (OPOST off). */
  passOutput(): void {
    this.settings.c_oflag &= ~T.OPOST;
  }

  setStopped(stopped: boolean): void {
    this.stopped = stopped;
    this.hooks.setStopped(stopped);
  }

  // Reading.

  /** Bytes for a reader now: of the first line, or all in raw mode. */
  get available(): number {
    return this.canonical ? (this.segments[0]?.length ?? 0) : this.queued;
  }

  /** Whether a read would return: a line or end of file, or the wanted number of bytes in raw mode. */
  readable(wanted: number): boolean {
    return this.canonical ? this.segments.length > 0 : this.queued >= wanted;
  }

  /** Takes input for a reader: in canonical mode of one line at most; empty means end of file there. */
  take(count: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let left = count;
    while (this.segments.length > 0) {
      const segment = this.segments[0]!;
      const part = segment.subarray(0, left);
      parts.push(part);
      left -= part.length;
      if (part.length < segment.length) this.segments[0] = segment.subarray(part.length);
      else this.segments.shift();
      if (this.canonical || left === 0) break;
    }
    const taken = concatenate(parts);
    this.queued -= taken.length;
    return taken;
  }

  flushInput(): void {
    this.segments = [];
    this.edited = [];
    this.queued = 0;
    this.literal = false;
  }

  // Input.

  /** Bytes from the device. Returns how many were taken: the rest is to be offered again when a reader made room. */
  input(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && this.hasRoom) this.inputByte(bytes[taken++]!);
    if (!this.canonical && this.edited.length > 0) this.completeLine();
    this.flushEcho();
    return taken;
  }

  /** A full line without its end must still take the end (and signals): what does not fit is dropped then. */
  private get hasRoom(): boolean {
    return !this.isFull || (this.canonical && this.segments.length === 0);
  }

  /** Full but for the end of the line. */
  private get isFull(): boolean {
    return this.queued + this.edited.length >= INPUT_CAPACITY - 1;
  }

  private inputByte(typed: number): void {
    const { c_iflag, c_lflag, c_cc } = this.settings;
    let byte = c_iflag & T.ISTRIP ? typed & 0x7f : typed;
    if (c_iflag & T.IUCLC && c_lflag & T.IEXTEN && byte >= 65 && byte <= 90) byte += 32;
    if (this.literal) {
      this.literal = false;
      this.ordinary(byte);
      return;
    }
    const is = (place: number) => byte !== 0 && byte === c_cc[place];
    if (c_iflag & T.IXON) {
      if (is(T.VSTART)) return this.setStopped(false);
      if (is(T.VSTOP)) return this.setStopped(true);
      if (this.stopped && c_iflag & T.IXANY) this.setStopped(false);
    }
    if (c_lflag & T.ISIG) {
      if (is(T.VINTR)) return this.signal(SIGINT, byte);
      if (is(T.VQUIT)) return this.signal(SIGQUIT, byte);
      if (is(T.VSUSP)) return this.signal(SIGTSTP, byte);
    }
    if (byte === RETURN) {
      if (c_iflag & T.IGNCR) return;
      if (c_iflag & T.ICRNL) byte = NEWLINE;
    } else if (byte === NEWLINE && c_iflag & T.INLCR) byte = RETURN;
    if (c_lflag & T.ICANON) this.canonicalByte(byte);
    else this.ordinary(byte);
  }

  private canonicalByte(byte: number): void {
    const { c_lflag, c_cc } = this.settings;
    const extended = (c_lflag & T.IEXTEN) !== 0;
    const is = (place: number) => byte !== 0 && byte === c_cc[place];
    if (is(T.VERASE)) this.eraseCharacter();
    else if (is(T.VKILL)) this.eraseLine();
    else if (extended && is(T.VWERASE)) this.eraseWord();
    else if (extended && is(T.VLNEXT)) {
      this.literal = true;
      if (c_lflag & T.ECHO && c_lflag & T.ECHOCTL) this.emit(0x5e, BACKSPACE);
    } else if (extended && c_lflag & T.ECHO && is(T.VREPRINT)) this.reprint(byte);
    else if (byte === NEWLINE) {
      if (c_lflag & (T.ECHO | T.ECHONL)) this.emit(NEWLINE);
      this.edited.push(byte);
      this.completeLine();
    } else if (is(T.VEOF)) this.completeLine();
    else {
      this.ordinary(byte);
      if (is(T.VEOL) || (extended && is(T.VEOL2))) this.completeLine();
    }
  }

  private ordinary(byte: number): void {
    if (this.isFull) {
      if (this.settings.c_iflag & T.IMAXBEL) this.emit(7);
      return;
    }
    if (this.edited.length === 0) this.editColumn = this.column;
    if (this.settings.c_lflag & T.ECHO) this.echoByte(byte);
    this.edited.push(byte);
  }

  private completeLine(): void {
    this.segments.push(Uint8Array.from(this.edited));
    this.queued += this.edited.length;
    this.edited = [];
  }

  private signal(signal: number, byte: number): void {
    const { c_iflag, c_lflag } = this.settings;
    if (!(c_lflag & T.NOFLSH)) {
      this.flushInput();
      this.echoed = [];
      this.hooks.flushOutput();
    }
    if (c_iflag & T.IXON && this.stopped) this.setStopped(false);
    if (c_lflag & T.ECHO) this.echoByte(byte);
    this.flushEcho();
    this.hooks.signal(signal);
  }

  // Erasing.

  private eraseCharacter(): void {
    const { c_lflag } = this.settings;
    const erased = this.removeCharacter();
    if (erased === undefined || !(c_lflag & T.ECHO)) return;
    if (c_lflag & T.ECHOE) this.rubOut(erased);
    else this.echoByte(this.settings.c_cc[T.VERASE]!);
  }

  private eraseWord(): void {
    let inWord = false;
    for (let last = this.edited.at(-1); last !== undefined; last = this.edited.at(-1)) {
      if (isWordCharacter(last)) inWord = true;
      else if (inWord) break;
      const erased = this.removeCharacter()!;
      if (this.settings.c_lflag & T.ECHO) this.rubOut(erased);
    }
  }

  private eraseLine(): void {
    const { c_lflag, c_cc } = this.settings;
    const visibly = T.ECHO | T.ECHOK | T.ECHOKE | T.ECHOE;
    if ((c_lflag & visibly) === visibly) {
      for (let erased = this.removeCharacter(); erased !== undefined; erased = this.removeCharacter()) this.rubOut(erased);
      return;
    }
    if (this.edited.length === 0) return;
    this.edited = [];
    if (!(c_lflag & T.ECHO)) return;
    this.echoByte(c_cc[T.VKILL]!);
    if (c_lflag & T.ECHOK) this.emit(NEWLINE);
  }

  /** Takes the last character off the line: one byte, or a whole UTF-8 sequence. Returns its first byte. */
  private removeCharacter(): number | undefined {
    let byte = this.edited.pop();
    if (!(this.settings.c_iflag & T.IUTF8)) return byte;
    while (byte !== undefined && isContinuation(byte) && this.edited.length > 0) byte = this.edited.pop();
    return byte;
  }

  /** Removes the echo of a character that was just taken off the line. */
  private rubOut(erased: number): void {
    const echoesControls = (this.settings.c_lflag & T.ECHOCTL) !== 0;
    let columns = 1;
    if (erased === TAB) {
      columns = this.column - this.columnAfterEdited();
      for (let i = 0; i < columns; i++) this.emit(BACKSPACE);
      return;
    }
    if (isControl(erased)) columns = echoesControls ? 2 : 0;
    for (let i = 0; i < columns; i++) this.emit(BACKSPACE, 0x20, BACKSPACE);
  }

  private columnAfterEdited(): number {
    const echoesControls = (this.settings.c_lflag & T.ECHOCTL) !== 0;
    let column = this.editColumn;
    for (const byte of this.edited) {
      if (byte === TAB) column = (column | 7) + 1;
      else if (isControl(byte)) column += echoesControls ? 2 : 0;
      else if (!(this.settings.c_iflag & T.IUTF8 && isContinuation(byte))) column++;
    }
    return column;
  }

  private reprint(byte: number): void {
    this.echoByte(byte);
    this.emit(NEWLINE);
    this.editColumn = 0;
    for (const typed of this.edited) this.echoByte(typed);
  }

  // Output.

  /** Echo of a typed byte: control characters as ^X with ECHOCTL. */
  private echoByte(byte: number): void {
    if (this.settings.c_lflag & T.ECHOCTL && isControl(byte) && byte !== TAB && byte !== NEWLINE) this.emit(0x5e, byte ^ 0x40);
    else this.emit(byte);
  }

  private emit(...bytes: number[]): void {
    for (const byte of bytes) this.process(byte, this.echoed);
  }

  private flushEcho(): void {
    if (this.echoed.length === 0) return;
    const bytes = Uint8Array.from(this.echoed);
    this.echoed = [];
    this.hooks.echo(bytes);
  }

  /** Output as the device gets it. */
  output(data: Uint8Array): Uint8Array {
    const processed: number[] = [];
    for (const byte of data) this.process(byte, processed);
    return Uint8Array.from(processed);
  }

  private process(byte: number, into: number[]): void {
    const { c_oflag } = this.settings;
    if (c_oflag & T.OPOST) {
      if (byte === NEWLINE) {
        if (c_oflag & T.ONLCR) into.push(RETURN);
        if (c_oflag & (T.ONLCR | T.ONLRET)) this.column = 0;
      } else if (byte === RETURN) {
        if (c_oflag & T.ONOCR && this.column === 0) return;
        if (c_oflag & T.OCRNL) {
          into.push(NEWLINE);
          if (c_oflag & T.ONLRET) this.column = 0;
          return;
        }
      } else if (byte === TAB && (c_oflag & T.TABDLY) === T.XTABS) {
        do into.push(0x20);
        while (++this.column & 7);
        return;
      } else if (c_oflag & T.OLCUC && byte >= 97 && byte <= 122) {
        this.process(byte - 32, into);
        return;
      }
    }
    this.move(byte);
    into.push(byte);
  }

  /** Follows the cursor. */
  private move(byte: number): void {
    if (byte === RETURN) this.column = 0;
    else if (byte === BACKSPACE) this.column = Math.max(0, this.column - 1);
    else if (byte === TAB) this.column = (this.column | 7) + 1;
    else if (!isControl(byte) && !(this.settings.c_iflag & T.IUTF8 && isContinuation(byte))) this.column++;
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!.slice();
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
