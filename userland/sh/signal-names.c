/* The table of signals; see signal-names.h. */
#include "signal-names.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

#include "number.h"

struct signal_row {
  int number;
  const char *name;
  const char *description;
};

static const struct signal_row rows[] = {
    {0, "EXIT", "EXIT"},
    {SIGHUP, "HUP", "Hangup"},
    {SIGINT, "INT", "Interrupt"},
    {SIGQUIT, "QUIT", "Quit"},
    {SIGILL, "ILL", "Illegal instruction"},
    {SIGTRAP, "TRAP", "Trace/breakpoint trap"},
    {SIGABRT, "ABRT", "Aborted"},
    {SIGBUS, "BUS", "Bus error"},
    {SIGFPE, "FPE", "Floating point exception"},
    {SIGKILL, "KILL", "Killed"},
    {SIGUSR1, "USR1", "User defined signal 1"},
    {SIGSEGV, "SEGV", "Segmentation fault"},
    {SIGUSR2, "USR2", "User defined signal 2"},
    {SIGPIPE, "PIPE", "Broken pipe"},
    {SIGALRM, "ALRM", "Alarm clock"},
    {SIGTERM, "TERM", "Terminated"},
    {16, "STKFLT", "Stack fault"},
    {SIGCHLD, "CHLD", "Child exited"},
    {SIGCONT, "CONT", "Continued"},
    {SIGSTOP, "STOP", "Stopped (signal)"},
    {SIGTSTP, "TSTP", "Stopped"},
    {SIGTTIN, "TTIN", "Stopped (tty input)"},
    {SIGTTOU, "TTOU", "Stopped (tty output)"},
    {SIGURG, "URG", "Urgent I/O condition"},
    {SIGXCPU, "XCPU", "CPU time limit exceeded"},
    {SIGXFSZ, "XFSZ", "File size limit exceeded"},
    {SIGVTALRM, "VTALRM", "Virtual timer expired"},
    {SIGPROF, "PROF", "Profiling timer expired"},
    {SIGWINCH, "WINCH", "Window changed"},
    {29, "IO", "I/O possible"},
    {30, "PWR", "Power failure"},
    {SIGSYS, "SYS", "Bad system call"},
};

enum { ROWS = sizeof rows / sizeof rows[0], FIRST_REALTIME = 34 };

static const struct signal_row *row_of(int number) {
  for (size_t i = 0; i < ROWS; i++) {
    if (rows[i].number == number) return &rows[i];
  }
  return NULL;
}

const char *signal_name(int number) {
  static char text[24];
  const struct signal_row *row = row_of(number);
  if (row) return row->name;
  if (number == FIRST_REALTIME) return "RTMIN";
  if (number == LAST_SIGNAL) return "RTMAX";
  int middle = (FIRST_REALTIME + LAST_SIGNAL) / 2;
  if (number < FIRST_REALTIME) snprintf(text, sizeof text, "%d", number);
  else if (number <= middle) snprintf(text, sizeof text, "RTMIN+%d", number - FIRST_REALTIME);
  else snprintf(text, sizeof text, "RTMAX-%d", LAST_SIGNAL - number);
  return text;
}

int signal_number(const char *text) {
  if (is_number(text)) {
    int number = parse_number(text);
    return number <= LAST_SIGNAL ? number : -1;
  }
  if (strncasecmp(text, "SIG", 3) == 0) text += 3;
  for (int number = 0; number <= LAST_SIGNAL; number++) {
    if (strcasecmp(signal_name(number), text) == 0) return number;
  }
  return -1;
}

const char *signal_description(int number) {
  static char text[16];
  const struct signal_row *row = row_of(number);
  if (row) return row->description;
  snprintf(text, sizeof text, "Signal %d", number);
  return text;
}
