/* Messages of the utilities and their exit. */
#include "../internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

/* The whole message is formatted first, so that it is one write. */
static void message(const char *format, va_list arguments, int error) {
  char *text;
  fflush(stdout);
  if (vasprintf(&text, format, arguments) < 0) return;
  if (error) fprintf(stderr, "%s: %s: %s\n", program_name, text, strerror(error));
  else fprintf(stderr, "%s: %s\n", program_name, text);
  free(text);
}

#define MESSAGE(error)               \
  va_list arguments;                 \
  va_start(arguments, format);       \
  message(format, arguments, error); \
  va_end(arguments)

void complain(const char *format, ...) {
  MESSAGE(0);
}

void complain_errno(const char *format, ...) {
  int error = errno;
  MESSAGE(error);
  errno = error;
}

_Noreturn void die(int status, const char *format, ...) {
  MESSAGE(0);
  exit(status);
}

_Noreturn void die_errno(int status, const char *format, ...) {
  int error = errno;
  MESSAGE(error);
  exit(status);
}

_Noreturn void usage_error(int status) {
  fflush(stdout);
  fprintf(stderr, "Try '%s --help' for more information.\n", program_name);
  exit(status);
}

int finish_with(int status, int failure) {
  if (!fflush(stdout) && !ferror(stdout)) return status;
  complain_errno("write error");
  return failure;
}

int finish(int status) {
  return finish_with(status, 1);
}
