/**
 * Sockets: pairs of the Unix family, and messages between them. Source: POSIX socketpair, send, recv, sendmsg, recvmsg, shutdown.
 */
import { EAFNOSUPPORT, EFAULT, EINVAL, EISCONN, EMFILE, EOPNOTSUPP, EPROTONOSUPPORT, ESOCKTNOSUPPORT } from "../abi/errno.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../abi/open-flags.ts";
import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, SOCK_TYPE_MASK } from "../abi/sockets.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import { TRANSFER_LIMIT } from "../abi/system-calls.ts";
import type { Op } from "../activation.ts";
import type { Handlers, OutBuffer } from "../arguments.ts";
import { freeDescriptor, installFile, openFile } from "../descriptors.ts";
import type { Process } from "../process/process.ts";
import { resultOf, socketPair } from "../sockets/socket-file.ts";
import type { FileServices } from "./file-services.ts";

const TYPES: ReadonlySet<number> = new Set([SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET]);

export function createSocketHandlers(services: FileServices) {
  const socket = (process: Process, fd: number) => openFile(process, fd).asSocket();

  /** Receives into a buffer. @returns the result and what recvmsg tells */
  function* receive(process: Process, fd: number, buffer: OutBuffer, flags: number): Op<{ result: number; flags: number }> {
    const end = socket(process, fd);
    const received = yield* end.receive(buffer.capacity, flags);
    if (received.bytes.length < Math.min(received.length, buffer.wanted)) throw EFAULT;
    buffer.data = received.bytes;
    return resultOf(received, flags);
  }

  return {
    socketpair(process, { domain, type, protocol, fds }) {
      if (type & ~(SOCK_TYPE_MASK | O_CLOEXEC | O_NONBLOCK)) throw EINVAL;
      if (fds.capacity < fds.wanted) throw EFAULT;
      if (domain !== AF_UNIX) throw EAFNOSUPPORT;
      if (protocol !== 0 && protocol !== AF_UNIX) throw EPROTONOSUPPORT;
      if (!TYPES.has(type & SOCK_TYPE_MASK)) throw ESOCKTNOSUPPORT;
      const first = freeDescriptor(process);
      if (freeDescriptor(process, first + 1) >= process.descriptorLimit) throw EMFILE;
      const { euid, egid } = process.credentials;
      const owner = { uid: euid, gid: egid };
      const pair = socketPair(type & SOCK_TYPE_MASK, type & O_NONBLOCK, services.signals, owner, services.nowNs());
      const descriptors = pair.map((file) => installFile(process, file, (type & O_CLOEXEC) !== 0));
      fds.data = new Uint8Array(Int32Array.from(descriptors).buffer);
      return 0;
    },
    sendto(process, { fd, buffer, length, flags, address }) {
      const end = socket(process, fd);
      if (address !== 0) throw EISCONN;
      if (buffer.length < Math.min(length, TRANSFER_LIMIT)) throw EFAULT;
      return end.send(process, buffer, flags);
    },
    *recvfrom(process, { fd, buffer, flags, address, address_length }) {
      const { result } = yield* receive(process, fd, buffer, flags);
      // The peer has no name.
      if (address !== 0 && address_length !== undefined) address_length.data = new Uint8Array(4);
      return result;
    },
    sendmsg(process, { fd, vector, flags, control_length }) {
      const end = socket(process, fd);
      if (control_length !== 0) throw EOPNOTSUPP;
      return end.send(process, vector, flags);
    },
    *recvmsg(process, { fd, vector, flags, header }) {
      const told = yield* receive(process, fd, vector, flags);
      header.data = encode(structs.msghdr, {
        ...decode(structs.msghdr, header.input),
        msg_namelen: 0,
        msg_controllen: 0,
        msg_flags: told.flags,
      });
      return told.result;
    },
    shutdown(process, { fd, how }) {
      socket(process, fd).shutdown(how);
      return 0;
    },
  } satisfies Handlers;
}
