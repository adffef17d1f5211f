/* madvise's advices on fork: memory that a child does not get, or gets as zeros. Prints the same on Linux. */
#include "oracle.h"

enum { MADVISE = 219, DONTFORK = 10, DOFORK = 11, WIPEONFORK = 18, KEEPONFORK = 19, PAGE = 4096 };

/* What a child finds at a place: its byte, or the signal that ends it. */
static void child_finds(const char *name, const char *place) {
  int status;

  fflush(stdout);
  if (fork() == 0) _exit(*(volatile const char *)place);
  wait(&status);
  if (WIFEXITED(status)) printf("%s: %d\n", name, WEXITSTATUS(status));
  else printf("%s: signal %d\n", name, WTERMSIG(status));
}

int main(void) {
  char *pages = mmap(0, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  memset(pages, 7, 3 * PAGE);
  RESULT(syscall(MADVISE, pages + PAGE, PAGE, DONTFORK));
  child_finds("before", pages);
  child_finds("not forked", pages + PAGE);
  child_finds("behind", pages + 2 * PAGE);
  RESULT(syscall(MADVISE, pages, 3 * PAGE, DOFORK));
  child_finds("forked again", pages + PAGE);
  RESULT(syscall(MADVISE, pages + PAGE, PAGE, WIPEONFORK));
  child_finds("before", pages);
  child_finds("wiped", pages + PAGE);
  child_finds("behind", pages + 2 * PAGE);
  printf("own: %d\n", pages[PAGE]);
  RESULT(syscall(MADVISE, pages, 3 * PAGE, KEEPONFORK));
  child_finds("kept", pages + PAGE);
  RESULT(syscall(MADVISE, shared, PAGE, WIPEONFORK));
  return 0;
}
