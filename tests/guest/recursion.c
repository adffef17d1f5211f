/* Managers on managers: process n gets the pages that it serves to process n + 1 from process n - 1; the first has them
 * from the system. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "l3.h"

#define BASE 0x60000000u
#define PAGES 24

static volatile int child_ended;

static void on_child(int signal) {
  (void)signal;
  child_ended = 1;
}

static unsigned *word(unsigned base, int page) {
  return (unsigned *)(base + page * 4096u);
}

/* Serves the region of the child from the memory at `base`, until the child has ended. Every seventh page is taken back
 * from it. */
static int serve(unsigned base) {
  struct ipc_words words;
  int faults = 0;

  for (unsigned send = NO_DESCRIPTOR; !child_ended; send = 2) {
    unsigned page;

    if (l3_ipc(send, 1, 0, &words) & 0xf0) {
      send = NO_DESCRIPTOR;
      if (child_ended) break;
      memset(&words, 0, sizeof words);
      if (l3_ipc(NO_DESCRIPTOR, 1, 0, &words) & 0xf0) continue;
    }
    page = words.w0 >> 12;
    if (words.w1 != 77 || page >= PAGES) exit(9);
    if (++faults % 7 == 0) l3_unmap((base + page / 2 * 4096u) | 12 << 2, 2);
    if (words.w0 & 2) *(volatile unsigned *)word(base, page) += 0;
    words.w0 = BASE + page * 4096u;
    words.w1 = (base + page * 4096u) | 12 << 2 | 2;
  }
  return faults;
}

/* A level: binds the region to the manager below, and manages it for the next, or uses it. Returns the exit status. */
static int level(int number, int levels, unsigned manager) {
  unsigned base = BASE;
  int status, wrong = 0;
  pid_t pid;

  if (manager == 0) {
    base = ((unsigned)malloc((PAGES + 1) * 4096) + 4095) & ~4095u;
  } else {
    struct region_request request = {BASE, PAGES * 4096, manager, 77, 0, 3};

    if (l3_region_map(&request) != 0) exit(8);
  }
  if (number == levels) {
    for (int round = 0; round < 3; round++)
      for (int page = 0; page < PAGES; page++) *word(base, page) += page * 100 + round;
    for (int page = 0; page < PAGES; page++) wrong += *word(base, page) != page * 300u + 3;
    return wrong != 0;
  }
  manager = l3_my_id();
  signal(SIGCHLD, on_child);
  fflush(stdout);
  pid = fork();
  if (pid == 0) {
    signal(SIGCHLD, SIG_DFL);
    child_ended = 0;
    exit(level(number + 1, levels, manager));
  }
  status = serve(base) < PAGES;
  for (int page = 0; page < PAGES; page++) wrong += *word(base, page) != page * 300u + 3;
  if (wrong != 0 || status != 0) printf("level %d: %d wrong\n", number, wrong);
  while (waitpid(pid, &status, 0) < 0);
  printf("level %d: %s\n", number, status == 0 && wrong == 0 ? "right" : "wrong");
  return status != 0 || wrong != 0;
}

int main(int argc, char **argv) {
  return level(0, argc > 1 ? atoi(argv[1]) : 3, 0);
}
