/* Signals: handlers, masks, sending. (POSIX <signal.h>; structures of Linux/i386) */
#include "internal.h"
#include <bits/kernel.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Where a handler returns to. The debugger recognizes these instructions. */
__asm__(".text\n"
        "__restore:\n"
        "  pop %eax\n"
        "  mov $119, %eax\n"
        "  int $0x80\n"
        "__restore_rt:\n"
        "  mov $173, %eax\n"
        "  int $0x80\n");
extern void __restore(void), __restore_rt(void);

int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old) {
  struct kernel_ksigaction new, previous;
  if (action) {
    new.handler = (uint32_t)action->sa_handler;
    new.flags = action->sa_flags | SA_RESTORER;
    new.restorer = (uint32_t)(action->sa_flags & SA_SIGINFO ? __restore_rt : __restore);
    memcpy(new.mask, &action->sa_mask, sizeof new.mask);
  }
  if (syscall(SYS_rt_sigaction, signal, action ? &new : 0, old ? &previous : 0, sizeof(sigset_t)) < 0) return -1;
  if (old) {
    old->sa_handler = (sighandler_t)previous.handler;
    old->sa_flags = previous.flags & ~SA_RESTORER;
    memcpy(&old->sa_mask, previous.mask, sizeof previous.mask);
  }
  return 0;
}

sighandler_t signal(int signal, sighandler_t handler) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
  return sigaction(signal, &action, &old) ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old) {
  return (int)syscall(SYS_rt_sigprocmask, how, set, old, sizeof(sigset_t));
}

int sigpending(sigset_t *set) {
  return (int)syscall(SYS_rt_sigpending, set, sizeof(sigset_t));
}

int sigsuspend(const sigset_t *mask) {
  return (int)syscall(SYS_rt_sigsuspend, mask, sizeof(sigset_t));
}

int sigemptyset(sigset_t *set) {
  *set = 0;
  return 0;
}

int sigfillset(sigset_t *set) {
  *set = ~0ULL;
  return 0;
}

int sigaddset(sigset_t *set, int signal) {
  *set |= 1ULL << (signal - 1);
  return 0;
}

int sigdelset(sigset_t *set, int signal) {
  *set &= ~(1ULL << (signal - 1));
  return 0;
}

int sigismember(const sigset_t *set, int signal) {
  return (int)(*set >> (signal - 1) & 1);
}

int kill(pid_t pid, int signal) {
  return (int)syscall(SYS_kill, pid, signal);
}

int killpg(pid_t group, int signal) {
  return kill(-group, signal);
}

int raise(int signal) {
  return kill(getpid(), signal);
}

unsigned alarm(unsigned seconds) {
  return (unsigned)__syscall(SYS_alarm, seconds);
}

int pause(void) {
  return (int)syscall(SYS_pause);
}
