/*
 * Argument values that Linux refuses, and arguments of programs at their limits: none at all, and one that is too long.
 * Prints the same on Linux.
 */
#include "oracle.h"

enum { MADVISE = 219, MLOCKALL = 152, FADVISE64_64 = 272 };
#define PAGE 4096
#define LONGEST (32 * PAGE)

static char text[LONGEST + 2];

/* Runs this program again as `said`, with the arguments given, and tells how that ended. */
static void again(char **argv) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    execve("/proc/self/exe", argv, (char *[]){0});
    printf("execve: error %d\n", errno);
    fflush(stdout);
    _exit(9);
  }
  int status;
  waitpid(pid, &status, 0);
  printf("status %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv) {
  /* Run again: with an empty name instead of none, or with the longest argument. */
  if (!argv[0][0]) return argc == 1 ? 1 : 3;
  if (strcmp(argv[0], "said") == 0) return argc == 2 && strlen(argv[1]) == LONGEST - 1 ? 2 : 3;
  char *pages = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int fd = open("values", O_RDWR | O_CREAT, 0600), ends[2];
  pipe(ends);
  RESULT(syscall(MADVISE, pages, PAGE, 0));
  RESULT(syscall(MADVISE, pages, PAGE, 77));
  RESULT(syscall(MADVISE, pages + 1, PAGE, 0));
  RESULT(syscall(MADVISE, pages, 0, 0));
  RESULT(syscall(MADVISE, pages, -PAGE, 0));
  RESULT(syscall(FADVISE64_64, fd, 0, 0, 0, 0, 3));
  RESULT(syscall(FADVISE64_64, fd, 0, 0, 0, 0, 77));
  RESULT(syscall(FADVISE64_64, -1, 0, 0, 0, 0, 77));
  RESULT(syscall(FADVISE64_64, ends[0], 0, 0, 0, 0, 0));
  RESULT(syscall(MLOCKALL, 0));
  RESULT(syscall(MLOCKALL, 64));
  memset(text, 'x', LONGEST - 1);
  again((char *[]){0});
  again((char *[]){"said", text, 0});
  text[LONGEST - 1] = 'x';
  again((char *[]){"said", text, 0});
  return 0;
}
