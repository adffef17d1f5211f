/* Takes as much as it can get of one thing, and reports the error that ends it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";

  if (!strcmp(what, "memory")) {
    unsigned long total = 0;
    char *p;

    while ((p = malloc(1 << 20))) {
      memset(p, 1, 1 << 20);
      total++;
    }
    printf("stopped: %s\n", strerror(errno));
    return total < 4;
  }
  if (!strcmp(what, "processes")) {
    int children = 0;
    pid_t pid;

    setpgid(0, 0);
    while ((pid = fork()) > 0) children++;
    if (pid == 0) {
      pause();
      _exit(0);
    }
    printf("stopped: %s\n", strerror(errno));
    fflush(stdout);
    kill(0, 15);
    return children < 10;
  }
  if (!strcmp(what, "descriptors")) {
    int n = 0;

    while (dup(0) >= 0) n++;
    printf("stopped: %s\n", strerror(errno));
    return n < 10;
  }
  return 1;
}
