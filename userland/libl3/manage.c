/* A memory manager around a Unix command: starts the command with the manager's id in its environment, and serves until
 * it ends. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <l3/manager.h>
#include <l3/thread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_FRAMES 64

static const char usage[] = "Usage: %s [-f FRAMES] COMMAND [ARG]...\n";

static struct l3_manager *running;
static sigjmp_buf ended;

/* The command's end is the end of all that the manager does, wherever it is just now. */
static void on_child(int signal) {
  (void)signal;
  if (waitpid(running->child, &running->status, WNOHANG) == running->child) siglongjmp(ended, 1);
}

static int run(char **command) {
  l3_id manager = l3_myself();
  char id[16];

  running->child = fork();
  if (running->child < 0) return -1;
  if (running->child > 0) return 0;
  snprintf(id, sizeof id, "%x", manager);
  setenv(L3_MANAGER_VARIABLE, id, 1);
  execvp(command[0], command);
  dprintf(2, "%s: %s\n", command[0], strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

/* One line of names and numbers, for whoever asked for it. */
static int report(const struct l3_manager *manager) {
  const struct l3_figures *figures = &manager->figures;
  const char *path = getenv(L3_REPORT_VARIABLE);
  int file;

  if (!path) return 0;
  file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) return -1;
  dprintf(file, "faults %u zeroFills %u pageIns %u forgotten %u refused %u pageOuts %u flushes %u ipcs %u words %u\n",
          figures->faults, figures->zero_fills, figures->page_ins, figures->forgotten, figures->refused,
          figures->page_outs, figures->flushes, manager->pager.ipcs, manager->pager.words);
  return close(file);
}

int l3_manage(struct l3_manager *manager, int argc, char **argv, int (*start)(struct l3_manager *manager)) {
  struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP | SA_RESTART};
  int letter;
  char *end = "";

  manager->frames = DEFAULT_FRAMES;
  while ((letter = getopt(argc, argv, "+f:")) != -1) {
    if (letter == 'f') manager->frames = strtoul(optarg, &end, 10);
    if (letter != 'f' || *end || manager->frames == 0) {
      fprintf(stderr, usage, argv[0]);
      return 2;
    }
  }
  if (optind == argc) {
    fprintf(stderr, usage, argv[0]);
    return 2;
  }
  running = manager;
  if (start(manager) != 0) {
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    return 1;
  }
  if (!sigsetjmp(ended, 1)) {
    if (sigaction(SIGCHLD, &action, 0) != 0 || run(argv + optind) != 0) {
      fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
      return 1;
    }
    for (;;) l3_pager_loop(&manager->pager);
  }
  if (report(manager) != 0) {
    fprintf(stderr, "%s: %s: %s\n", argv[0], getenv(L3_REPORT_VARIABLE), strerror(errno));
    return 1;
  }
  return WIFEXITED(manager->status) ? WEXITSTATUS(manager->status) : 128 + WTERMSIG(manager->status);
}
