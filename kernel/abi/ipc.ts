/**
 * IPC: descriptors, dopes, timeouts and completion codes. Source: L4 X.0 reference manual, V2 headers.
 *
 * Message in the memory of an emulated thread, 32-bit words at byte offsets:
 *    0 receive-flexpage option    4 size dope    8 send dope
 *   12, 16, 20 dwords 0…2: slots of the words that travel in EDX, EBX, EDI (neither read nor written)
 *   24 … further dwords; at (D+3)*4 with D = dwords of the *size* dope: string dopes of 16 bytes
 *   String dope: +0 send size  +4 send address  +8 receive size  +12 receive address
 *     Bit 31 of a size: the part continues the string of the dope before (gathering, scattering).
 *     After a receive the send pair is (bytes received, receive address), so that strings can be sent on.
 *   Behind the string dopes that the *size* dope counts: data space dopes of 8 bytes: +0 manager  +4 number
 *     What is sent; after a receive the copy that came, so that it can be sent on (data-space.ts).
 * Dope:  31 data spaces 28 | 27 dwords 13 | 12 strings 8 | 7 cc 0
 * A map message (SendDescriptor.MAP) has pairs of dwords (hot spot, flexpage) from dword 0 up to the first that is no flexpage.
 * Native threads use the objects of kernel/native.ts instead; the kernel translates.
 */

/** Register-carried words of a message: EDX, EBX, EDI. */
export const REGISTER_WORDS = 3;
/** Limits of one message. */
export const MAX_DWORDS = 64;
export const MAX_STRINGS = 31;
export const MAX_STRING_BYTES = 4 << 20;
export const MAX_DATA_SPACES = 15;

export const MESSAGE_HEADER_BYTES = 12;
export const STRING_DOPE_BYTES = 16;
export const DATA_SPACE_DOPE_BYTES = 8;

export const dope = (dwords: number, strings: number, dataSpaces = 0): number =>
  ((dataSpaces << 28) | (dwords << 13) | (strings << 8)) >>> 0;
export const dopeDataSpaces = (d: number): number => d >>> 28;
export const dopeDwords = (d: number): number => (d >>> 13) & 0x7fff;
export const dopeStrings = (d: number): number => (d >>> 8) & 0x1f;

/** Send descriptor (EAX): NONE, or message address | map bit. Address 0: registers only. */
export const SendDescriptor = { NONE: 0xffffffff, MAP: 2, PROPAGATE: 1 } as const;
/** Receive descriptor (EBP): NONE, or buffer address | OPEN; a flexpage | WINDOW | OPEN accepts mappings into it. */
export const ReceiveDescriptor = { NONE: 0xffffffff, WINDOW: 2, OPEN: 1 } as const;

/** Completion code bits, in the low byte of EAX after an IPC: another sends under this name; flexpages; you get it as a chief (for whom: ECX), from inside your clan. */
export const Condition = { DECEIVED: 1, MAPPED: 2, REDIRECTED: 4, FROM_INNER: 8, ERROR: 0xf0 } as const;

/** Error part of the completion code; the bit 0x10 says that the send phase failed. */
export const IpcError = {
  OK: 0,
  NOT_EXISTENT: 0x10,
  RECEIVE_TIMEOUT: 0x20,
  SEND_TIMEOUT: 0x30,
  RECEIVE_CANCELLED: 0x40,
  SEND_CANCELLED: 0x50,
  RECEIVE_MAP_FAILED: 0x60,
  SEND_MAP_FAILED: 0x70,
  /**
   * A page of the sender: its manager refuses it, or does not bring it in time. The sender finds the address in EDX. Or a data space that
   * is not copied: then EDX is the address of its dope, and EBX the reason (FaultRefusal).
   */
  RECEIVE_SENDER_FAULT: 0x80,
  SEND_SENDER_FAULT: 0x90,
  /** The receiver's memory fault (timed out or refused by its manager). */
  RECEIVE_RECEIVER_FAULT: 0xa0,
  SEND_RECEIVER_FAULT: 0xb0,
  RECEIVE_ABORTED: 0xc0,
  SEND_ABORTED: 0xd0,
  RECEIVE_CUT: 0xe0,
  SEND_CUT: 0xf0,
} as const;

/** Infinite timeout, in microseconds. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Timeouts word: m_rcv 8 | m_snd 8 | p_snd 4 | p_rcv 4 | e_snd 4 | e_rcv 4. */
export const receiveTimeoutUs = (t: number): number => decode(t >>> 24, t & 0xf);
export const sendTimeoutUs = (t: number): number => decode((t >>> 16) & 0xff, (t >>> 4) & 0xf);
export const sendFaultTimeoutUs = (t: number): number => decodeFault((t >>> 12) & 0xf);
export const receiveFaultTimeoutUs = (t: number): number => decodeFault((t >>> 8) & 0xf);

function decode(mantissa: number, exponent: number): number {
  if (exponent === 0) return NEVER;
  return mantissa * 4 ** (15 - exponent);
}

function decodeFault(p: number): number {
  if (p === 0) return NEVER;
  return p === 15 ? 0 : 4 ** (15 - p);
}
