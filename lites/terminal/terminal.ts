/**
 * A terminal: the inode that joins a line discipline, a device underneath and the job control of a session.
 *
 * Devices: channel ports (channel-terminal.ts), pseudo terminals' masters (pseudo-terminal.ts). Source: POSIX general
 * terminal interface; Linux tty_ioctl(4).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { ioctlCommands } from "../abi/commands.ts";
import { EAGAIN, EINVAL, EIO, ENOTTY, EPERM, ERESTARTSYS, ESRCH } from "../abi/errno.ts";
import { S_IFCHR } from "../abi/file-mode.ts";
import { O_NOCTTY } from "../abi/open-flags.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { SIGWINCH } from "../abi/signals.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import * as T from "../abi/termios.ts";
import type { CommandArgument } from "../arguments.ts";
import type { ProcessSource } from "../filesystems/process-source.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import { intBytes } from "../stream-control.ts";
import { type File, type Opening, type Readiness, StreamFile } from "../vfs/file.ts";
import { MemoryInode } from "../vfs/inode.ts";
import { TerminalSession } from "./job-control.ts";
import { LineDiscipline } from "./line-discipline.ts";

/** The lower side of a terminal. */
export interface TerminalDevice {
  /** Bytes that may be written now. */
  readonly room: number;
  /** Bytes written but not yet taken by the other side. */
  readonly pending: number;
  /** Woken when room grows or everything was taken. */
  readonly drained: WaitQueue;
  /** Takes output; echo may exceed `room`. */
  send(bytes: Uint8Array): void;
  /** Throws away what is pending. */
  flush(): void;
  /** ^S and ^Q: holds output back. */
  setStopped(stopped: boolean): void;
  /** A reader took input: the line discipline takes more. */
  inputTaken(): void;
  /** The last open file of the terminal was closed. */
  lastClose(): void;
  /** It is neither open nor anybody's controlling terminal any more. */
  abandoned(): void;
}

/** What all terminals of a system share. */
export interface TerminalSurroundings {
  processes: ProcessSource;
  signals: SignalSink;
  /** Machine time in nanoseconds, and Unix time. */
  now(): number;
  nowNs(): bigint;
}

export interface TerminalIdentity {
  /** st_rdev. */
  device: number;
  mode: number;
  /** st_dev: of the file system of devices. */
  fileSystemDevice: number;
}

const { TCGETS, TCSETS, TCSETSW, TCSETSF, TCSBRK, TCXONC, TCFLSH, TIOCSCTTY, TIOCGPGRP, TIOCSPGRP, TIOCOUTQ } = ioctlCommands;
const { TIOCSTI, TIOCGWINSZ, TIOCSWINSZ, FIONREAD, TIOCNOTTY, TIOCGSID } = ioctlCommands;
const TENTH_OF_SECOND_NS = 100_000_000;

export class Terminal extends MemoryInode {
  readonly fileSystem = undefined;
  readonly discipline: LineDiscipline;
  readonly session: TerminalSession;
  /** Woken when input or a hang-up comes. */
  readonly inputReady = new WaitQueue(PollEvent.IN);
  private readonly device: TerminalDevice;
  private readonly surroundings: TerminalSurroundings;
  private windowSize: { ws_row: number; ws_col: number; ws_xpixel: number; ws_ypixel: number };
  private opens = 0;
  private hungUp = false;

  constructor(device: TerminalDevice, surroundings: TerminalSurroundings, identity: TerminalIdentity, size = { rows: 0, columns: 0 }) {
    const { fileSystemDevice: dev, device: rdev, mode } = identity;
    super({ dev, mode: S_IFCHR | mode, rdev, blockSize: 1024 }, surroundings.nowNs());
    this.device = device;
    this.surroundings = surroundings;
    this.session = new TerminalSession(surroundings.processes, surroundings.signals, () => this.checkAbandoned());
    this.windowSize = { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
    this.discipline = new LineDiscipline({
      echo: (bytes) => device.send(bytes),
      signal: (signal) => this.session.signalForeground(signal),
      flushOutput: () => device.flush(),
      setStopped: (stopped) => device.setStopped(stopped),
    });
  }

  get isHungUp(): boolean {
    return this.hungUp;
  }

  get isOpen(): boolean {
    return this.opens > 0;
  }

  // The device's side.

  /** Typed bytes; returns how many were taken. */
  input(bytes: Uint8Array): number {
    if (this.hungUp) return bytes.length;
    const taken = this.discipline.input(bytes);
    this.inputReady.wakeAll();
    return taken;
  }

  /** The other side is gone for good. */
  hangUp(): void {
    if (this.hungUp) return;
    this.hungUp = true;
    this.device.flush();
    this.session.hangUp();
    this.inputReady.wakeAll();
    this.device.drained.wakeAll();
  }

  /** The window has a new size: the foreground group gets SIGWINCH. */
  resize(rows: number, columns: number, xPixels = 0, yPixels = 0): void {
    const size = { ws_row: rows, ws_col: columns, ws_xpixel: xPixels, ws_ypixel: yPixels };
    const old = this.windowSize;
    if (old.ws_row === rows && old.ws_col === columns && old.ws_xpixel === xPixels && old.ws_ypixel === yPixels) return;
    this.windowSize = size;
    this.session.signalForeground(SIGWINCH);
  }

  // The side of open files.

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
  override *open(process: Process, opening: Opening): Op<TerminalFile> {
    if (this.hungUp) throw EIO;
    return this.newFile(process, opening);
  }

  /** A session leader without terminal takes this one, unless O_NOCTTY is given, and if it is free. */
  newFile(process: Process, opening: Opening): TerminalFile {
    const file = new TerminalFile(this, opening);
    this.opens++;
    const isFree = this.session.session === undefined && process.terminal === undefined;
    if (!(opening.flags & O_NOCTTY) && isFree && process.session === process.pid) this.session.acquire(process, this);
    return file;
  }

  fileClosed(): void {
    if (--this.opens > 0) return;
    this.device.lastClose();
    this.checkAbandoned();
  }

  private checkAbandoned(): void {
    if (this.opens === 0 && this.session.session === undefined) this.device.abandoned();
  }

  *read(process: Process, file: File, count: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    let deadlineNs = Number.POSITIVE_INFINITY;
    const { discipline, surroundings } = this;
    const tenths = discipline.canonical ? 0 : discipline.timeout;
    if (tenths > 0 && (discipline.minimum === 0 || discipline.available > 0)) deadlineNs = surroundings.now() + tenths * TENTH_OF_SECOND_NS;
    for (;;) {
      this.session.checkRead(process, this);
      if (this.hungUp) return new Uint8Array(0);
      const wanted = Math.min(count, Math.max(1, discipline.minimum));
      const pollsOnly = !discipline.canonical && discipline.minimum === 0 && tenths === 0;
      if (discipline.readable(wanted) || pollsOnly) return this.takeInput(count);
      if (file.nonblocking) {
        if (!discipline.canonical && discipline.available > 0) return this.takeInput(count);
        throw EAGAIN;
      }
      const before = discipline.available;
      const reason = yield* sleepOn(this.inputReady, { deadlineNs });
      if (reason === "interrupted") {
        if (!discipline.canonical && discipline.available > 0) return this.takeInput(count);
        throw ERESTARTSYS;
      }
      if (reason === "timeout") return this.takeInput(count);
      // Between bytes: the clock starts anew with each one.
      if (tenths > 0 && discipline.minimum > 0 && discipline.available > before) {
        deadlineNs = surroundings.now() + tenths * TENTH_OF_SECOND_NS;
      }
    }
  }

  private takeInput(count: number): Uint8Array {
    const bytes = this.discipline.take(count);
    this.device.inputTaken();
    return bytes;
  }

  *write(process: Process, file: File, data: Uint8Array): Op<number> {
    if (this.discipline.stopsBackgroundOutput) this.session.checkChange(process, this);
    let written = 0;
    while (written < data.length) {
      if (this.hungUp) throw EIO;
      const room = this.discipline.outputStopped ? 0 : this.device.room;
      if (room > 0) {
        const part = data.subarray(written, written + room);
        this.device.send(this.discipline.output(part));
        written += part.length;
        continue;
      }
      if (file.nonblocking) {
        if (written > 0) return written;
        throw EAGAIN;
      }
      if ((yield* sleepOn(this.device.drained)) === "interrupted") {
        if (written > 0) return written;
        throw ERESTARTSYS;
      }
    }
    return written;
  }

  poll(): Readiness {
    const { discipline, device } = this;
    const queues = [this.inputReady, device.drained];
    if (this.hungUp) return { events: PollEvent.IN | PollEvent.OUT | PollEvent.ERR | PollEvent.HUP, queues };
    let events = 0;
    const wanted = discipline.timeout === 0 && discipline.minimum > 0 ? discipline.minimum : 1;
    if (discipline.readable(wanted)) events |= PollEvent.IN;
    if (device.room > 0 && !discipline.outputStopped) events |= PollEvent.OUT;
    return { events, queues };
  }

  /** Sleeps until the device took all output. */
  private *drain(): Op<void> {
    while (this.device.pending > 0 && !this.hungUp) {
      if ((yield* sleepOn(this.device.drained)) === "interrupted") throw ERESTARTSYS;
    }
  }

  *control(process: Process, command: number, argument: CommandArgument): Op<number> {
    if (this.hungUp) throw EIO;
    switch (command) {
      case TCGETS.nr:
        argument.output!.data = T.encodeTermios(this.discipline.termios);
        return 0;
      case TCSETS.nr:
      case TCSETSW.nr:
      case TCSETSF.nr:
        this.session.checkChange(process, this);
        if (command !== TCSETS.nr) yield* this.drain();
        if (command === TCSETSF.nr) this.flushInput();
        this.discipline.setTermios(T.decodeTermios(argument.input!));
        this.inputReady.wakeAll();
        return 0;
      case TCSBRK.nr:
        this.session.checkChange(process, this);
        yield* this.drain();
        return 0;
      case TCXONC.nr:
        this.session.checkChange(process, this);
        if (argument.value === T.TCOOFF || argument.value === T.TCOON) this.discipline.setStopped(argument.value === T.TCOOFF);
        else if (argument.value !== T.TCIOFF && argument.value !== T.TCION) throw EINVAL;
        return 0;
      case TCFLSH.nr:
        this.session.checkChange(process, this);
        if (argument.value > T.TCIOFLUSH) throw EINVAL;
        if (argument.value !== T.TCOFLUSH) this.flushInput();
        if (argument.value !== T.TCIFLUSH) this.device.flush();
        return 0;
      case TIOCGWINSZ.nr:
        argument.output!.data = encode(structs.winsize, this.windowSize);
        return 0;
      case TIOCSWINSZ.nr: {
        const size = decode(structs.winsize, argument.input!);
        this.resize(size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
        return 0;
      }
      case FIONREAD.nr:
        argument.output!.data = intBytes(this.discipline.available);
        return 0;
      case TIOCOUTQ.nr:
        argument.output!.data = intBytes(this.device.pending);
        return 0;
      case TIOCSTI.nr:
        if (process.credentials.euid !== 0 && process.terminal !== this) throw EPERM;
        this.input(argument.input!);
        return 0;
      default:
        return this.sessionControl(process, command, argument);
    }
  }

  private flushInput(): void {
    this.discipline.flushInput();
    this.device.inputTaken();
  }

  private sessionControl(process: Process, command: number, argument: CommandArgument): number {
    const { session } = this;
    const isOwn = process.terminal === this;
    switch (command) {
      case TIOCSCTTY.nr:
        if (isOwn && process.session === session.session) return 0;
        if (process.session !== process.pid || process.terminal !== undefined) throw EPERM;
        if (session.session !== undefined) {
          if (argument.value !== 1 || process.credentials.euid !== 0) throw EPERM;
          session.disown();
        }
        session.acquire(process, this);
        return 0;
      case TIOCNOTTY.nr:
        if (!isOwn) throw ENOTTY;
        if (process.session === process.pid) session.leaderLeft();
        else process.terminal = undefined;
        return 0;
      case TIOCGPGRP.nr:
        if (!isOwn) throw ENOTTY;
        argument.output!.data = intBytes(session.foreground ?? 0);
        return 0;
      case TIOCGSID.nr:
        if (!isOwn || session.session === undefined) throw ENOTTY;
        argument.output!.data = intBytes(session.session);
        return 0;
      case TIOCSPGRP.nr: {
        if (!isOwn || session.session !== process.session) throw ENOTTY;
        session.checkChange(process, this);
        const group = new DataView(argument.input!.buffer, argument.input!.byteOffset).getInt32(0, true);
        if (group <= 0) throw EINVAL;
        if (!session.groupExists(group)) throw ESRCH;
        if (!session.groupIsInSession(group, process.session)) throw EPERM;
        session.foreground = group;
        return 0;
      }
      default:
        throw ENOTTY;
    }
  }
}

export class TerminalFile extends StreamFile {
  private readonly terminal: Terminal;

  constructor(terminal: Terminal, opening: Opening) {
    super(terminal, opening);
    this.terminal = terminal;
  }

  protected override closed(): void {
    this.terminal.fileClosed();
  }

  protected override take(process: Process, count: number): Op<Uint8Array> {
    return this.terminal.read(process, this, count);
  }

  protected override put(process: Process, data: Uint8Array): Op<number> {
    return this.terminal.write(process, this, data);
  }

  override control(process: Process, command: number, argument: CommandArgument): Op<number> {
    return this.terminal.control(process, command, argument);
  }

  override poll(): Readiness {
    return this.terminal.poll();
  }
}

/** exit(2) and setsid(2) of a session's leader: its terminal is free again, and the foreground group is hung up. */
export function leaveTerminal(process: Process): void {
  const { terminal } = process;
  if (!(terminal instanceof Terminal)) return;
  if (process.session === process.pid) terminal.session.leaderLeft();
  process.terminal = undefined;
}
