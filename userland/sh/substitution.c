/* Command substitution (POSIX XCU 2.6.3). Beneath: pipe, fork. */
#include "substitution.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "error.h"
#include "execute.h"
#include "jobs.h"
#include "traps.h"

enum { STEP = 1024 };

int substitution_status;

/* NUL bytes cannot be in words. */
static size_t without_nuls(char *bytes, size_t length) {
  char *to = memchr(bytes, 0, length);
  if (!to) return length;
  for (char *from = to; from < bytes + length; from++) {
    if (*from) *to++ = *from;
  }
  return (size_t)(to - bytes);
}

char *substitute_command(const struct node *node) {
  struct buffer output = buffer_new(&scratch);
  int ends[2];
  substitution_status = 0;
  if (!node) return buffer_finish(&output);
  if (pipe(ends) < 0) fail_shell("Pipe call failed");
  pid_t pid = fork_helper();
  if (pid == 0) {
    traps_print_outer();
    close(ends[0]);
    if (ends[1] != 1) {
      dup2(ends[1], 1);
      close(ends[1]);
    }
    execute_in_child(node, 0);
  }
  close(ends[1]);
  for (;;) {
    char *room = buffer_reserve(&output, STEP);
    ssize_t count = read(ends[0], room, output.capacity - output.length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    output.length += without_nuls(room, (size_t)count);
  }
  close(ends[0]);
  substitution_status = process_wait(pid);
  while (output.length && output.text[output.length - 1] == '\n') output.length--;
  return buffer_finish(&output);
}
