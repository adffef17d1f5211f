/*
 * Signals that find a process in the Unix server's send queue: its call is cancelled, the signal handled, and the call
 * made again. The server is kept busy by a child, whose messages need a page of a slow memory manager.
 */
#include <l3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gate.h"

#define NR_CLOSE 6
#define NR_RT_SIGQUEUEINFO 178
#define SIGNALS 20

static char page[L3_PAGE_BYTES] __attribute__((aligned(4096)));
static char stack[8192];
static volatile int handled;

static void handler(int signal) {
  (void)signal;
  handled++;
}

/* Less than the Unix server's patience. */
static l3_fpage serve(struct l3_pager *pager, const struct l3_fault *fault) {
  (void)pager, (void)fault;
  l3_sleep(1000);
  return l3_page((unsigned)page, L3_FPAGE_WRITE);
}

static void manage(void *unused) {
  struct l3_pager pager = {.fault = serve};

  (void)unused;
  l3_pager_loop(&pager);
}

static int tease(pid_t target) {
  int wrong = 0;
  char *info = l3_attach(sizeof page, l3_thread_start(1, stack, sizeof stack, manage, 0), 1, 0,
                         L3_RIGHT_READ | L3_RIGHT_WRITE);

  if (!info) return 1;
  /* What a process may say of itself: code SI_QUEUE. */
  ((int *)page)[0] = SIGUSR1, ((int *)page)[2] = -1;
  for (int i = 0; i < SIGNALS; i++) {
    l3_unmap(l3_page((unsigned)page, 0), L3_UNMAP_FLUSH);
    wrong += syscall(NR_RT_SIGQUEUEINFO, target, SIGUSR1, info) != 0;
    usleep(2000);
  }
  return wrong;
}

int main(int argc, char **argv, char **environment) {
  int wrong = 0, status;
  pid_t parent = getpid(), child;

  (void)argc;
  choose_gate(argv[1], environment);
  signal(SIGUSR1, handler);
  child = fork();
  if (child == 0) return tease(parent);
  while (waitpid(child, &status, WNOHANG) == 0)
    for (int i = 0; i < 50; i++) wrong += call(NR_CLOSE, -1, 0) != -9;
  printf("%d wrong, %d handled, changed registers %x, child %x\n", wrong, handled, changed, status);
  return 0;
}
