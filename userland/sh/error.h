/*
 * Messages and exceptions. An exception unwinds to the innermost catcher by longjmp and undoes redirections,
 * local variables, input sources and scratch memory that were begun since. Beneath: setjmp, write.
 */
#ifndef ERROR_H
#define ERROR_H

#include <setjmp.h>
#include <stdbool.h>

#include "arena.h"

enum exception {
  EXCEPTION_NONE,
  EXCEPTION_ERROR,     /* a message was printed, shell.status is set */
  EXCEPTION_INTERRUPT, /* SIGINT in an interactive shell */
  EXCEPTION_EXIT       /* the shell ends with shell.status */
};

struct catcher {
  jmp_buf jump;
  enum exception exception;
  struct catcher *outer;
  struct arena_mark scratch;
  const char *command;
  int redirections;
  int scopes;
  int sources;
  int functions;
  int loops;
  int scripts;
  unsigned builtin_flags;
};

/*
 *   struct catcher catcher;
 *   enum exception exception = CATCH(catcher);
 *   if (exception == EXCEPTION_NONE) { …; catcher_end(&catcher); }
 */
#define CATCH(catcher) (catcher_begin(&(catcher)), setjmp((catcher).jump) ? caught(&(catcher)) : EXCEPTION_NONE)

void catcher_begin(struct catcher *catcher);
void catcher_end(struct catcher *catcher);
/* In a forked shell: the catchers are the parent's. */
void catchers_forget(void);
enum exception caught(struct catcher *catcher);

_Noreturn void raise_exception(enum exception exception);

/* Prints "name: line: [command: ]message". */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, then status 2 and an error exception. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same without the name of the builtin that runs. */
_Noreturn void fail_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a failed open or exec is called: dash's words for the usual causes. */
const char *error_text(int error, bool creating);

/* Writes all to a descriptor, in spite of signals; false on an error. */
bool write_all(int fd, const char *bytes, size_t length);

#endif
