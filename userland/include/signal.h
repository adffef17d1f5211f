/* Signals, as Linux/i386 numbers them. (POSIX <signal.h>) */
#pragma once
#include <bits/signal.h>
#include <sys/types.h>

#define SIGRTMIN 34
#define SIGRTMAX 64
#define NSIG 65

typedef int sig_atomic_t;
typedef unsigned long long sigset_t;
typedef void (*sighandler_t)(int);
#define SIG_DFL ((sighandler_t)0)
#define SIG_IGN ((sighandler_t)1)
#define SIG_ERR ((sighandler_t) - 1)

typedef struct {
  int si_signo, si_errno, si_code;
  union {
    struct {
      pid_t si_pid;
      uid_t si_uid;
      int si_status;
    } __child;
    void *si_addr;
    int __padding[29];
  } __of;
} siginfo_t;
#define si_pid __of.__child.si_pid
#define si_uid __of.__child.si_uid
#define si_status __of.__child.si_status
#define si_addr __of.si_addr

struct sigaction {
  union {
    sighandler_t sa_handler;
    void (*sa_sigaction)(int, siginfo_t *, void *);
  };
  sigset_t sa_mask;
  unsigned sa_flags;
};

sighandler_t signal(int signal, sighandler_t handler);
int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old);
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int signal);
int sigdelset(sigset_t *set, int signal);
int sigismember(const sigset_t *set, int signal);
int kill(pid_t pid, int signal);
int killpg(pid_t group, int signal);
int raise(int signal);
/* "HUP" for 1; a null pointer if the number names no signal. */
const char *sigabbrev(int signal);
/* Number of a signal given as number, name or name with SIG (any case); -1 if there is none. 0 and EXIT are 0. */
int signumber(const char *name);
