/**
 * Sockets: families, types, flags of messages. Source: Linux socket(2), send(2), recv(2), shutdown(2).
 */
export const AF_UNIX = 1;

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
/** Bits of a type that are the type; the others are O_NONBLOCK and O_CLOEXEC. */
export const SOCK_TYPE_MASK = 0xf;

export const MSG_OOB = 1;
export const MSG_PEEK = 2;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITALL = 0x100;
export const MSG_NOSIGNAL = 0x4000;

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
