/**
 * Commands of ioctl and fcntl: which memory their third argument points to. Numbers and sizes are Linux/i386's.
 * The emulation library marshals by this table; an unlisted command travels with the bare argument value.
 */

export interface CommandRow {
  readonly nr: number;
  /** Direction of the memory behind the argument, seen from the process; "value": the argument itself. */
  readonly direction: "value" | "in" | "out" | "inout";
  readonly size: number;
}

// biome-ignore format: table
export const ioctlCommands = {
  TCGETS:      { nr: 0x5401, direction: "out",   size: 36 },
  TCSETS:      { nr: 0x5402, direction: "in",    size: 36 },
  TCSETSW:     { nr: 0x5403, direction: "in",    size: 36 },
  TCSETSF:     { nr: 0x5404, direction: "in",    size: 36 },
  TCSBRK:      { nr: 0x5409, direction: "value", size: 0 },
  TCXONC:      { nr: 0x540a, direction: "value", size: 0 },
  TCFLSH:      { nr: 0x540b, direction: "value", size: 0 },
  TIOCSCTTY:   { nr: 0x540e, direction: "value", size: 0 },
  TIOCGPGRP:   { nr: 0x540f, direction: "out",   size: 4 },
  TIOCSPGRP:   { nr: 0x5410, direction: "in",    size: 4 },
  TIOCOUTQ:    { nr: 0x5411, direction: "out",   size: 4 },
  TIOCSTI:     { nr: 0x5412, direction: "in",    size: 1 },
  TIOCGWINSZ:  { nr: 0x5413, direction: "out",   size: 8 },
  TIOCSWINSZ:  { nr: 0x5414, direction: "in",    size: 8 },
  FIONREAD:    { nr: 0x541b, direction: "out",   size: 4 },
  FIONBIO:     { nr: 0x5421, direction: "in",    size: 4 },
  TIOCNOTTY:   { nr: 0x5422, direction: "value", size: 0 },
  TIOCGSID:    { nr: 0x5429, direction: "out",   size: 4 },
  TIOCGPTN:    { nr: 0x80045430, direction: "out", size: 4 },
  TIOCSPTLCK:  { nr: 0x40045431, direction: "in",  size: 4 },
  FIOASYNC:    { nr: 0x5452, direction: "in",    size: 4 },
  FIGETBSZ:    { nr: 2,      direction: "out",   size: 4 },
  FIOQSIZE:    { nr: 0x5460, direction: "out",   size: 8 },
  FIONCLEX:    { nr: 0x5450, direction: "value", size: 0 },
  FIOCLEX:     { nr: 0x5451, direction: "value", size: 0 },
  BLKGETSIZE64: { nr: 0x80081272, direction: "out", size: 8 },
  VT_OPENQRY:  { nr: 0x5600, direction: "out",   size: 4 },
  KDGKBTYPE:   { nr: 0x4b33, direction: "out",   size: 1 },
} as const satisfies Record<string, CommandRow>;

// biome-ignore format: table
export const fcntlCommands = {
  F_DUPFD:         { nr: 0,    direction: "value", size: 0 },
  F_GETFD:         { nr: 1,    direction: "value", size: 0 },
  F_SETFD:         { nr: 2,    direction: "value", size: 0 },
  F_GETFL:         { nr: 3,    direction: "value", size: 0 },
  F_SETFL:         { nr: 4,    direction: "value", size: 0 },
  F_GETLK:         { nr: 5,    direction: "inout", size: 16 },
  F_SETLK:         { nr: 6,    direction: "in",    size: 16 },
  F_SETLKW:        { nr: 7,    direction: "in",    size: 16 },
  F_SETOWN:        { nr: 8,    direction: "value", size: 0 },
  F_GETOWN:        { nr: 9,    direction: "value", size: 0 },
  F_GETLK64:       { nr: 12,   direction: "inout", size: 24 },
  F_SETLK64:       { nr: 13,   direction: "in",    size: 24 },
  F_SETLKW64:      { nr: 14,   direction: "in",    size: 24 },
  F_DUPFD_CLOEXEC: { nr: 1030, direction: "value", size: 0 },
  F_SETSIG:        { nr: 10,   direction: "value", size: 0 },
  F_GETSIG:        { nr: 11,   direction: "value", size: 0 },
  F_OFD_GETLK:     { nr: 36,   direction: "inout", size: 24 },
  F_OFD_SETLK:     { nr: 37,   direction: "in",    size: 24 },
  F_OFD_SETLKW:    { nr: 38,   direction: "in",    size: 24 },
  F_SETPIPE_SZ:    { nr: 1031, direction: "value", size: 0 },
  F_GETPIPE_SZ:    { nr: 1032, direction: "value", size: 0 },
} as const satisfies Record<string, CommandRow>;
