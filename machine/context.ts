/**
 * The user-mode register context of one thread, as the kernel saves and restores it.
 *
 * The processor loads it at the start of run() and stores it back at every exit, so that between
 * runs all state of a thread is here. The state of the x87 and vector units is moved lazily: it is only valid here
 * after
 * Processor.flushFloatingPoint(context).
 */

/** Index of each general register in Context.registers, in the processor's own encoding. */
export const Register = { EAX: 0, ECX: 1, EDX: 2, EBX: 3, ESP: 4, EBP: 5, ESI: 6, EDI: 7 } as const;

/** Selectors as Linux/i386 user programs see them. */
export const Selector = { USER_CODE: 0x73, USER_DATA: 0x7b } as const;

/** First of the three descriptor-table entries that threads may set (Linux GDT entries 6…8). */
export const TLS_ENTRY_FIRST = 6;
export const TLS_ENTRY_COUNT = 3;

/** A 32-bit data segment descriptor: base address and limit in bytes. A change is another object. */
export interface Descriptor {
  readonly base: number;
  /** Highest valid offset; of a segment that expands down, the highest invalid one. */
  readonly limit: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly expandDown?: boolean;
  /** The limit is kept in pages, so its low 12 bits are set; limits from 1 MiB always are. */
  readonly pages?: boolean;
  /** The bit that is left to software. */
  readonly available?: boolean;
}

/** Size in bytes of the saved state of the x87 and vector units: the image of FXSAVE. */
export const FXSAVE_SIZE = 512;

export class Context {
  readonly registers = new Int32Array(8);
  eip = 0;
  /** EFLAGS; reset value has the reserved bit 1 and IF set, as user programs see it. */
  eflags = 0x202;
  /** Selectors of DS, ES, FS, GS, SS; CS is fixed. */
  ds: number = Selector.USER_DATA;
  es: number = Selector.USER_DATA;
  fs = 0;
  gs = 0;
  ss: number = Selector.USER_DATA;
  readonly tls: (Descriptor | undefined)[] = new Array<Descriptor | undefined>(TLS_ENTRY_COUNT).fill(undefined);
  /** FXSAVE image (32-bit format); undefined = never used (FNINIT state, XMM registers 0, initial MXCSR). */
  floatingPoint: Uint8Array | undefined;
}
