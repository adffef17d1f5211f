/**
 * Job control: who belongs to a terminal, and which signals background processes and hang-ups bring.
 * Source: POSIX base definitions 11.1.1–11.1.4 and 11.1.10.
 */
import { EIO, ERESTARTSYS } from "../abi/errno.ts";
import { SIGCONT, SIGHUP, SIGTTIN, SIGTTOU } from "../abi/signals.ts";
import type { ProcessSource } from "../filesystems/process-source.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import type { Inode } from "../vfs/inode.ts";

/** The session state of one terminal. */
export class TerminalSession {
  /** The session whose controlling terminal it is. */
  session: number | undefined;
  foreground: number | undefined;
  private readonly processes: ProcessSource;
  private readonly signals: SignalSink;

  private readonly onDisown: () => void;

  constructor(processes: ProcessSource, signals: SignalSink, onDisown: () => void) {
    this.processes = processes;
    this.signals = signals;
    this.onDisown = onDisown;
  }

  /** Makes the terminal the controlling one of the process's session. */
  acquire(process: Process, terminal: Inode): void {
    this.session = process.session;
    this.foreground = process.pgrp;
    process.terminal = terminal;
  }

  /** The terminal is no longer anybody's: all processes of the session lose it. */
  disown(): void {
    for (const process of this.members((member) => member.session === this.session)) process.terminal = undefined;
    this.session = undefined;
    this.foreground = undefined;
    this.onDisown();
  }

  signalForeground(signal: number): void {
    if (this.foreground !== undefined) this.signalGroup(this.foreground, signal);
  }

  /** The line is gone: the session's leader is told. */
  hangUp(): void {
    const leader = this.session === undefined ? undefined : this.processes.process(this.session);
    if (leader === undefined) return;
    this.signals.postSignal(leader, SIGHUP);
    this.signals.postSignal(leader, SIGCONT);
  }

  /** The session's leader ended or gave the terminal up. */
  leaderLeft(): void {
    const group = this.foreground;
    this.disown();
    if (group === undefined) return;
    this.signalGroup(group, SIGHUP);
    this.signalGroup(group, SIGCONT);
  }

  /** A background process reads: SIGTTIN stops its group. @throws EIO, ERESTARTSYS */
  checkRead(process: Process, terminal: Inode): void {
    if (!this.inBackground(process, terminal)) return;
    if (process.signalIsBlockedOrIgnored(SIGTTIN) || this.isOrphaned(process.pgrp)) throw EIO;
    this.signalGroup(process.pgrp, SIGTTIN);
    throw ERESTARTSYS;
  }

  /** A background process writes (with TOSTOP) or changes settings: SIGTTOU stops its group. @throws EIO, ERESTARTSYS */
  checkChange(process: Process, terminal: Inode): void {
    if (!this.inBackground(process, terminal) || process.signalIsBlockedOrIgnored(SIGTTOU)) return;
    if (this.isOrphaned(process.pgrp)) throw EIO;
    this.signalGroup(process.pgrp, SIGTTOU);
    throw ERESTARTSYS;
  }

  /** Whether a group exists within a session. */
  groupIsInSession(pgrp: number, session: number): boolean {
    return this.members((process) => process.pgrp === pgrp && process.session === session).length > 0;
  }

  groupExists(pgrp: number): boolean {
    return this.members((process) => process.pgrp === pgrp).length > 0;
  }

  private inBackground(process: Process, terminal: Inode): boolean {
    return process.terminal === terminal && this.foreground !== undefined && process.pgrp !== this.foreground;
  }

  private signalGroup(pgrp: number, signal: number): void {
    for (const process of this.members((member) => member.pgrp === pgrp)) this.signals.postSignal(process, signal);
  }

  private isOrphaned(pgrp: number): boolean {
    return isOrphanedGroup(this.processes, pgrp);
  }

  private members(test: (process: Process) => boolean): Process[] {
    return liveProcesses(this.processes).filter(test);
  }
}

function liveProcesses(source: ProcessSource): Process[] {
  return source.pids().flatMap((pid) => {
    const process = source.process(pid);
    return process && process.state() !== "zombie" ? [process] : [];
  });
}

/** A group is orphaned when no member has a parent in another group of the same session. */
export function isOrphanedGroup(source: ProcessSource, pgrp: number): boolean {
  return !liveProcesses(source).some((process) => {
    if (process.pgrp !== pgrp) return false;
    const parent = source.process(process.parentPid);
    return parent !== undefined && parent.state() !== "zombie" && parent.pgrp !== pgrp && parent.session === process.session;
  });
}
