/**
 * Pseudo terminals: a terminal whose device is another open file, the master. Source: POSIX posix_openpt(3), Linux pts(4).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { ioctlCommands } from "../abi/commands.ts";
import { EAGAIN, EIO, ENOTTY, ERESTARTSYS } from "../abi/errno.ts";
import { deviceNumber } from "../abi/file-mode.ts";
import { PollEvent } from "../abi/poll-events.ts";
import type { CommandArgument } from "../arguments.ts";
import { ByteQueue } from "../byte-queue.ts";
import type { Process } from "../process/process.ts";
import { intBytes } from "../stream-control.ts";
import { type Opening, type Readiness, StreamFile } from "../vfs/file.ts";
import type { Inode } from "../vfs/inode.ts";
import { Terminal, type TerminalDevice, type TerminalFile, type TerminalSurroundings } from "./terminal.ts";

const UNIX98_SLAVE_MAJOR = 136;
const OUTPUT_CAPACITY = 4096;
/** Echo beyond the capacity is kept up to this, then dropped: nobody reads the master. */
const ECHO_CAPACITY = 16384;

/** All pseudo terminals of a system, by number. */
export class PseudoTerminals {
  private readonly masters = new Map<number, PseudoTerminalMaster>();
  private readonly surroundings: TerminalSurroundings;
  private readonly fileSystemDevice: number;

  /** @param fileSystemDevice st_dev of the slaves */
  constructor(surroundings: TerminalSurroundings, fileSystemDevice: number) {
    this.surroundings = surroundings;
    this.fileSystemDevice = fileSystemDevice;
  }

  /** Opens /dev/ptmx: a new pair under the lowest free number, its slave owned by the process. */
  // biome-ignore lint/correctness/useYield: an operation that may sleep for other devices
  *open(process: Process, inode: Inode, opening: Opening): Op<PseudoTerminalMaster> {
    let number = 0;
    while (this.masters.has(number)) number++;
    const identity = { device: deviceNumber(UNIX98_SLAVE_MAJOR, number), mode: 0o620, fileSystemDevice: this.fileSystemDevice };
    const slaveOf = (master: PseudoTerminalMaster) => new PseudoTerminalSlave(master, this.surroundings, identity);
    const master = new PseudoTerminalMaster(inode, opening, this, number, slaveOf);
    master.slave.setAttributes({ uid: process.credentials.euid, gid: process.credentials.egid });
    this.masters.set(number, master);
    return master;
  }

  remove(number: number): void {
    this.masters.delete(number);
  }

  slave(number: number): Terminal | undefined {
    return this.masters.get(number)?.slave;
  }

  numbers(): number[] {
    return [...this.masters.keys()].sort((a, b) => a - b);
  }
}

/** The master: a file, and the device of the slave's terminal. */
export class PseudoTerminalMaster extends StreamFile implements TerminalDevice {
  readonly number: number;
  readonly slave: Terminal;
  readonly drained = new WaitQueue();
  private readonly pairs: PseudoTerminals;
  private readonly output = new ByteQueue(ECHO_CAPACITY);
  /** Woken when there is output to read, or the slave changed. */
  private readonly changed = new WaitQueue(PollEvent.IN);
  private readonly inputRoom = new WaitQueue(PollEvent.OUT);
  private stopped = false;
  private locked = true;
  private slaveWasOpen = false;

  constructor(inode: Inode, opening: Opening, pairs: PseudoTerminals, number: number, slave: (master: PseudoTerminalMaster) => Terminal) {
    super(inode, opening);
    this.pairs = pairs;
    this.number = number;
    this.slave = slave(this);
  }

  get isLocked(): boolean {
    return this.locked;
  }

  slaveOpened(): void {
    this.slaveWasOpen = true;
  }

  // TerminalDevice: what the slave writes to.

  get room(): number {
    return this.stopped ? 0 : Math.max(0, OUTPUT_CAPACITY - this.output.length);
  }

  /** Nothing, as on Linux: what the master's reader does not take yet counts as sent, so that draining does not wait for it. */
  readonly pending = 0;

  send(bytes: Uint8Array): void {
    this.output.put(bytes);
    this.changed.wakeAll();
  }

  flush(): void {
    this.output.clear();
    this.drained.wakeAll();
  }

  setStopped(stopped: boolean): void {
    this.stopped = stopped;
    if (!stopped) this.drained.wakeAll();
  }

  inputTaken(): void {
    this.inputRoom.wakeAll();
  }

  lastClose(): void {
    this.changed.wakeAll();
  }

  /** The pair lives as long as the master. */
  abandoned(): void {}

  // File: what the master's reader and writer do.

  protected override closed(): void {
    this.slave.hangUp();
    this.pairs.remove(this.number);
  }

  private get slaveGone(): boolean {
    return this.slaveWasOpen && !this.slave.isOpen;
  }

  protected override *take(_process: Process, count: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    while (this.output.length === 0) {
      if (this.slaveGone) throw EIO;
      if (this.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(this.changed)) === "interrupted") throw ERESTARTSYS;
    }
    const bytes = this.output.take(count);
    this.drained.wakeAll();
    return bytes;
  }

  protected override *put(_process: Process, data: Uint8Array): Op<number> {
    let typed = 0;
    while (typed < data.length) {
      const taken = this.slave.input(data.subarray(typed));
      typed += taken;
      if (typed === data.length) break;
      if (this.nonblocking) {
        if (typed > 0) return typed;
        throw EAGAIN;
      }
      if ((yield* sleepOn(this.inputRoom)) === "interrupted") {
        if (typed > 0) return typed;
        throw ERESTARTSYS;
      }
    }
    return typed;
  }

  override poll(): Readiness {
    let events: number = PollEvent.OUT;
    if (this.output.length > 0) events |= PollEvent.IN;
    if (this.slaveGone) events |= PollEvent.HUP;
    return { events, queues: [this.changed, this.inputRoom] };
  }

  /** The master's own requests; settings and window size are the slave's. */
  override control(process: Process, command: number, argument: CommandArgument): Op<number> {
    const { TIOCGPTN, TIOCSPTLCK, FIONREAD, TIOCGPGRP, TIOCSCTTY } = ioctlCommands;
    switch (command) {
      case TIOCGPTN.nr:
        return this.answer(argument, this.number);
      case TIOCSPTLCK.nr:
        this.locked = argument.input!.some((byte) => byte !== 0);
        return this.answer(argument, 0);
      case FIONREAD.nr:
        return this.answer(argument, this.output.length);
      case TIOCGPGRP.nr:
        return this.answer(argument, this.slave.session.foreground ?? 0);
      case TIOCSCTTY.nr:
        throw ENOTTY;
      default:
        return this.slave.control(process, command, argument);
    }
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other requests
  private *answer(argument: CommandArgument, value: number): Op<number> {
    if (argument.output) argument.output.data = intBytes(value);
    return 0;
  }
}

class PseudoTerminalSlave extends Terminal {
  private readonly master: PseudoTerminalMaster;

  constructor(
    master: PseudoTerminalMaster,
    surroundings: TerminalSurroundings,
    identity: { device: number; mode: number; fileSystemDevice: number },
  ) {
    super(master, surroundings, identity);
    this.master = master;
  }

  override *open(process: Process, opening: Opening): Op<TerminalFile> {
    if (this.master.isLocked) throw EIO;
    const file = yield* super.open(process, opening);
    this.master.slaveOpened();
    return file;
  }
}
