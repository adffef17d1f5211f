/*
 * Bad pointers in every system call: none may crash anything; the listed ones must say EFAULT.
 * Calls that end, stop or replace the process are left out of the sweep.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const long bad[] = {1, 0x1000, 0x70000000, 0xbffffffd, 0xc0030000, 0xc0020000, 0xfffff000, -1};

static const struct {
  const char *name;
  long nr, a, b, c, d;
  /* Which argument is replaced by a bad pointer. */
  int pointer;
} calls[] = {
    {"read", 3, 0, 0, 16, 0, 1},
    {"write", 4, 1, 0, 16, 0, 1},
    {"open", 5, 0, 0, 0, 0, 0},
    {"link", 9, 0, 0, 0, 0, 0},
    {"unlink", 10, 0, 0, 0, 0, 0},
    {"execve", 11, 0, 0, 0, 0, 0},
    {"chdir", 12, 0, 0, 0, 0, 0},
    {"mkdir", 39, 0, 0, 0, 0, 0},
    {"pipe", 42, 0, 0, 0, 0, 0},
    {"times", 43, 0, 0, 0, 0, 0},
    {"getrusage", 77, 0, 0, 0, 0, 1},
    {"gettimeofday", 78, 0, 0, 0, 0, 0},
    {"symlink", 83, 0, 0, 0, 0, 0},
    {"statfs", 99, 0, 0, 0, 0, 0},
    {"sysinfo", 116, 0, 0, 0, 0, 0},
    {"uname", 122, 0, 0, 0, 0, 0},
    {"llseek", 140, 0, 0, 0, 0, 3},
    {"nanosleep", 162, 0, 0, 0, 0, 0},
    {"poll", 168, 0, 1, 0, 0, 0},
    {"rt_sigaction", 174, 10, 0, 0, 8, 1},
    {"rt_sigprocmask", 175, 0, 0, 0, 8, 1},
    {"rt_sigpending", 176, 0, 8, 0, 0, 0},
    {"getcwd", 183, 0, 64, 0, 0, 0},
    {"stat64", 195, 0, 0, 0, 0, 0},
    {"fstat64", 197, 0, 0, 0, 0, 1},
    {"getdents64", 220, 3, 0, 512, 0, 1},
    {"set_thread_area", 243, 0, 0, 0, 0, 0},
    {"clock_gettime", 265, 0, 0, 0, 0, 1},
    {"openat", 295, -100, 0, 0, 0, 1},
    {"pipe2", 331, 0, 0, 0, 0, 0},
    {"getrandom", 355, 0, 16, 0, 0, 0},
    {"clock_gettime64", 403, 0, 0, 0, 0, 1},
    {"readv", 145, 0, 0, 1, 0, 1},
    {"writev", 146, 1, 0, 1, 0, 1},
    {"wait4", 114, -1, 0, 1, 0, 1},
};

static const short left_out[] = {1, 2,  11,  26,  29, 72,  88, 119, 120, 162, 168, 142, 82,  173, 177, 179, 190, 252,
                                 6, 37, 238, 270, 7,  114, 36, 267, 407, 308, 309, 413, 414, 421, 240, 422, 9999};

static int is_left_out(int nr) {
  for (int i = 0; left_out[i] != 9999; i++)
    if (left_out[i] == nr) return 1;
  return 0;
}

int main(int argc, char **argv) {
  int wrong = 0;

  open("/", 0);
  for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
    for (unsigned k = 0; k < sizeof bad / sizeof bad[0]; k++) {
      long a[4] = {calls[i].a, calls[i].b, calls[i].c, calls[i].d};
      long result;

      a[calls[i].pointer] = bad[k];
      result = syscall(calls[i].nr, a[0], a[1], a[2], a[3]);
      /* wait4 without children says ECHILD first. */
      if (result == -1 && (errno == EFAULT || (calls[i].nr == 114 && errno == ECHILD))) continue;
      /* At the end of a file or directory nothing is stored, so the pointer is not looked at. */
      if (result == 0 && (calls[i].nr == 3 || calls[i].nr == 220)) continue;
      printf("%s with %lx: result %ld errno %d\n", calls[i].name, bad[k], result, errno);
      wrong++;
    }
  if (argc > 1 && !strcmp(argv[1], "sweep"))
    for (int nr = 0; nr < 450; nr++)
      for (unsigned k = 0; k < sizeof bad / sizeof bad[0] && !is_left_out(nr); k++)
        syscall(nr, bad[k], bad[k], bad[k], bad[k], bad[k], bad[k]);
  /* Descriptors may be closed by now: report through a fresh one. */
  printf("%d wrong\n", wrong);
  return wrong != 0;
}
