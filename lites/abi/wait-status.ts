/**
 * Options, status words and selectors of the wait family. Source: wait(2), waitid(2).
 */
export const WNOHANG = 1;
export const WUNTRACED = 2;
export const WSTOPPED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
export const WNOWAIT = 0x01000000;
/** Children that send no SIGCHLD at their end (clone(2)): only those, or all; without these flags only the others. */
export const __WCLONE = 0x80000000;
export const __WALL = 0x40000000;
/** __WNOTHREAD is of no meaning without threads. */
export const WAIT_LINUX_FLAGS = 0xe0000000;

export const P_ALL = 0;
export const P_PID = 1;
export const P_PGID = 2;

/** How a process ended. */
export type Ending = { readonly kind: "exited"; readonly status: number } | { readonly kind: "killed"; readonly signal: number };

export const statusOfEnding = (ending: Ending): number => (ending.kind === "exited" ? (ending.status & 0xff) << 8 : ending.signal & 0x7f);
export const statusOfStop = (signal: number): number => (signal << 8) | 0x7f;
export const STATUS_CONTINUED = 0xffff;
