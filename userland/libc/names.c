/* Names of errors and signals. (POSIX strerror, strsignal; the texts are those that Linux users know) */
#include <errno.h>
#include <bits/error-texts.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const errors[] = {[0] = "Success",
#define ROW(error, text) [error] = text,
                                     ERROR_TEXTS(ROW)
#undef ROW
};

char *strerror(int error) {
  static char unknown[32];
  if (error >= 0 && error < (int)(sizeof errors / sizeof *errors) && errors[error]) return (char *)errors[error];
  sprintf(unknown, "Unknown error %d", error);
  return unknown;
}

static const struct {
  const char *name, *text;
} signals[] = {
    [SIGHUP] = {"HUP", "Hangup"},
    [SIGINT] = {"INT", "Interrupt"},
    [SIGQUIT] = {"QUIT", "Quit"},
    [SIGILL] = {"ILL", "Illegal instruction"},
    [SIGTRAP] = {"TRAP", "Trace/breakpoint trap"},
    [SIGABRT] = {"ABRT", "Aborted"},
    [SIGBUS] = {"BUS", "Bus error"},
    [SIGFPE] = {"FPE", "Floating point exception"},
    [SIGKILL] = {"KILL", "Killed"},
    [SIGUSR1] = {"USR1", "User defined signal 1"},
    [SIGSEGV] = {"SEGV", "Segmentation fault"},
    [SIGUSR2] = {"USR2", "User defined signal 2"},
    [SIGPIPE] = {"PIPE", "Broken pipe"},
    [SIGALRM] = {"ALRM", "Alarm clock"},
    [SIGTERM] = {"TERM", "Terminated"},
    [SIGSTKFLT] = {"STKFLT", "Stack fault"},
    [SIGCHLD] = {"CHLD", "Child exited"},
    [SIGCONT] = {"CONT", "Continued"},
    [SIGSTOP] = {"STOP", "Stopped (signal)"},
    [SIGTSTP] = {"TSTP", "Stopped"},
    [SIGTTIN] = {"TTIN", "Stopped (tty input)"},
    [SIGTTOU] = {"TTOU", "Stopped (tty output)"},
    [SIGURG] = {"URG", "Urgent I/O condition"},
    [SIGXCPU] = {"XCPU", "CPU time limit exceeded"},
    [SIGXFSZ] = {"XFSZ", "File size limit exceeded"},
    [SIGVTALRM] = {"VTALRM", "Virtual timer expired"},
    [SIGPROF] = {"PROF", "Profiling timer expired"},
    [SIGWINCH] = {"WINCH", "Window changed"},
    [SIGIO] = {"POLL", "I/O possible"},
    [SIGPWR] = {"PWR", "Power failure"},
    [SIGSYS] = {"SYS", "Bad system call"},
};
#define SIGNALS (int)(sizeof signals / sizeof *signals)

char *strsignal(int signal) {
  static char other[32];
  if (signal > 0 && signal < SIGNALS) return (char *)signals[signal].text;
  sprintf(other, signal >= SIGRTMIN && signal <= SIGRTMAX ? "Real-time signal %d" : "Unknown signal %d",
          signal >= SIGRTMIN && signal <= SIGRTMAX ? signal - SIGRTMIN : signal);
  return other;
}

const char *sigabbrev(int signal) {
  static char real_time[16];
  if (signal > 0 && signal < SIGNALS) return signals[signal].name;
  if (signal < SIGRTMIN || signal > SIGRTMAX) return 0;
  if (signal == SIGRTMIN || signal == SIGRTMAX) return signal == SIGRTMIN ? "RTMIN" : "RTMAX";
  if (signal - SIGRTMIN <= SIGRTMAX - signal) sprintf(real_time, "RTMIN+%d", signal - SIGRTMIN);
  else sprintf(real_time, "RTMAX-%d", SIGRTMAX - signal);
  return real_time;
}

int signumber(const char *name) {
  if (isdigit((unsigned char)*name)) {
    char *end;
    long value = strtol(name, &end, 10);
    return *end || value >= NSIG ? -1 : (int)value;
  }
  if (strncasecmp(name, "SIG", 3) == 0) name += 3;
  if (strcasecmp(name, "EXIT") == 0) return 0;
  if (strcasecmp(name, "IO") == 0) return SIGIO;
  for (int i = 1; i < NSIG; i++) {
    const char *known = sigabbrev(i);
    if (known && strcasecmp(known, name) == 0) return i;
  }
  return -1;
}
