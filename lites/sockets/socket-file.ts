/**
 * Sockets of the Unix family that are made in pairs: byte streams, datagrams, and packets in sequence. Each end has a queue of messages
 * that its peer fills. Source: POSIX socketpair, send, recv, shutdown; Linux unix(7).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { ioctlCommands } from "../abi/commands.ts";
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EFAULT,
  EINVAL,
  EMSGSIZE,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
  ERESTARTSYS,
  type UnixError,
} from "../abi/errno.ts";
import { S_IFSOCK } from "../abi/file-mode.ts";
import { O_RDWR } from "../abi/open-flags.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { SIGPIPE } from "../abi/signals.ts";
import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../abi/sockets.ts";
import type { CommandArgument } from "../arguments.ts";
import { partOf } from "../part.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import { bytesReady } from "../stream-control.ts";
import { File, type Readiness, type Received } from "../vfs/file.ts";
import { MemoryInode } from "../vfs/inode.ts";

/** Bytes that wait at one end, as Linux's net.core.wmem_default; part of it is for the management of messages there. */
const CAPACITY = 212_992;
const LARGEST_MESSAGE = CAPACITY - 32;
/** st_dev of sockets, as Linux's sockfs. */
const SOCKET_DEVICE = 8;

class SocketInode extends MemoryInode {
  readonly fileSystem = undefined;
}

/** Makes a pair. @param type SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET @param flags O_NONBLOCK or none */
export function socketPair(
  type: number,
  flags: number,
  signals: SignalSink,
  owner: { uid: number; gid: number },
  nowNs: bigint,
): [SocketFile, SocketFile] {
  const end = () => {
    const inode = new SocketInode({ dev: SOCKET_DEVICE, mode: S_IFSOCK | 0o777, blockSize: 4096, ...owner }, nowNs);
    return new SocketFile(inode, { flags: O_RDWR | flags, path: `socket:[${inode.id}]` }, type, signals);
  };
  const pair: [SocketFile, SocketFile] = [end(), end()];
  pair[0].connect(pair[1]);
  pair[1].connect(pair[0]);
  return pair;
}

export class SocketFile extends File {
  private readonly type: number;
  private readonly signals: SignalSink;
  private peer: SocketFile | undefined;
  /** What the peer sent and nobody received, oldest first. */
  private messages: Uint8Array[] = [];
  private waiting = 0;
  /** Nothing more comes, and nothing more can be sent. */
  private receiveEnded = false;
  private sendEnded = false;
  /** Told once. */
  private error: UnixError | undefined;
  /** Woken when messages or the end come, and when the peer has room. */
  private readonly readable = new WaitQueue(PollEvent.IN | PollEvent.RDHUP);
  private readonly writable = new WaitQueue(PollEvent.OUT);

  constructor(inode: SocketInode, opening: { flags: number; path: string }, type: number, signals: SignalSink) {
    super(inode, opening);
    this.type = type;
    this.signals = signals;
  }

  connect(peer: SocketFile): void {
    this.peer = peer;
  }

  private get isStream(): boolean {
    return this.type === SOCK_STREAM;
  }

  override asSocket(): SocketFile {
    return this;
  }

  protected override closed(): void {
    const { peer } = this;
    if (peer === undefined) return;
    if (this.type !== SOCK_DGRAM) {
      peer.receiveEnded = true;
      peer.sendEnded = true;
      if (this.messages.length > 0) peer.error = ECONNRESET;
    }
    peer.isAlone = true;
    peer.wakeAll();
  }

  /** The peer was closed. */
  private isAlone = false;

  private wakeAll(): void {
    this.readable.wakeAll();
    this.writable.wakeAll();
  }

  /** @param how SHUT_RD, SHUT_WR or SHUT_RDWR @throws EINVAL */
  shutdown(how: number): void {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) throw EINVAL;
    const receives = how !== SHUT_WR;
    const sends = how !== SHUT_RD;
    this.receiveEnded ||= receives;
    this.sendEnded ||= sends;
    if (this.peer !== undefined && this.type !== SOCK_DGRAM) {
      this.peer.receiveEnded ||= sends;
      this.peer.sendEnded ||= receives;
      this.peer.wakeAll();
    }
    this.wakeAll();
  }

  // Sending.

  /** @throws EPIPE (after SIGPIPE on a stream), EMSGSIZE, EAGAIN, ERESTARTSYS, ECONNREFUSED, ENOTCONN, EOPNOTSUPP */
  *send(process: Process, data: Uint8Array, flags: number): Op<number> {
    if (flags & MSG_OOB) throw EOPNOTSUPP;
    if (!this.isStream && data.length > LARGEST_MESSAGE) throw EMSGSIZE;
    let sent = 0;
    do {
      const room = yield* this.roomFor(process, data.length - sent, flags, sent > 0);
      if (room === undefined) return sent;
      const part = partOf(data, sent, sent + room);
      if (!this.isStream || part.length > 0) this.peer!.deliver(part);
      sent += part.length;
    } while (sent < data.length);
    return sent;
  }

  /** Waits until the peer takes a message, or a part of the stream; undefined: it takes no more, after a part was sent. */
  private *roomFor(process: Process, length: number, flags: number, isBegun: boolean): Op<number | undefined> {
    for (;;) {
      const failure = this.sendFailure();
      if (failure !== undefined) {
        if (failure === EPIPE && this.isStream && !(flags & MSG_NOSIGNAL)) this.signals.postSignal(process, SIGPIPE);
        if (isBegun) return undefined;
        throw failure;
      }
      const room = Math.max(0, CAPACITY - this.peer!.waiting);
      if (this.isStream ? room > 0 || length === 0 : room >= length) return Math.min(length, room);
      if (this.nonblocking || flags & MSG_DONTWAIT) {
        if (isBegun) return undefined;
        throw EAGAIN;
      }
      if ((yield* sleepOn(this.writable)) === "interrupted") {
        if (isBegun) return undefined;
        throw ERESTARTSYS;
      }
    }
  }

  private sendFailure(): UnixError | undefined {
    if (this.type === SOCK_DGRAM && this.isAlone) {
      const isKnown = this.peer === undefined;
      this.peer = undefined;
      return isKnown ? ENOTCONN : ECONNREFUSED;
    }
    return this.sendEnded || this.peer?.receiveEnded ? EPIPE : undefined;
  }

  private deliver(message: Uint8Array): void {
    this.messages.push(message.slice());
    this.waiting += message.length;
    this.readable.wakeAll();
  }

  // Receiving.

  /** Nothing at the end. @throws EAGAIN, ECONNRESET, ERESTARTSYS, EINVAL */
  *receive(count: number, flags: number): Op<Received> {
    if (flags & MSG_OOB) throw this.isStream ? EINVAL : EOPNOTSUPP;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      if (!this.isStream) this.throwError();
      if (this.messages.length > 0) {
        if (!this.isStream) return this.takeMessage(count, flags);
        const part = this.takeBytes(count - length, flags);
        parts.push(part);
        length += part.length;
        if (length === count || !(flags & MSG_WAITALL) || flags & MSG_PEEK) return joined(parts, length);
        continue;
      }
      if (length === 0) this.throwError();
      const doesWait = !this.nonblocking && !(flags & MSG_DONTWAIT);
      if (this.receiveEnded && (this.type !== SOCK_DGRAM || doesWait)) return joined(parts, length);
      if (!doesWait) {
        if (length > 0) return joined(parts, length);
        throw EAGAIN;
      }
      if ((yield* sleepOn(this.readable)) === "interrupted") {
        if (length > 0) return joined(parts, length);
        throw ERESTARTSYS;
      }
    }
  }

  private throwError(): void {
    const { error } = this;
    this.error = undefined;
    if (error !== undefined) throw error;
  }

  private takeMessage(count: number, flags: number): Received {
    const message = this.messages[0]!;
    if (!(flags & MSG_PEEK)) {
      this.messages.shift();
      this.taken(message.length);
    }
    return { bytes: message.subarray(0, count), length: message.length };
  }

  /** Bytes of a stream, of as many sends as have room. */
  private takeBytes(count: number, flags: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    /** Messages that are used up. */
    let whole = 0;
    let rest: Uint8Array | undefined;
    for (const message of this.messages) {
      const part = message.subarray(0, count - length);
      parts.push(part);
      length += part.length;
      if (part.length === message.length) whole++;
      else rest = message.subarray(part.length);
      if (length === count) break;
    }
    if (!(flags & MSG_PEEK)) {
      this.messages.splice(0, whole);
      if (rest !== undefined) this.messages[0] = rest;
      this.taken(length);
    }
    return joined(parts, length).bytes;
  }

  private taken(length: number): void {
    this.waiting -= length;
    this.peer?.writable.wakeAll();
  }

  // As a file.

  override *read(_process: Process, count: number, wanted: number): Op<Uint8Array> {
    if (wanted === 0) return new Uint8Array(0);
    if (count === 0) throw EFAULT;
    return (yield* this.receive(count, 0)).bytes;
  }

  override write(process: Process, data: Uint8Array, wanted: number): Op<number> {
    if (data.length < wanted && (data.length === 0 || !this.isStream)) throw EFAULT;
    return this.send(process, data, 0);
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *control(_process: Process, command: number, argument: CommandArgument): Op<number> {
    const ready = command === ioctlCommands.FIONREAD.nr && this.type === SOCK_DGRAM ? (this.messages[0]?.length ?? 0) : this.waiting;
    return bytesReady(command, argument, ready);
  }

  override get waits(): boolean {
    return true;
  }

  override poll(): Readiness {
    const { peer } = this;
    let events = 0;
    if (this.error !== undefined) events |= PollEvent.ERR;
    if (this.receiveEnded && this.sendEnded) events |= PollEvent.HUP;
    if (this.receiveEnded) events |= PollEvent.RDHUP | PollEvent.IN;
    if (this.messages.length > 0) events |= PollEvent.IN;
    if (peer === undefined || peer.waiting * 4 <= CAPACITY) events |= PollEvent.OUT;
    return { events, queues: [this.readable, this.writable] };
  }
}

function joined(parts: readonly Uint8Array[], length: number): Received {
  if (parts.length === 1) return { bytes: parts[0]!, length };
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, length };
}

/** What recv(2) returns, and the flags that recvmsg(2) tells. */
export function resultOf({ bytes, length }: Received, flags: number): { result: number; flags: number } {
  return { result: flags & MSG_TRUNC ? length : bytes.length, flags: length > bytes.length ? MSG_TRUNC : 0 };
}
