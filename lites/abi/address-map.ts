/**
 * Virtual address map of a Unix process, from low to high.
 *
 *   00000000  never mapped below MMAP_MIN (null pointers fault)
 *   08048000  usual base of a program; data, bss; heap from the end of bss upward
 *   …         mappings, placed downward from MMAP_TOP
 *   bf7ff000  stack, up to STACK_LIMIT_BYTES (default), ends at STACK_TOP
 *   c0000000  emulation library: code, shared and read-only (EMULATOR_BASE)
 *   c0020000  process page: written by the server, read-only here (pid, ids, signal state)
 *   c0021000  clock page: one for all processes, read-only
 *   c0030000  private areas, one for each thread: trap frame, message, handler stack, buffers (read-write)
 *   c0430000  end
 */
import { THREADS_PER_TASK } from "#kernel/abi/identifiers.ts";

export const MMAP_MIN = 0x00010000;
export const MMAP_TOP = 0xb7000000;
export const STACK_TOP = 0xbffff000;
export const STACK_LIMIT_BYTES = 8 << 20;
export const STACK_BASE = STACK_TOP - STACK_LIMIT_BYTES;
export const EMULATOR_BASE = 0xc0000000;
export const PROCESS_PAGE = 0xc0020000;
export const CLOCK_PAGE = 0xc0021000;
/** End of what the server's pager shows of itself: code, process page, clock page. One region, so that one fault brings it all. */
export const EMULATOR_SHARED_END = 0xc0022000;
/** The private area of thread 0. */
export const EMULATOR_PRIVATE = 0xc0030000;
/** Private area: a few pages (one used for the frame and stack, the rest for buffers). */
export const EMULATOR_PRIVATE_SIZE = 0x5000;
/** From the area of one thread to that of the next. Areas lie at multiples of it, so a thread finds its own from its stack pointer. */
export const EMULATOR_PRIVATE_STRIDE = 0x8000;
/** In an area: the end of the handler stack, which is where the buffers begin. */
export const HANDLER_STACK_OFFSET = 0x1000;
/** The private area of a thread, by its number in the task. */
export const privateArea = (lthread: number): number => EMULATOR_PRIVATE + lthread * EMULATOR_PRIVATE_STRIDE;
/** Where its handler stack starts. */
export const handlerStack = (lthread: number): number => privateArea(lthread) + HANDLER_STACK_OFFSET;
/** First address that user programs may not map themselves. */
export const USER_TOP = 0xc0000000;

/** Layout of the process page: byte offsets of 32-bit words. */
export const ProcessPage = {
  PID: 0,
  PPID: 4,
  UID: 8,
  EUID: 12,
  GID: 16,
  EGID: 20,
  /** Thread id of the server's request thread: where emulib sends its calls. */
  SERVER: 28,
  /** Set by exec for the start code: address and size of the initial stack image, program entry. */
  STACK_IMAGE: 32,
  STACK_IMAGE_SIZE: 36,
  ENTRY: 40,
  /** Process group. Session. */
  PGRP: 44,
  SESSION: 48,
  UMASK: 52,
} as const;

/** Words of the process page for each thread: byte offsets of those of thread 0, the others follow. */
export const ThreadWords = {
  /** Non-zero: a signal should be taken (TAKE_SIGNAL) before user code goes on. */
  SIGNAL_PENDING: 0x200,
  TID: 0x200 + 4 * THREADS_PER_TASK,
} as const;

/**
 * Layout of the clock page. The time stamp counter runs at 1 GHz (nanoseconds since machine start), so
 * monotonic time = RDTSC; Unix time = RDTSC + epoch.
 */
export const ClockPage = { EPOCH_SECONDS: 0, EPOCH_NANOSECONDS: 4 } as const;
