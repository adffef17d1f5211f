/* End of a program. (POSIX exit, atexit, abort) */
#include "internal.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT_EXIT_LIMIT 32

static void (*functions[AT_EXIT_LIMIT])(void);
static int count;

int atexit(void (*function)(void)) {
  if (count == AT_EXIT_LIMIT) return -1;
  functions[count++] = function;
  return 0;
}

_Noreturn void _exit(int status) {
  for (;;) __syscall(SYS_exit_group, status);
}

_Noreturn void _Exit(int status) {
  _exit(status);
}

_Noreturn void exit(int status) {
  while (count > 0) functions[--count]();
  __flush_streams();
  _exit(status);
}

_Noreturn void abort(void) {
  raise(SIGABRT);
  signal(SIGABRT, SIG_DFL);
  sigset_t mask = 0;
  sigprocmask(SIG_SETMASK, &mask, 0);
  raise(SIGABRT);
  _exit(127);
}

_Noreturn void __assert_fail(const char *condition, const char *file, int line) {
  fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  abort();
}
