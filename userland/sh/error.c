/* Messages and exceptions; see error.h. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "execute.h"
#include "input.h"
#include "redirect.h"
#include "syntax.h"
#include "shell.h"
#include "variables.h"

static struct catcher *innermost;

bool write_all(int fd, const char *bytes, size_t length) {
  while (length) {
    ssize_t written = write(fd, bytes, length);
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes += written;
    length -= (size_t)written;
  }
  return true;
}

static void print_message(const char *command, const char *format, va_list arguments) {
  char line[512];
  int size = (int)sizeof line - 1;
  int length = snprintf(line, (size_t)size, "%s: %d: ", shell.name, shell.line);
  if (command && length < size) length += snprintf(line + length, (size_t)(size - length), "%s: ", command);
  if (length < size) length += vsnprintf(line + length, (size_t)(size - length), format, arguments);
  if (length >= size) length = size - 1;
  line[length++] = '\n';
  write_all(2, line, (size_t)length);
}

void warn(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_message(shell.command, format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_message(shell.command, format, arguments);
  va_end(arguments);
  shell.status = 2;
  raise_exception(EXCEPTION_ERROR);
}

void fail_shell(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_message(NULL, format, arguments);
  va_end(arguments);
  shell.status = 2;
  raise_exception(EXCEPTION_ERROR);
}

const char *error_text(int error, bool creating) {
  if (error == ENOENT || error == ENOTDIR) return creating ? "Directory nonexistent" : "No such file";
  return strerror(error);
}

void catcher_begin(struct catcher *catcher) {
  catcher->outer = innermost;
  catcher->scratch = arena_mark(&scratch);
  catcher->command = shell.command;
  catcher->redirections = redirect_depth();
  catcher->scopes = scope_depth();
  catcher->sources = input_depth();
  catcher->functions = flow.functions;
  catcher->loops = flow.loops;
  catcher->builtin_flags = flow.builtin_flags;
  catcher->scripts = script_depth();
  innermost = catcher;
}

void catcher_end(struct catcher *catcher) {
  innermost = catcher->outer;
}

void catchers_forget(void) {
  innermost = NULL;
}

enum exception caught(struct catcher *catcher) {
  innermost = catcher->outer;
  redirect_undo(catcher->redirections);
  scope_unwind(catcher->scopes);
  input_unwind(catcher->sources);
  flow.functions = catcher->functions;
  flow.loops = catcher->loops;
  flow.builtin_flags = catcher->builtin_flags;
  script_unwind(catcher->scripts);
  flow.skip = SKIP_NONE;
  shell.command = catcher->command;
  arena_release(&scratch, catcher->scratch);
  return catcher->exception;
}

void raise_exception(enum exception exception) {
  if (!innermost) _exit(shell.status);
  innermost->exception = exception;
  longjmp(innermost->jump, 1);
}
