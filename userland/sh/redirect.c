/* Redirections; see redirect.h. Beneath: open, dup2, fcntl, pipe. */
#include "redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "expand.h"
#include "input.h"
#include "jobs.h"
#include "number.h"
#include "shell.h"

enum { FIRST_PRIVATE = 10, WAS_CLOSED = -1, PIPE_ROOM = 4096 };

struct kept {
  struct kept *next;
  int fd;
  int copy; /* WAS_CLOSED: close the descriptor again */
};

struct level {
  struct level *outer;
  struct kept *kept;
};

static struct level *levels;
static int depth;

int private_descriptor(int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_PRIVATE);
  int error = errno;
  if (copy >= 0) close(fd);
  errno = error;
  return copy;
}

/* Descriptors from 10 up may be the shell's own; a script that redirects one gets it all the same. */
static void make_way(int fd) {
  if (fd < FIRST_PRIVATE) return;
  input_make_way(fd);
  jobs_make_way(fd);
  for (struct level *level = levels; level; level = level->outer) {
    for (struct kept *kept = level->kept; kept; kept = kept->next) {
      if (kept->copy == fd) kept->copy = private_descriptor(fd);
    }
  }
}

/* Keeps a copy of a descriptor that is about to be replaced. */
static void keep(int fd) {
  if (!levels) return;
  for (struct kept *kept = levels->kept; kept; kept = kept->next) {
    if (kept->fd == fd) return;
  }
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_PRIVATE);
  if (copy < 0 && errno != EBADF) fail("%d: %s", fd, strerror(errno));
  struct kept *kept = memory_alloc(sizeof *kept);
  *kept = (struct kept){levels->kept, fd, copy < 0 ? WAS_CLOSED : copy};
  levels->kept = kept;
}

static int open_again(const char *path, int flags) {
  int fd;
  do fd = open(path, flags, 0666);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/* Opens a file to write that must not be there yet, unless it is no regular file. */
static int open_unclobbered(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return open_again(path, O_WRONLY | O_CREAT | O_EXCL);
  if (S_ISREG(status.st_mode)) {
    errno = EEXIST;
    return -1;
  }
  return open_again(path, O_WRONLY);
}

static int open_target(const struct redirect *redirect, const char *path) {
  int fd = -1;
  bool creates = true;
  switch (redirect->kind) {
    case REDIRECT_READ:
      fd = open_again(path, O_RDONLY);
      creates = false;
      break;
    case REDIRECT_READ_WRITE: fd = open_again(path, O_RDWR | O_CREAT); break;
    case REDIRECT_APPEND: fd = open_again(path, O_WRONLY | O_CREAT | O_APPEND); break;
    case REDIRECT_WRITE:
      if (shell.option[OPTION_NOCLOBBER]) {
        fd = open_unclobbered(path);
        break;
      }
      fd = open_again(path, O_WRONLY | O_CREAT | O_TRUNC);
      break;
    default: fd = open_again(path, O_WRONLY | O_CREAT | O_TRUNC); break;
  }
  if (fd < 0) fail_shell("cannot %s %s: %s", creates ? "create" : "open", path, error_text(errno, creates));
  return fd;
}

/* A descriptor from which the text can be read: a pipe, filled by a process if it would not hold all. */
static int open_document(const char *text) {
  int ends[2];
  size_t length = strlen(text);
  if (pipe(ends) < 0) fail("Pipe call failed");
  if (length <= PIPE_ROOM) {
    write_all(ends[1], text, length);
  } else if (fork_helper() == 0) {
    close(ends[0]);
    _exit(!write_all(ends[1], text, length));
  }
  close(ends[1]);
  return ends[0];
}

static void move_descriptor(int from, int to) {
  if (from == to) return;
  int result = dup2(from, to);
  int error = errno;
  close(from);
  if (result < 0) fail_shell("%d: %s", to, strerror(error));
}

static bool duplicates(const struct redirect *redirect) {
  return redirect->kind == REDIRECT_DUPLICATE_INPUT || redirect->kind == REDIRECT_DUPLICATE_OUTPUT;
}

/*
 * Expands the words of redirections. What fails here is an error of the shell, which ends a script, and not of
 * the redirection (POSIX XCU 2.8.1). Here-documents are expanded in their turn.
 */
static struct list expand_targets(const struct redirect *redirects) {
  struct list targets = {0};
  for (; redirects; redirects = redirects->next) {
    char *target = redirects->kind == REDIRECT_DOCUMENT ? "" : expand_string(redirects->target);
    if (duplicates(redirects) && strcmp(target, "-") != 0 && !is_number(target))
      fail_shell("Syntax error: Bad fd number");
    list_add(&targets, target);
  }
  return targets;
}

static void duplicate(const struct redirect *redirect, const char *target, bool keeps) {
  bool closes = strcmp(target, "-") == 0;
  int from = closes ? -1 : parse_number(target);
  if (from == redirect->fd) return;
  make_way(redirect->fd);
  if (keeps) keep(redirect->fd);
  if (closes) close(redirect->fd);
  else if (dup2(from, redirect->fd) < 0) fail_shell("%d: %s", from, strerror(errno));
}

static void perform(const struct redirect *redirect, const char *target, bool keeps) {
  if (duplicates(redirect)) {
    duplicate(redirect, target, keeps);
    return;
  }
  make_way(redirect->fd);
  bool document = redirect->kind == REDIRECT_DOCUMENT;
  int fd = document ? open_document(expand_document(redirect->document)) : open_target(redirect, target);
  if (keeps && fd != redirect->fd) keep(redirect->fd);
  else if (keeps) {
    /* The lowest free descriptor was the wanted one: it was closed before. */
    struct kept *kept = memory_alloc(sizeof *kept);
    *kept = (struct kept){levels->kept, fd, WAS_CLOSED};
    levels->kept = kept;
  }
  move_descriptor(fd, redirect->fd);
}

static void perform_all(const struct redirect *redirects, char *const *targets, bool keeps) {
  for (; redirects; redirects = redirects->next) perform(redirects, *targets++, keeps);
}

static void begin_level(void) {
  struct level *level = memory_alloc(sizeof *level);
  *level = (struct level){levels, NULL};
  levels = level;
  depth++;
}

void redirect_perform(const struct redirect *redirects) {
  perform_all(redirects, expand_targets(redirects).items, false);
}

void redirect_begin(const struct redirect *redirects) {
  struct list targets = expand_targets(redirects);
  begin_level();
  perform_all(redirects, targets.items, true);
}

bool redirect_try(const struct redirect *redirects) {
  struct list targets = expand_targets(redirects);
  struct catcher catcher;
  enum exception exception = CATCH(catcher);
  if (exception != EXCEPTION_NONE) {
    if (exception != EXCEPTION_ERROR) raise_exception(exception);
    return false;
  }
  begin_level();
  perform_all(redirects, targets.items, true);
  catcher_end(&catcher);
  return true;
}

int redirect_depth(void) {
  return depth;
}

static void pop_level(bool restores) {
  struct level *level = levels;
  levels = level->outer;
  depth--;
  while (level->kept) {
    struct kept *kept = level->kept;
    level->kept = kept->next;
    if (restores) {
      if (kept->copy == WAS_CLOSED) close(kept->fd);
      else dup2(kept->copy, kept->fd);
    }
    if (kept->copy != WAS_CLOSED) close(kept->copy);
    free(kept);
  }
  free(level);
}

void redirect_undo(int to) {
  while (depth > to) pop_level(true);
}

int redirect_outer(int fd) {
  for (struct kept *kept = levels ? levels->kept : NULL; kept; kept = kept->next) {
    if (kept->fd == fd) return kept->copy;
  }
  return fd;
}

void redirect_keep(void) {
  pop_level(false);
}

void redirect_forget(void) {
  while (depth) pop_level(false);
}
