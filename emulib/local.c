/*
 * Calls answered without the server: from the process page, the clock, or with nothing to do.
 */
#include "emulib.h"

/* Offset in the process page + 1 by call number, 0 = not answered there; for emulib_sysinfo and local_call. */
const u8 local_offsets[LOCAL_OFFSETS] = {
    [SYS_getpid] = PROCESS_PID + 1,     [SYS_getppid] = PROCESS_PPID + 1,   [SYS_getpgrp] = PROCESS_PGRP + 1,
    [SYS_getuid] = PROCESS_UID + 1,     [SYS_getuid32] = PROCESS_UID + 1,   [SYS_geteuid] = PROCESS_EUID + 1,
    [SYS_geteuid32] = PROCESS_EUID + 1, [SYS_getgid] = PROCESS_GID + 1,     [SYS_getgid32] = PROCESS_GID + 1,
    [SYS_getegid] = PROCESS_EGID + 1,   [SYS_getegid32] = PROCESS_EGID + 1,
};

int local_call(struct frame *frame) {
  u32 nr = frame->eax;

  if (nr < LOCAL_OFFSETS && local_offsets[nr]) return PROCESS_WORD(local_offsets[nr] - 1);
  switch (nr) {
    case SYS_time:
    case SYS_gettimeofday:
    case SYS_clock_gettime:
    case SYS_clock_gettime64:
    case SYS_clock_getres:
    case SYS_clock_getres_time64: return clock_call(nr, frame->ebx, frame->ecx);
    case SYS_set_tid_address:
      STATE->clear_tid = frame->ebx;
      /* fall through */
    case SYS_gettid: return THREAD_WORD(THREAD_TID);
    case SYS_set_robust_list: return set_robust_list(frame->ebx, frame->ecx);
    case SYS_get_robust_list: return get_robust_list(frame->ebx, frame->ecx, frame->edx);
    case SYS_sched_yield: return yield();
    default: return -ENOSYS;
  }
}
