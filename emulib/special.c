/*
 * Calls with code of their own around the message: arguments behind pointers, process creation, signal return.
 */
#include "emulib.h"

/* Reads words that a pointer argument names. */
static int fetch(u32 address, u32 *words, u32 count) {
  if (!in_user_space(address, count * 4)) return -1;
  return copy(words, (const void *)address, count * 4);
}

static int old_select(u32 address) {
  u32 a[5];

  if (fetch(address, a, 5)) return -EFAULT;
  return server_call(SYS_select, a[0], a[1], a[2], a[3], a[4], 0);
}

/* pselect6's last argument points to {mask pointer, mask size}. */
static int pselect(u32 nr, const u32 *a) {
  u32 mask[2] = {0, 0};

  if (a[5] && fetch(a[5], mask, 2)) return -EFAULT;
  return server_call(nr, a[0], a[1], a[2], a[3], a[4], mask[0]);
}

/* preadv2 and pwritev2 are as the older calls, but have flags, none of which is known here, and position -1 for the
 * file's own. */
static int vector_transfer_with_flags(u32 nr, const u32 *a) {
  int reads = nr == SYS_preadv2;

  if ((a[3] & a[4]) == -1u) return vector_transfer(reads ? SYS_readv : SYS_writev, a, a[5]);
  return vector_transfer(reads ? SYS_preadv : SYS_pwritev, a, a[5]);
}

/* Calls of socketcall by its first argument: their own numbers, and how many arguments they have. 0: they do not exist
 * here. */
static const struct {
  u16 nr, arguments;
} socket_calls[] = {
    [8] = {SYS_socketpair, 4}, [9] = {SYS_sendto, 4},    [10] = {SYS_recvfrom, 4}, [11] = {SYS_sendto, 6},
    [12] = {SYS_recvfrom, 6},  [13] = {SYS_shutdown, 2}, [16] = {SYS_sendmsg, 3},  [17] = {SYS_recvmsg, 3},
};
#define LAST_SOCKET_CALL 20

/* The older form of all calls on sockets: arguments behind a pointer. send and recv are sendto and recvfrom without a
 * name. */
static int socket_call(u32 call, u32 address) {
  u32 a[6] = {0, 0, 0, 0, 0, 0};

  if (call == 0 || call > LAST_SOCKET_CALL) return -EINVAL;
  /* socket itself: programs do without when there is no such family. */
  if (call == 1) return -EAFNOSUPPORT;
  if (call >= sizeof socket_calls / sizeof socket_calls[0] || socket_calls[call].nr == 0) return -ENOSYS;
  if (fetch(address, a, socket_calls[call].arguments)) return -EFAULT;
  if (socket_calls[call].nr == SYS_sendmsg || socket_calls[call].nr == SYS_recvmsg)
    return socket_message(socket_calls[call].nr, a);
  return server_call(socket_calls[call].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Returns the call's result; for signal returns the frame is replaced and the result has no meaning. */
int special_call(struct frame *frame) {
  u32 *a = ARGUMENTS(frame);

  switch (frame->eax) {
    case SYS_read:
    case SYS_write:
    case SYS_pread64:
    case SYS_pwrite64: return transfer(frame->eax, a);
    case SYS_readv:
    case SYS_writev:
    case SYS_preadv:
    case SYS_pwritev: return vector_transfer(frame->eax, a, 0);
    case SYS_preadv2:
    case SYS_pwritev2: return vector_transfer_with_flags(frame->eax, a);
    case SYS_fork: return fork_call(frame, 17 /* SIGCHLD */);
    case SYS_vfork: return fork_call(frame, 0x4100 | 17 /* CLONE_VFORK | CLONE_VM */);
    case SYS_clone: return a[0] & CLONE_THREAD ? clone_thread(frame) : fork_call(frame, a[0]);
    case SYS_exit:
    case SYS_exit_group: return exit_call(frame->eax, a[0]);
    case SYS_futex:
    case SYS_futex_time64: return futex_call(frame->eax, a);
    case SYS_execve: return exec_call(frame);
    case SYS_sigreturn: return signal_return_call(frame, 0);
    case SYS_rt_sigreturn: return signal_return_call(frame, 1);
    case SYS_old_select: return old_select(a[0]);
    case SYS_pselect6:
    case SYS_pselect6_time64: return pselect(frame->eax, a);
    case SYS_socketcall: return socket_call(a[0], a[1]);
    case SYS_sendmsg:
    case SYS_recvmsg: return socket_message(frame->eax, a);
    case SYS_sigaltstack: return server_call(SYS_sigaltstack, a[0], a[1], frame->esp, 0, 0, 0);
    case SYS_set_thread_area: return set_thread_area(a[0]);
    case SYS_get_thread_area: return get_thread_area(a[0]);
    case SYS_prctl: return a[0] == PR_SET_NAME ? server_call(SYS_prctl, a[0], a[1], 0, 0, 0, 0) : -EINVAL;
    case SYS_restart_syscall: return -EINTR;
    default: return -ENOSYS;
  }
}
