/* Fills MEGABYTES with a pattern and checks it, twice; with "fork" a child checks its lazy copy too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int check(const unsigned *words, size_t count, unsigned seed) {
  for (size_t i = 0; i < count; i++)
    if (words[i] != (unsigned)i * 2654435761u + seed) return 0;
  return 1;
}

static void fill(unsigned *words, size_t count, unsigned seed) {
  for (size_t i = 0; i < count; i++) words[i] = (unsigned)i * 2654435761u + seed;
}

int main(int argc, char **argv) {
  size_t count = (argc > 1 ? atoi(argv[1]) : 24) * (1u << 20) / sizeof(unsigned);
  unsigned *words = malloc(count * sizeof *words);

  if (!words) {
    puts("no memory");
    return 1;
  }
  for (unsigned seed = 1; seed <= 2; seed++) {
    fill(words, count, seed);
    if (!check(words, count, seed)) {
      puts("wrong");
      return 1;
    }
  }
  if (argc > 2 && !strcmp(argv[2], "fork")) {
    int status;
    pid_t pid = fork();

    if (pid < 0) {
      puts("no fork");
      return 1;
    }
    if (pid == 0) {
      /* Ten pages are written, the rest is only shared. */
      for (int i = 0; i < 10; i++) words[i * 1024] = 0;
      _exit(words[1] == 2654435761u + 2 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    if (status != 0 || !check(words, count, 2)) {
      puts("wrong after fork");
      return 1;
    }
  }
  puts("right");
  return 0;
}
