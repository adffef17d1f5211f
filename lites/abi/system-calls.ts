/**
 * THE system-call table: the interface of the Unix server, and at once Linux/i386's numbering.
 *
 * One row: number, arguments in register order with their kinds, and flags. From it follow the emulation
 * library's marshalling table (emulib), the server's typed dispatcher (lites/dispatch.ts)
 * and the trace output (lites/trace.ts).
 *
 * How a kind travels (the message layout is drawn in docs/architecture.md): every argument's register
 * value is a word (word 0 is the number, word 1 + i argument i). Kinds that carry memory add one sent
 * string (in …), one receive-string buffer (out …), or both (inout …), in the order of the arguments.
 * A null pointer of an optional kind has word 0 and an empty string. Reply: word 0 = result or
 * -errno; one string per receive buffer, in order (possibly empty).
 *
 * Order of checks, as Linux has it: first what rows say of values (`known`, `least`), then what handlers find, in the order in which they look
 * at things. tests/guest/refused-values.c compares it for all calls.
 *
 * Bad pointers: a string is shorter than it should be, up to the first page that could not be read, and a buffer is offered up to the first that
 * cannot be written. Kinds that are `partial` are transferred so far; the others, paths too, are EFAULT as soon as a handler touches them. A further word says more (MemoryFlag).
 */
import { EFD_SEMAPHORE } from "./events.ts";
import { MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT, MLOCK_ONFAULT, MS_ASYNC, MS_INVALIDATE, MS_SYNC } from "./memory-flags.ts";
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_NO_AUTOMOUNT,
  AT_REMOVEDIR,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  GRND_INSECURE,
  GRND_NONBLOCK,
  GRND_RANDOM,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  R_OK,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  STATX_RESERVED,
  W_OK,
  X_OK,
} from "./open-flags.ts";
import { WAIT_LINUX_FLAGS, WCONTINUED, WNOHANG, WUNTRACED } from "./wait-status.ts";

/** Bits of the word behind the arguments: of messages that are sent again, or with a pointer outside of the program's half. */
export const MemoryFlag = {
  /** The buffers offered are as far as they can be written. */
  PROBED: 1,
  /** Bit 1 + i: argument i points to no memory of the program. */
  BAD_ARGUMENT: 2,
} as const;
export const MEMORY_FLAGS_WORD = 7;

export type Kind =
  /** A number. Values with bits that are not `known`, or below `least`, are EINVAL before the call looks at anything else. */
  | {
      readonly kind: "int" | "uint" | "fd" | "pid" | "address" | "flags" | "mode" | "signal";
      readonly known?: number;
      readonly least?: number;
    }
  /** A number that the emulation library adds; Linux's call has no such argument. */
  | { readonly kind: "added" }
  /** NUL-terminated string sent without its NUL, at most 4096 bytes (ENAMETOOLONG). */
  | { readonly kind: "path" | "string" }
  /** A path that may be null: then another argument names the file. */
  | { readonly kind: "optionalPath" }
  /** Fixed number of bytes read from the process. */
  | { readonly kind: "in"; readonly size: number; readonly optional: boolean }
  /** As many bytes as another argument says (times unit), read from the process. */
  | { readonly kind: "inBytes"; readonly length: number; readonly unit: number; readonly limit: number; readonly partial?: true }
  | { readonly kind: "out"; readonly size: number; readonly optional: boolean }
  | { readonly kind: "outBytes"; readonly length: number; readonly unit: number; readonly limit: number; readonly partial?: true }
  | { readonly kind: "inout"; readonly size: number; readonly optional: boolean }
  | { readonly kind: "inoutBytes"; readonly length: number; readonly unit: number; readonly limit: number }
  /** struct iovec array: gathered from / scattered to the process; count in the next argument, bytes of the parts in `total`. */
  | { readonly kind: "inVector" | "outVector" }
  /** ioctl/fcntl argument: direction and size follow from the command in the argument before, by the table commands.ts. */
  | { readonly kind: "command" }
  /** NULL-terminated array of strings, packed as NUL-terminated strings one after the other. */
  | { readonly kind: "stringArray" };

export interface SystemCallRow {
  readonly nr: number;
  readonly args: Readonly<Record<string, Kind>>;
  /**
   * server: one message (default). local: answered by the emulation library alone.
   * special: the emulation library has code around it (fork, execve, signal return, …).
   */
  readonly via?: "server" | "local" | "special";
  /** What does not work as on Linux, for the list of supported calls. */
  readonly note?: string;
}

/** Largest chunk that read/write carry in one message; the emulation library makes longer transfers of several (transfers.c). */
export const TRANSFER_LIMIT = 1 << 18;

const int = { kind: "int" } as const;
const uint = { kind: "uint" } as const;
const fd = { kind: "fd" } as const;
const pid = { kind: "pid" } as const;
const address = { kind: "address" } as const;
const flags = { kind: "flags" } as const;
const mode = { kind: "mode" } as const;
const flagsOf = (known: number) => ({ kind: "flags", known }) as const;
const accessMode = { kind: "mode", known: R_OK | W_OK | X_OK } as const;
/** Sizes and the upper halves of positions. */
const notNegative = { kind: "int", least: 0 } as const;
const positive = { kind: "int", least: 1 } as const;
const signal = { kind: "signal" } as const;
const added = { kind: "added" } as const;
const path = { kind: "path" } as const;
const optionalPath = { kind: "optionalPath" } as const;
const string = { kind: "string" } as const;
const stringArray = { kind: "stringArray" } as const;
const inVector = { kind: "inVector" } as const;
const outVector = { kind: "outVector" } as const;
const command = { kind: "command" } as const;
const in_ = <const N extends number>(size: N) => ({ kind: "in", size, optional: false }) as const;
const inOpt = <const N extends number>(size: N) => ({ kind: "in", size, optional: true }) as const;
const out = <const N extends number>(size: N) => ({ kind: "out", size, optional: false }) as const;
const outOpt = <const N extends number>(size: N) => ({ kind: "out", size, optional: true }) as const;
const inout = <const N extends number>(size: N) => ({ kind: "inout", size, optional: false }) as const;
const inoutOpt = <const N extends number>(size: N) => ({ kind: "inout", size, optional: true }) as const;
/** `length` is the index of the argument that holds the element count. */
const inBytes = (length: number, unit = 1, limit: number = TRANSFER_LIMIT) => ({ kind: "inBytes", length, unit, limit }) as const;
const outBytes = (length: number, unit = 1, limit: number = TRANSFER_LIMIT) => ({ kind: "outBytes", length, unit, limit }) as const;
/** The same for calls that transfer what they can when a part of the memory is bad. */
const inPart = (length: number) => ({ ...inBytes(length), partial: true }) as const;
const outPart = (length: number) => ({ ...outBytes(length), partial: true }) as const;
const inoutBytes = (length: number, unit = 1, limit: number = TRANSFER_LIMIT) => ({ kind: "inoutBytes", length, unit, limit }) as const;

/** Sizes of the structures that travel, in bytes (layouts: abi/structs.ts). */
const TIMESPEC32 = 8;
const TIMESPEC64 = 16;
const TIMEVAL = 8;
const STAT64 = 96;
const STAT_OLD = 64;
const STATX = 256;
const STATFS = 64;
const STATFS64 = 84;
const RUSAGE = 72;
const SIGSET = 8;
const KSIGACTION = 20;
const RLIMIT = 8;
const RLIMIT64 = 16;
const UTSNAME = 390;
const SYSINFO = 64;
const ITIMERVAL = 16;
const TMS = 16;
/** The bits of all processors. */
const CPU_MASK = 4;
const FD_SET = 128;
const SIGINFO = 128;
const SIGNAL_DELIVERY = 168;
const EPOLL_EVENT = 12;
const MSGHDR = 28;

/** Flags that several calls take. */
const AT_PATH_FLAGS = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
const AT_STAT_FLAGS = AT_PATH_FLAGS | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;
const WAIT_FLAGS = WNOHANG | WUNTRACED | WCONTINUED | WAIT_LINUX_FLAGS;
const GRND_FLAGS = GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE;
const CLOSE_RANGE_FLAGS = CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC;
const MCL_FLAGS = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
const MS_FLAGS = MS_ASYNC | MS_INVALIDATE | MS_SYNC;

// biome-ignore format: table
export const systemCalls = {
  restart_syscall:        { nr:   0, args: {}, via: "special" },
  exit:                   { nr:   1, args: { status: int, clearTid: added }, via: "special" },
  fork:                   { nr:   2, args: {}, via: "special" },
  read:                   { nr:   3, args: { fd, buffer: outPart(2), count: uint }, via: "special" },
  write:                  { nr:   4, args: { fd, buffer: inPart(2), count: uint }, via: "special" },
  open:                   { nr:   5, args: { path, flags, mode } },
  close:                  { nr:   6, args: { fd } },
  waitpid:                { nr:   7, args: { pid, status: outOpt(4), options: flagsOf(WAIT_FLAGS) } },
  creat:                  { nr:   8, args: { path, mode } },
  link:                   { nr:   9, args: { from: path, to: path } },
  unlink:                 { nr:  10, args: { path } },
  execve:                 { nr:  11, args: { path, argv: stringArray, envp: stringArray, block: added, blockSize: added }, via: "special" },
  chdir:                  { nr:  12, args: { path } },
  time:                   { nr:  13, args: { time: outOpt(4) }, via: "local" },
  mknod:                  { nr:  14, args: { path, mode, device: uint } },
  chmod:                  { nr:  15, args: { path, mode } },
  lchown:                 { nr:  16, args: { path, uid: int, gid: int } },
  lseek:                  { nr:  19, args: { fd, offset: int, whence: int } },
  getpid:                 { nr:  20, args: {}, via: "local" },
  mount:                  { nr:  21, args: { source: string, target: path, type: string, flags, data: address }, note: "EPERM: mounts are made by the host (--mount)" },
  setuid:                 { nr:  23, args: { uid: int } },
  getuid:                 { nr:  24, args: {}, via: "local" },
  stime:                  { nr:  25, args: { time: in_(4) } },
  alarm:                  { nr:  27, args: { seconds: uint } },
  pause:                  { nr:  29, args: {} },
  utime:                  { nr:  30, args: { path, times: inOpt(8) } },
  access:                 { nr:  33, args: { path, mode: accessMode } },
  nice:                   { nr:  34, args: { increment: int } },
  sync:                   { nr:  36, args: {} },
  kill:                   { nr:  37, args: { pid, signal } },
  rename:                 { nr:  38, args: { from: path, to: path } },
  mkdir:                  { nr:  39, args: { path, mode } },
  rmdir:                  { nr:  40, args: { path } },
  dup:                    { nr:  41, args: { fd } },
  pipe:                   { nr:  42, args: { fds: out(8) } },
  times:                  { nr:  43, args: { buffer: outOpt(TMS) } },
  brk:                    { nr:  45, args: { end: address } },
  setgid:                 { nr:  46, args: { gid: int } },
  getgid:                 { nr:  47, args: {}, via: "local" },
  signal:                 { nr:  48, args: { signal, handler: address } },
  geteuid:                { nr:  49, args: {}, via: "local" },
  getegid:                { nr:  50, args: {}, via: "local" },
  umount2:                { nr:  52, args: { target: path, flags } },
  ioctl:                  { nr:  54, args: { fd, command: uint, argument: command } },
  fcntl:                  { nr:  55, args: { fd, command: uint, argument: command } },
  setpgid:                { nr:  57, args: { pid, pgid: pid } },
  umask:                  { nr:  60, args: { mask: mode } },
  chroot:                 { nr:  61, args: { path } },
  ustat:                  { nr:  62, args: { device: uint, buffer: address } },
  dup2:                   { nr:  63, args: { from: fd, to: fd } },
  getppid:                { nr:  64, args: {}, via: "local" },
  getpgrp:                { nr:  65, args: {}, via: "local" },
  setsid:                 { nr:  66, args: {} },
  sigaction:              { nr:  67, args: { signal, action: inOpt(16), old: outOpt(16) } },
  setreuid:               { nr:  70, args: { ruid: int, euid: int } },
  setregid:               { nr:  71, args: { rgid: int, egid: int } },
  sigsuspend:             { nr:  72, args: { unused1: int, unused2: int, mask: uint } },
  sigpending:             { nr:  73, args: { set: out(4) } },
  sethostname:            { nr:  74, args: { name: inBytes(1), length: uint } },
  setrlimit:              { nr:  75, args: { resource: int, limit: in_(RLIMIT) } },
  old_getrlimit:          { nr:  76, args: { resource: int, limit: out(RLIMIT) } },
  getrusage:              { nr:  77, args: { who: int, usage: out(RUSAGE) } },
  gettimeofday:           { nr:  78, args: { time: outOpt(TIMEVAL), zone: outOpt(8) }, via: "local" },
  settimeofday:           { nr:  79, args: { time: inOpt(TIMEVAL), zone: inOpt(8) } },
  getgroups:              { nr:  80, args: { size: int, list: outBytes(0, 2) } },
  setgroups:              { nr:  81, args: { size: int, list: inBytes(0, 2) } },
  old_select:             { nr:  82, args: { arguments: address }, via: "special" },
  symlink:                { nr:  83, args: { target: string, path } },
  readlink:               { nr:  85, args: { path, buffer: outBytes(2), size: positive } },
  reboot:                 { nr:  88, args: { magic1: uint, magic2: uint, command: uint, argument: address } },
  old_mmap:               { nr:  90, args: { arguments: in_(24) } },
  munmap:                 { nr:  91, args: { address, length: uint } },
  truncate:               { nr:  92, args: { path, length: notNegative } },
  ftruncate:              { nr:  93, args: { fd, length: notNegative } },
  fchmod:                 { nr:  94, args: { fd, mode } },
  fchown:                 { nr:  95, args: { fd, uid: int, gid: int } },
  getpriority:            { nr:  96, args: { which: int, who: int } },
  setpriority:            { nr:  97, args: { which: int, who: int, priority: int } },
  statfs:                 { nr:  99, args: { path, buffer: out(STATFS) } },
  fstatfs:                { nr: 100, args: { fd, buffer: out(STATFS) } },
  socketcall:             { nr: 102, args: { call: int, arguments: address }, via: "special", note: "pairs only: no names, no options" },
  syslog:                 { nr: 103, args: { type: int, buffer: address, length: int } },
  setitimer:              { nr: 104, args: { which: int, value: inOpt(ITIMERVAL), old: outOpt(ITIMERVAL) } },
  getitimer:              { nr: 105, args: { which: int, value: out(ITIMERVAL) } },
  stat:                   { nr: 106, args: { path, buffer: out(STAT_OLD) } },
  lstat:                  { nr: 107, args: { path, buffer: out(STAT_OLD) } },
  fstat:                  { nr: 108, args: { fd, buffer: out(STAT_OLD) } },
  wait4:                  { nr: 114, args: { pid, status: outOpt(4), options: flagsOf(WAIT_FLAGS), usage: outOpt(RUSAGE) } },
  swapoff:                { nr: 115, args: { path } },
  sysinfo:                { nr: 116, args: { buffer: out(SYSINFO) } },
  fsync:                  { nr: 118, args: { fd } },
  sigreturn:              { nr: 119, args: {}, via: "special" },
  clone:                  { nr: 120, args: { flags, stack: address, parentTid: address, tls: address, childTid: address }, via: "special" },
  uname:                  { nr: 122, args: { buffer: out(UTSNAME) } },
  mprotect:               { nr: 125, args: { address, length: uint, protection: flags } },
  sigprocmask:            { nr: 126, args: { how: int, set: inOpt(4), old: outOpt(4) } },
  getpgid:                { nr: 132, args: { pid } },
  fchdir:                 { nr: 133, args: { fd } },
  personality:            { nr: 136, args: { persona: uint } },
  llseek:                 { nr: 140, args: { fd, high: uint, low: uint, result: out(8), whence: int } },
  getdents:               { nr: 141, args: { fd, buffer: outPart(2), size: uint } },
  select:                 { nr: 142, args: { count: int, read: inoutOpt(FD_SET), write: inoutOpt(FD_SET), except: inoutOpt(FD_SET), timeout: inoutOpt(TIMEVAL) } },
  flock:                  { nr: 143, args: { fd, operation: int } },
  msync:                  { nr: 144, args: { address, length: uint, flags: flagsOf(MS_FLAGS) } },
  readv:                  { nr: 145, args: { fd, vector: outVector, count: uint, total: added, continues: added }, via: "special" },
  writev:                 { nr: 146, args: { fd, vector: inVector, count: uint, total: added }, via: "special" },
  getsid:                 { nr: 147, args: { pid } },
  fdatasync:              { nr: 148, args: { fd } },
  mlock:                  { nr: 150, args: { address, length: uint } },
  munlock:                { nr: 151, args: { address, length: uint } },
  mlockall:               { nr: 152, args: { flags: flagsOf(MCL_FLAGS) } },
  munlockall:             { nr: 153, args: {} },
  sched_setparam:         { nr: 154, args: { pid, param: inOpt(4) } },
  sched_getparam:         { nr: 155, args: { pid, param: outOpt(4) } },
  sched_setscheduler:     { nr: 156, args: { pid, policy: int, param: inOpt(4) } },
  sched_getscheduler:     { nr: 157, args: { pid } },
  sched_yield:            { nr: 158, args: {}, via: "local" },
  sched_get_priority_max: { nr: 159, args: { policy: int } },
  sched_get_priority_min: { nr: 160, args: { policy: int } },
  sched_rr_get_interval:  { nr: 161, args: { pid, interval: out(TIMESPEC32) } },
  nanosleep:              { nr: 162, args: { request: in_(TIMESPEC32), remaining: outOpt(TIMESPEC32) } },
  mremap:                 { nr: 163, args: { address, oldSize: uint, newSize: uint, flags, newAddress: address } },
  setresuid:              { nr: 164, args: { ruid: int, euid: int, suid: int } },
  getresuid:              { nr: 165, args: { ruid: out(4), euid: out(4), suid: out(4) } },
  poll:                   { nr: 168, args: { fds: inoutBytes(1, 8), count: uint, timeout: int } },
  setresgid:              { nr: 170, args: { rgid: int, egid: int, sgid: int } },
  getresgid:              { nr: 171, args: { rgid: out(4), egid: out(4), sgid: out(4) } },
  prctl:                  { nr: 172, args: { option: int, name: string }, via: "special" },
  rt_sigreturn:           { nr: 173, args: {}, via: "special" },
  rt_sigaction:           { nr: 174, args: { signal, action: inOpt(KSIGACTION), old: outOpt(KSIGACTION), size: uint } },
  rt_sigprocmask:         { nr: 175, args: { how: int, set: inOpt(SIGSET), old: outOpt(SIGSET), size: uint } },
  rt_sigpending:          { nr: 176, args: { set: out(SIGSET), size: uint } },
  rt_sigtimedwait:        { nr: 177, args: { set: in_(SIGSET), info: outOpt(SIGINFO), timeout: inOpt(TIMESPEC32), size: uint } },
  rt_sigqueueinfo:        { nr: 178, args: { pid, signal, info: in_(SIGINFO) } },
  rt_sigsuspend:          { nr: 179, args: { set: in_(SIGSET), size: uint } },
  pread64:                { nr: 180, args: { fd, buffer: outPart(2), count: uint, low: uint, high: notNegative }, via: "special" },
  pwrite64:               { nr: 181, args: { fd, buffer: inPart(2), count: uint, low: uint, high: notNegative }, via: "special" },
  chown:                  { nr: 182, args: { path, uid: int, gid: int } },
  getcwd:                 { nr: 183, args: { buffer: outBytes(1), size: uint } },
  sigaltstack:            { nr: 186, args: { stack: inOpt(12), old: outOpt(12), esp: added }, via: "special" },
  sendfile:               { nr: 187, args: { out: fd, in: fd, offset: inoutOpt(4), count: uint } },
  vfork:                  { nr: 190, args: {}, via: "special" },
  getrlimit:              { nr: 191, args: { resource: int, limit: out(RLIMIT) } },
  mmap2:                  { nr: 192, args: { address, length: uint, protection: flags, flags, fd, page: uint } },
  truncate64:             { nr: 193, args: { path, low: uint, high: notNegative } },
  ftruncate64:            { nr: 194, args: { fd, low: uint, high: notNegative } },
  stat64:                 { nr: 195, args: { path, buffer: out(STAT64) } },
  lstat64:                { nr: 196, args: { path, buffer: out(STAT64) } },
  fstat64:                { nr: 197, args: { fd, buffer: out(STAT64) } },
  lchown32:               { nr: 198, args: { path, uid: int, gid: int } },
  getuid32:               { nr: 199, args: {}, via: "local" },
  getgid32:               { nr: 200, args: {}, via: "local" },
  geteuid32:              { nr: 201, args: {}, via: "local" },
  getegid32:              { nr: 202, args: {}, via: "local" },
  setreuid32:             { nr: 203, args: { ruid: int, euid: int } },
  setregid32:             { nr: 204, args: { rgid: int, egid: int } },
  getgroups32:            { nr: 205, args: { size: int, list: outBytes(0, 4) } },
  setgroups32:            { nr: 206, args: { size: int, list: inBytes(0, 4) } },
  fchown32:               { nr: 207, args: { fd, uid: int, gid: int } },
  setresuid32:            { nr: 208, args: { ruid: int, euid: int, suid: int } },
  getresuid32:            { nr: 209, args: { ruid: out(4), euid: out(4), suid: out(4) } },
  setresgid32:            { nr: 210, args: { rgid: int, egid: int, sgid: int } },
  getresgid32:            { nr: 211, args: { rgid: out(4), egid: out(4), sgid: out(4) } },
  chown32:                { nr: 212, args: { path, uid: int, gid: int } },
  setuid32:               { nr: 213, args: { uid: int } },
  setgid32:               { nr: 214, args: { gid: int } },
  setfsuid32:             { nr: 215, args: { uid: int } },
  setfsgid32:             { nr: 216, args: { gid: int } },
  madvise:                { nr: 219, args: { address, length: uint, advice: int } },
  getdents64:             { nr: 220, args: { fd, buffer: outPart(2), size: uint } },
  fcntl64:                { nr: 221, args: { fd, command: uint, argument: command } },
  gettid:                 { nr: 224, args: {}, via: "local" },
  readahead:              { nr: 225, args: { fd, low: uint, high: uint, count: uint } },
  setxattr:               { nr: 226, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  lsetxattr:              { nr: 227, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  fsetxattr:              { nr: 228, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  getxattr:               { nr: 229, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  lgetxattr:              { nr: 230, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  fgetxattr:              { nr: 231, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  listxattr:              { nr: 232, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  llistxattr:             { nr: 233, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  flistxattr:             { nr: 234, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  removexattr:            { nr: 235, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  lremovexattr:           { nr: 236, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  fremovexattr:           { nr: 237, args: { object: address, name: address, value: address, size: uint, flags }, note: "EOPNOTSUPP: no extended attributes" },
  tkill:                  { nr: 238, args: { tid: pid, signal } },
  sendfile64:             { nr: 239, args: { out: fd, in: fd, offset: inoutOpt(8), count: uint } },
  futex:                  { nr: 240, args: { word: in_(4), operation: int, value: uint, timeout: inOpt(TIMESPEC32), address, bits: uint }, via: "special" },
  sched_setaffinity:      { nr: 241, args: { pid, size: uint, mask: inBytes(1, 1, CPU_MASK) } },
  sched_getaffinity:      { nr: 242, args: { pid, size: uint, mask: outBytes(1) } },
  set_thread_area:        { nr: 243, args: { descriptor: address }, via: "special" },
  get_thread_area:        { nr: 244, args: { descriptor: address }, via: "special" },
  fadvise64:              { nr: 250, args: { fd, low: uint, high: uint, length: uint, advice: int } },
  exit_group:             { nr: 252, args: { status: int }, via: "special" },
  epoll_create:           { nr: 254, args: { size: int } },
  epoll_ctl:              { nr: 255, args: { set: fd, operation: int, fd, event: in_(EPOLL_EVENT) } },
  epoll_wait:             { nr: 256, args: { set: fd, events: outBytes(2, EPOLL_EVENT), count: int, timeout: int } },
  set_tid_address:        { nr: 258, args: { tid: address }, via: "local" },
  clock_settime:          { nr: 264, args: { clock: int, time: in_(TIMESPEC32) } },
  clock_gettime:          { nr: 265, args: { clock: int, time: out(TIMESPEC32) }, via: "local" },
  clock_getres:           { nr: 266, args: { clock: int, resolution: outOpt(TIMESPEC32) }, via: "local" },
  clock_nanosleep:        { nr: 267, args: { clock: int, flags, request: in_(TIMESPEC32), remaining: outOpt(TIMESPEC32) } },
  statfs64:               { nr: 268, args: { path, size: uint, buffer: out(STATFS64) } },
  fstatfs64:              { nr: 269, args: { fd, size: uint, buffer: out(STATFS64) } },
  tgkill:                 { nr: 270, args: { tgid: pid, tid: pid, signal } },
  utimes:                 { nr: 271, args: { path, times: inOpt(16) } },
  fadvise64_64:           { nr: 272, args: { fd, low: uint, high: uint, lengthLow: uint, lengthHigh: uint, advice: int } },
  waitid:                 { nr: 284, args: { type: int, id: pid, info: outOpt(SIGINFO), options: flags, usage: outOpt(RUSAGE) } },
  openat:                 { nr: 295, args: { dirfd: fd, path, flags, mode } },
  mkdirat:                { nr: 296, args: { dirfd: fd, path, mode } },
  mknodat:                { nr: 297, args: { dirfd: fd, path, mode, device: uint } },
  fchownat:               { nr: 298, args: { dirfd: fd, path, uid: int, gid: int, flags: flagsOf(AT_PATH_FLAGS) } },
  futimesat:              { nr: 299, args: { dirfd: fd, path: optionalPath, times: inOpt(16) } },
  fstatat64:              { nr: 300, args: { dirfd: fd, path, buffer: out(STAT64), flags: flagsOf(AT_STAT_FLAGS) } },
  unlinkat:               { nr: 301, args: { dirfd: fd, path, flags: flagsOf(AT_REMOVEDIR) } },
  renameat:               { nr: 302, args: { fromDir: fd, from: path, toDir: fd, to: path } },
  linkat:                 { nr: 303, args: { fromDir: fd, from: path, toDir: fd, to: path, flags: flagsOf(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH) } },
  symlinkat:              { nr: 304, args: { target: string, dirfd: fd, path } },
  readlinkat:             { nr: 305, args: { dirfd: fd, path, buffer: outBytes(3), size: positive } },
  fchmodat:               { nr: 306, args: { dirfd: fd, path, mode } },
  faccessat:              { nr: 307, args: { dirfd: fd, path, mode: accessMode } },
  pselect6:               { nr: 308, args: { count: int, read: inoutOpt(FD_SET), write: inoutOpt(FD_SET), except: inoutOpt(FD_SET), timeout: inoutOpt(TIMESPEC32), mask: inOpt(SIGSET) }, via: "special" },
  ppoll:                  { nr: 309, args: { fds: inoutBytes(1, 8), count: uint, timeout: inoutOpt(TIMESPEC32), mask: inOpt(SIGSET), size: uint } },
  set_robust_list:        { nr: 311, args: { head: address, length: uint }, via: "local" },
  get_robust_list:        { nr: 312, args: { pid, head: address, length: address }, via: "local" },
  sync_file_range:        { nr: 314, args: { fd, offsetLow: uint, offsetHigh: uint, lengthLow: uint, lengthHigh: uint, flags } },
  getcpu:                 { nr: 318, args: { cpu: outOpt(4), node: outOpt(4), cache: address } },
  epoll_pwait:            { nr: 319, args: { set: fd, events: outBytes(2, EPOLL_EVENT), count: int, timeout: int, mask: inOpt(SIGSET), size: uint } },
  utimensat:              { nr: 320, args: { dirfd: fd, path: optionalPath, times: inOpt(16), flags } },
  eventfd:                { nr: 323, args: { count: uint } },
  fallocate:              { nr: 324, args: { fd, mode: int, offsetLow: uint, offsetHigh: uint, lengthLow: uint, lengthHigh: uint } },
  eventfd2:               { nr: 328, args: { count: uint, flags: flagsOf(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK) } },
  epoll_create1:          { nr: 329, args: { flags: flagsOf(O_CLOEXEC) } },
  dup3:                   { nr: 330, args: { from: fd, to: fd, flags: flagsOf(O_CLOEXEC) } },
  pipe2:                  { nr: 331, args: { fds: out(8), flags: flagsOf(O_CLOEXEC | O_NONBLOCK | O_DIRECT) } },
  preadv:                 { nr: 333, args: { fd, vector: outVector, count: uint, low: uint, high: notNegative, total: added }, via: "special" },
  pwritev:                { nr: 334, args: { fd, vector: inVector, count: uint, low: uint, high: notNegative, total: added }, via: "special" },
  prlimit64:              { nr: 340, args: { pid, resource: int, limit: inOpt(RLIMIT64), old: outOpt(RLIMIT64) } },
  syncfs:                 { nr: 344, args: { fd } },
  renameat2:              { nr: 353, args: { fromDir: fd, from: path, toDir: fd, to: path, flags: flagsOf(RENAME_NOREPLACE | RENAME_EXCHANGE) } },
  getrandom:              { nr: 355, args: { buffer: outPart(1), size: uint, flags: flagsOf(GRND_FLAGS) } },
  socketpair:             { nr: 360, args: { domain: int, type: int, protocol: int, fds: out(8) }, note: "AF_UNIX" },
  sendto:                 { nr: 369, args: { fd, buffer: inPart(2), length: uint, flags: uint, address, address_length: uint } },
  sendmsg:                { nr: 370, args: { fd, vector: inVector, count: uint, flags: uint, control: address, control_length: uint }, via: "special", note: "EOPNOTSUPP with control data" },
  recvfrom:               { nr: 371, args: { fd, buffer: outPart(2), length: uint, flags: uint, address, address_length: inoutOpt(4) } },
  recvmsg:                { nr: 372, args: { fd, vector: outVector, count: uint, flags: uint, header: inout(MSGHDR) }, via: "special" },
  shutdown:               { nr: 373, args: { fd, how: int } },
  mlock2:                 { nr: 376, args: { address, length: uint, flags: flagsOf(MLOCK_ONFAULT) } },
  copy_file_range:        { nr: 377, args: { in: fd, inOffset: inoutOpt(8), out: fd, outOffset: inoutOpt(8), length: uint, flags } },
  preadv2:                { nr: 378, args: { fd, vector: address, count: uint, low: uint, high: uint, flags }, via: "special", note: "flags: none" },
  pwritev2:               { nr: 379, args: { fd, vector: address, count: uint, low: uint, high: uint, flags }, via: "special", note: "flags: none" },
  statx:                  { nr: 383, args: { dirfd: fd, path, flags: flagsOf(AT_STAT_FLAGS), mask: flagsOf(~STATX_RESERVED), buffer: out(STATX) } },
  rseq:                   { nr: 386, args: { area: address, length: uint, flags, signature: uint }, via: "local", note: "ENOSYS, as old kernels; C libraries cope" },
  clock_gettime64:        { nr: 403, args: { clock: int, time: out(TIMESPEC64) }, via: "local" },
  clock_settime64:        { nr: 404, args: { clock: int, time: in_(TIMESPEC64) } },
  clock_getres_time64:    { nr: 406, args: { clock: int, resolution: outOpt(TIMESPEC64) }, via: "local" },
  clock_nanosleep_time64: { nr: 407, args: { clock: int, flags, request: in_(TIMESPEC64), remaining: outOpt(TIMESPEC64) } },
  utimensat_time64:       { nr: 412, args: { dirfd: fd, path: optionalPath, times: inOpt(32), flags } },
  pselect6_time64:        { nr: 413, args: { count: int, read: inoutOpt(FD_SET), write: inoutOpt(FD_SET), except: inoutOpt(FD_SET), timeout: inoutOpt(TIMESPEC64), mask: inOpt(SIGSET) }, via: "special" },
  ppoll_time64:           { nr: 414, args: { fds: inoutBytes(1, 8), count: uint, timeout: inoutOpt(TIMESPEC64), mask: inOpt(SIGSET), size: uint } },
  rt_sigtimedwait_time64: { nr: 421, args: { set: in_(SIGSET), info: outOpt(SIGINFO), timeout: inOpt(TIMESPEC64), size: uint } },
  futex_time64:           { nr: 422, args: { word: in_(4), operation: int, value: uint, timeout: inOpt(TIMESPEC64), address, bits: uint }, via: "special" },
  sched_rr_get_interval_time64: { nr: 423, args: { pid, interval: out(TIMESPEC64) } },
  close_range:            { nr: 436, args: { first: uint, last: uint, flags: flagsOf(CLOSE_RANGE_FLAGS) } },
  faccessat2:             { nr: 439, args: { dirfd: fd, path, mode: accessMode, flags: flagsOf(AT_EACCESS | AT_PATH_FLAGS) } },
  epoll_pwait2:           { nr: 441, args: { set: fd, events: outBytes(2, EPOLL_EVENT), count: int, timeout: inOpt(TIMESPEC64), mask: inOpt(SIGSET), size: uint } },
} as const satisfies Record<string, SystemCallRow>;

/**
 * Calls that the emulation library makes, and libl3 (bind_manager): they are no Linux calls, and user code that sends them
 * itself can at worst harm its own process.
 */
// biome-ignore format: table
export const emulatorCalls = {
  /** First call of a new program image: fetches the initial stack image (address and size are in the process page). */
  exec_image:   { nr: 0x1000, args: { image: outBytes(1, 1, 1 << 20), size: uint } },
  /** Asks for a signal to deliver. Reply string: the signal_delivery structure (abi/structs.ts). Does not return while the process is stopped. */
  take_signal:  { nr: 0x1001, args: { delivery: out(SIGNAL_DELIVERY), esp: uint } },
  /**
   * Reports a processor exception (vector, error code or floating-point exceptions, address, FaultRefusal, eip): the server posts the signal. fatal ≠ 0: it was raised
   * in the emulation library itself (or a signal frame could not be written), so no handler can run and the signal terminates the process.
   */
  exception:    { nr: 0x1002, args: { vector: uint, errorCode: uint, address, reason: uint, eip: address, fatal: uint } },
  /** Signal mask to restore after a handler (from the signal frame), and the alternate-stack state. */
  restore_mask: { nr: 0x1003, args: { mask: in_(SIGSET) } },
  /** fork, vfork and clone: the child starts at `entry` in the emulation library, with a copy of everything. flags as clone; the number of the program's call. */
  fork_process: { nr: 0x1004, args: { flags, entry: address, childStack: address, call: uint } },
  /** Turns a mapping without any access into a region of the memory manager that was booted for programs: its data space `dataSpace` of this task. ENODEV: there is none. */
  bind_manager: { nr: 0x1005, args: { address, size: uint, dataSpace: uint, rights: flags } },
  /** clone of a thread, with what it starts with; its id. It runs from start_thread on, at `entry` in the emulation library. */
  clone_thread: { nr: 0x1006, args: { flags, image: inBytes(2), size: uint } },
  start_thread: { nr: 0x1007, args: { tid: pid, entry: address } },
  /** First call of a new thread: fetches what clone_thread had. */
  thread_image: { nr: 0x1008, args: { image: outBytes(1), size: uint } },
  /** The calls of futex that wait for nothing. */
  futex_wake: { nr: 0x1009, args: { address, count: int, bits: uint } },
  futex_requeue: { nr: 0x100a, args: { address, count: int, moved: int, target: address } },
  futex_compare_requeue: { nr: 0x100b, args: { word: in_(4), count: int, moved: int, target: address, address, value: uint } },
} as const satisfies Record<string, SystemCallRow>;

export type SystemCallName = keyof typeof systemCalls;
export type EmulatorCallName = keyof typeof emulatorCalls;
