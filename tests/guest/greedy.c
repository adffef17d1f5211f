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
  if (!strcmp(what, "stacks")) {
    /* Stacks are not promised memory: 40 children write 6 MB each, and those that live check what they wrote. */
    int right = 0, wrong = 0, killed = 0, status;

    for (int i = 0; i < 40; i++)
      if (fork() == 0) {
        volatile char block[6 << 20];
        int bad = 0;

        for (int k = sizeof block - 1; k > 0; k -= 4096) block[k] = k >> 12;
        sleep(1);
        for (int k = sizeof block - 1; k > 0; k -= 4096) bad += block[k] != (char)(k >> 12);
        _exit(bad != 0);
      }
    while (wait(&status) > 0)
      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) killed++;
      else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) right++;
      else wrong++;
    printf("%d right, %d killed, %d wrong\n", right, killed, wrong);
    return 0;
  }
  if (!strcmp(what, "descriptors")) {
    int n = 0;

    while (dup(0) >= 0) n++;
    printf("stopped: %s\n", strerror(errno));
    return n < 10;
  }
  return 1;
}
