/**
 * Structures that travel between processes and the Unix server, as data: Linux/i386's layouts, and those of the
 * emulation library's own calls. C headers are generated from these tables; the server reads and writes by them
 * (struct-codec.ts). Offsets and sizes in bytes, everything little endian.
 * Source: the System V i386 ABI's alignment rules and the Linux man pages (stat(2), sigaction(2), …).
 */

export type FieldType = "u8" | "u16" | "u32" | "i32" | "u64" | "i64" | "bytes";

export interface Field {
  readonly offset: number;
  readonly type: FieldType;
  /** Elements of an array; length of "bytes". */
  readonly count?: number;
}

export interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

export const fieldSizes = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, i64: 8, bytes: 1 } as const satisfies Record<FieldType, number>;

const u8 = (offset: number) => ({ offset, type: "u8" }) as const;
const u16 = (offset: number) => ({ offset, type: "u16" }) as const;
const u32 = (offset: number) => ({ offset, type: "u32" }) as const;
const i32 = (offset: number) => ({ offset, type: "i32" }) as const;
const u64 = (offset: number) => ({ offset, type: "u64" }) as const;
const i64 = (offset: number) => ({ offset, type: "i64" }) as const;
const bytes = (offset: number, count: number) => ({ offset, type: "bytes", count }) as const;

// biome-ignore format: table
export const structs = {
  // ── The emulation library's own ────────────────────────────────────────────────────────────────
  /**
   * Reply of take_signal. signal 0: nothing to deliver. stack: the new stack pointer when the handler runs on the
   * alternate stack, 0 = stay on the current one. mask: to be saved in the frame and restored by
   * sigreturn (restore_mask). altstack_*: for the frame's uc_stack. flags: SA_* of the action.
   */
  signal_delivery: { size: 168, fields: {
    signal: u32(0), handler: u32(4), flags: u32(8), restorer: u32(12), mask: bytes(16, 8), stack: u32(24),
    altstack_base: u32(28), altstack_flags: u32(32), altstack_size: u32(36), siginfo: bytes(40, 128),
  } },

  // ── Signals ────────────────────────────────────────────────────────────────────────────────────
  siginfo: { size: 128, fields: {
    si_signo: i32(0), si_errno: i32(4), si_code: i32(8),
    /** kill, SIGCHLD, queued signals */
    si_pid: i32(12), si_uid: u32(16),
    /** SIGCHLD */
    si_status: i32(20), si_utime: i32(24), si_stime: i32(28),
  } },
  siginfo_fault: { size: 128, fields: { si_signo: i32(0), si_errno: i32(4), si_code: i32(8), si_addr: u32(12) } },
  siginfo_queued: { size: 128, fields: { si_signo: i32(0), si_errno: i32(4), si_code: i32(8), si_pid: i32(12), si_uid: u32(16), si_value: u32(20) } },
  /** struct sigaction of rt_sigaction. */
  ksigaction: { size: 20, fields: { sa_handler: u32(0), sa_flags: u32(4), sa_restorer: u32(8), sa_mask: bytes(12, 8) } },
  /** struct old_sigaction of sigaction. */
  old_sigaction: { size: 16, fields: { sa_handler: u32(0), sa_mask: u32(4), sa_flags: u32(8), sa_restorer: u32(12) } },
  sigaltstack: { size: 12, fields: { ss_sp: u32(0), ss_flags: i32(4), ss_size: u32(8) } },
  sigcontext: { size: 88, fields: {
    gs: u32(0), fs: u32(4), es: u32(8), ds: u32(12), edi: u32(16), esi: u32(20), ebp: u32(24), esp: u32(28),
    ebx: u32(32), edx: u32(36), ecx: u32(40), eax: u32(44), trapno: u32(48), err: u32(52), eip: u32(56), cs: u32(60),
    eflags: u32(64), esp_at_signal: u32(68), ss: u32(72), fpstate: u32(76), oldmask: u32(80), cr2: u32(84),
  } },
  ucontext: { size: 116, fields: {
    uc_flags: u32(0), uc_link: u32(4), ss_sp: u32(8), ss_flags: i32(12), ss_size: u32(16), mcontext: bytes(20, 88), sigmask: bytes(108, 8),
  } },
  /** Signal frame without SA_SIGINFO: on the stack at ESP when the handler starts. */
  sigframe: { size: 732, fields: {
    pretcode: u32(0), sig: i32(4), context: bytes(8, 88), fpstate: bytes(96, 624), extramask: u32(720), retcode: bytes(724, 8),
  } },
  /** Signal frame with SA_SIGINFO. */
  rt_sigframe: { size: 268, fields: {
    pretcode: u32(0), sig: i32(4), pinfo: u32(8), puc: u32(12), info: bytes(16, 128), uc: bytes(144, 116), retcode: bytes(260, 8),
  } },

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────
  timespec32: { size: 8, fields: { tv_sec: i32(0), tv_nsec: i32(4) } },
  timespec64: { size: 16, fields: { tv_sec: i64(0), tv_nsec: i64(8) } },
  timeval: { size: 8, fields: { tv_sec: i32(0), tv_usec: i32(4) } },
  itimerval: { size: 16, fields: { interval_sec: i32(0), interval_usec: i32(4), value_sec: i32(8), value_usec: i32(12) } },
  tms: { size: 16, fields: { tms_utime: i32(0), tms_stime: i32(4), tms_cutime: i32(8), tms_cstime: i32(12) } },
  utimbuf: { size: 8, fields: { actime: i32(0), modtime: i32(4) } },

  // ── Processes and system ───────────────────────────────────────────────────────────────────────
  rusage: { size: 72, fields: {
    utime_sec: i32(0), utime_usec: i32(4), stime_sec: i32(8), stime_usec: i32(12), ru_maxrss: i32(16), ru_ixrss: i32(20),
    ru_idrss: i32(24), ru_isrss: i32(28), ru_minflt: i32(32), ru_majflt: i32(36), ru_nswap: i32(40), ru_inblock: i32(44),
    ru_oublock: i32(48), ru_msgsnd: i32(52), ru_msgrcv: i32(56), ru_nsignals: i32(60), ru_nvcsw: i32(64), ru_nivcsw: i32(68),
  } },
  rlimit: { size: 8, fields: { rlim_cur: u32(0), rlim_max: u32(4) } },
  rlimit64: { size: 16, fields: { rlim_cur: u64(0), rlim_max: u64(8) } },
  utsname: { size: 390, fields: {
    sysname: bytes(0, 65), nodename: bytes(65, 65), release: bytes(130, 65), version: bytes(195, 65), machine: bytes(260, 65), domainname: bytes(325, 65),
  } },
  sysinfo: { size: 64, fields: {
    uptime: i32(0), load1: u32(4), load5: u32(8), load15: u32(12), totalram: u32(16), freeram: u32(20), sharedram: u32(24),
    bufferram: u32(28), totalswap: u32(32), freeswap: u32(36), procs: u16(40), totalhigh: u32(44), freehigh: u32(48), mem_unit: u32(52),
  } },
  user_desc: { size: 16, fields: { entry_number: i32(0), base_addr: u32(4), limit: u32(8), flags: u32(12) } },
  /** Arguments of old_mmap. */
  mmap_arguments: { size: 24, fields: { addr: u32(0), len: u32(4), prot: u32(8), flags: u32(12), fd: i32(16), offset: u32(20) } },
  /** Arguments of old_select. */
  select_arguments: { size: 20, fields: { n: i32(0), read: u32(4), write: u32(8), except: u32(12), timeout: u32(16) } },

  // ── Files ──────────────────────────────────────────────────────────────────────────────────────
  iovec: { size: 8, fields: { iov_base: u32(0), iov_len: u32(4) } },
  msghdr: { size: 28, fields: {
    msg_name: u32(0), msg_namelen: u32(4), msg_iov: u32(8), msg_iovlen: u32(12), msg_control: u32(16), msg_controllen: u32(20), msg_flags: u32(24),
  } },
  epoll_event: { size: 12, fields: { events: u32(0), data: bytes(4, 8) } },
  pollfd: { size: 8, fields: { fd: i32(0), events: u16(4), revents: u16(6) } },
  stat: { size: 64, fields: {
    st_dev: u32(0), st_ino: u32(4), st_mode: u16(8), st_nlink: u16(10), st_uid: u16(12), st_gid: u16(14), st_rdev: u32(16), st_size: u32(20),
    st_blksize: u32(24), st_blocks: u32(28), st_atime: u32(32), st_atime_nsec: u32(36), st_mtime: u32(40), st_mtime_nsec: u32(44),
    st_ctime: u32(48), st_ctime_nsec: u32(52),
  } },
  stat64: { size: 96, fields: {
    st_dev: u64(0), st_ino32: u32(12), st_mode: u32(16), st_nlink: u32(20), st_uid: u32(24), st_gid: u32(28), st_rdev: u64(32), st_size: i64(44),
    st_blksize: u32(52), st_blocks: u64(56), st_atime: u32(64), st_atime_nsec: u32(68), st_mtime: u32(72), st_mtime_nsec: u32(76),
    st_ctime: u32(80), st_ctime_nsec: u32(84), st_ino: u64(88),
  } },
  statx: { size: 256, fields: {
    stx_mask: u32(0), stx_blksize: u32(4), stx_attributes: u64(8), stx_nlink: u32(16), stx_uid: u32(20), stx_gid: u32(24), stx_mode: u16(28),
    stx_ino: u64(32), stx_size: u64(40), stx_blocks: u64(48), stx_attributes_mask: u64(56),
    stx_atime: i64(64), stx_atime_nsec: u32(72), stx_btime: i64(80), stx_btime_nsec: u32(88),
    stx_ctime: i64(96), stx_ctime_nsec: u32(104), stx_mtime: i64(112), stx_mtime_nsec: u32(120),
    stx_rdev_major: u32(128), stx_rdev_minor: u32(132), stx_dev_major: u32(136), stx_dev_minor: u32(140), stx_mnt_id: u64(144),
  } },
  statfs: { size: 64, fields: {
    f_type: u32(0), f_bsize: u32(4), f_blocks: u32(8), f_bfree: u32(12), f_bavail: u32(16), f_files: u32(20), f_ffree: u32(24),
    f_fsid: u64(28), f_namelen: u32(36), f_frsize: u32(40), f_flags: u32(44),
  } },
  statfs64: { size: 84, fields: {
    f_type: u32(0), f_bsize: u32(4), f_blocks: u64(8), f_bfree: u64(16), f_bavail: u64(24), f_files: u64(32), f_ffree: u64(40),
    f_fsid: u64(48), f_namelen: u32(56), f_frsize: u32(60), f_flags: u32(64),
  } },
  /** Head of a directory entry of getdents; the name follows. */
  dirent: { size: 10, fields: { d_ino: u32(0), d_off: u32(4), d_reclen: u16(8) } },
  /** Head of a directory entry of getdents64; the name follows. */
  dirent64: { size: 19, fields: { d_ino: u64(0), d_off: i64(8), d_reclen: u16(16), d_type: u8(18) } },
  flock: { size: 16, fields: { l_type: u16(0), l_whence: u16(2), l_start: i32(4), l_len: i32(8), l_pid: i32(12) } },
  flock64: { size: 24, fields: { l_type: u16(0), l_whence: u16(2), l_start: i64(4), l_len: i64(12), l_pid: i32(20) } },

  // ── Terminals ──────────────────────────────────────────────────────────────────────────────────
  /** struct termios of the TCGETS and TCSETS requests (not the C library's). */
  termios: { size: 36, fields: { c_iflag: u32(0), c_oflag: u32(4), c_cflag: u32(8), c_lflag: u32(12), c_line: u8(16), c_cc: bytes(17, 19) } },
  winsize: { size: 8, fields: { ws_row: u16(0), ws_col: u16(2), ws_xpixel: u16(4), ws_ypixel: u16(6) } },
} as const satisfies Record<string, Layout>;

export type StructName = keyof typeof structs;
