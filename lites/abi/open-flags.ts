/**
 * Flags of open, the *at calls, rename, close_range, getrandom, seek and access: numbers of Linux/i386.
 * Source: POSIX fcntl.h, unistd.h; Linux asm-generic/fcntl.h.
 */
export const O_ACCMODE = 3;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0x40;
export const O_EXCL = 0x80;
export const O_NOCTTY = 0x100;
export const O_TRUNC = 0x200;
export const O_APPEND = 0x400;
export const O_NONBLOCK = 0x800;
export const O_DSYNC = 0x1000;
export const O_ASYNC = 0x2000;
export const O_DIRECT = 0x4000;
export const O_LARGEFILE = 0x8000;
export const O_DIRECTORY = 0x10000;
export const O_NOFOLLOW = 0x20000;
export const O_NOATIME = 0x40000;
export const O_CLOEXEC = 0x80000;
/** With the bit of O_DSYNC. */
export const O_SYNC = 0x101000;
export const O_PATH = 0x200000;
/** The bit that O_TMPFILE adds to O_DIRECTORY. */
export const O_TMPFILE_BIT = 0x400000;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EACCESS = 0x200;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;
/** statx: AT_STATX_FORCE_SYNC and AT_STATX_DONT_SYNC. */
export const AT_STATX_SYNC_TYPE = 0x6000;

/** The bit of statx's mask that may never be set. */
export const STATX_RESERVED = 0x80000000;

export const CLOSE_RANGE_UNSHARE = 2;
export const CLOSE_RANGE_CLOEXEC = 4;

/** getrandom. */
export const GRND_NONBLOCK = 1;
export const GRND_RANDOM = 2;
export const GRND_INSECURE = 4;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

/** Wanted permissions, as access(2) and as one digit of a mode. */
export const F_OK = 0;
export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

/** Longest path with its NUL, longest component (Linux limits.h). */
export const PATH_MAX = 4096;
export const NAME_MAX = 255;
