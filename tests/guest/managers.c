/* Memory managers that fail: the client must get a signal or go on, and nobody else may suffer. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "l3.h"

#define BASE 0x60000000u

static sigjmp_buf back;
static volatile int got;

static void on_signal(int signal) {
  got = signal;
  siglongjmp(back, 1);
}

/* A page of the manager's own, to map. */
static unsigned own_page(void) {
  static char memory[8192];
  unsigned page = ((unsigned)memory + 4095) & ~4095u;

  *(volatile char *)page = 1;
  return page;
}

/* The child: tells its thread id, then behaves as `how` says. */
static void manage(const char *how, int out) {
  unsigned id = l3_my_id();
  struct ipc_words words;

  write(out, &id, sizeof id);
  if (!strcmp(how, "dead")) _exit(0);
  if (!strcmp(how, "silent"))
    for (;;) pause();
  memset(&words, 0, sizeof words);
  l3_ipc(NO_DESCRIPTOR, 1, 0, &words);
  if (!strcmp(how, "dies")) _exit(0);
  if (!strcmp(how, "hangs"))
    for (;;) pause();
  if (!strcmp(how, "late")) {
    /* What comes after the client has given up must not hold the manager up: send timeout 0. */
    unsigned code;

    sleep(12);
    words.w0 = BASE, words.w1 = own_page() | 12 << 2 | 2;
    code = l3_ipc(2, NO_DESCRIPTOR, 0x10, &words);
    write(out, &code, sizeof code);
    _exit(0);
  }
  if (!strcmp(how, "wrong")) {
    /* Flexpages for another address, for more than the region, and of memory that the manager has not got. */
    const struct ipc_words wrong[] = {
        {BASE + 0x5000, own_page() | 12 << 2 | 2, 0, 0},
        {0, 32 << 2 | 2, 0, 0},
        {BASE, 0x20000000u | 12 << 2 | 2, 0, 0},
    };

    for (int i = 0;; i++) {
      unsigned client = words.partner;

      words = wrong[i % 3];
      words.partner = client;
      l3_ipc(2, 1, 0, &words);
    }
  }
  for (;;) {
    /* "refuse": a short message with a refusal code; "nothing": a reply that maps nothing. */
    words.w0 = !strcmp(how, "refuse") ? 2 : 0;
    l3_ipc(0, 1, 0, &words);
  }
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "silent";
  int fds[2];
  unsigned manager;
  struct region_request request = {BASE, 0x10000, 0, 1, 0, 3};
  time_t start = time(0);
  pid_t pid;

  pipe(fds);
  pid = fork();
  if (pid == 0) manage(how, fds[1]);
  read(fds[0], &manager, sizeof manager);
  if (!strcmp(how, "dead")) waitpid(pid, 0, 0);
  request.manager = manager;
  printf("map %u\n", l3_region_map(&request));
  signal(SIGSEGV, on_signal);
  signal(SIGBUS, on_signal);
  signal(SIGALRM, on_signal);
  /* A manager that may be anybody has ten seconds; others wait no longer than they like. */
  if (strcmp(how, "hangs") && strcmp(how, "late")) alarm(1);
  if (argc > 2) {
    /* The server is asked to read there in place of us. */
    printf("write %d\n", (int)write(1, (void *)BASE, 1));
    return kill(pid, SIGKILL);
  }
  if (!sigsetjmp(back, 1)) printf("value %d\n", *(volatile int *)BASE);
  printf("signal %d after %d s\n", got, (int)(time(0) - start));
  if (!strcmp(how, "late") && read(fds[0], &manager, sizeof manager) > 0) printf("answer: code %x\n", manager & 0xff);
  kill(pid, SIGKILL);
  return 0;
}
