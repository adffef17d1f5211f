/*
 * Micro-benchmarks of the system: one line per operation, "name nanoseconds operations", by the clock that the
 * program sees. Runs on Linux too. Arguments: milliseconds per line; the only operation to measure (default: all).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long budget;
static const char *only;

static long long now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* One call of body counts as `operations`. */
static void measure(const char *name, void (*body)(void), int batch, int operations) {
  long long start = now(), end;
  long count = 0;

  if (only && strcmp(only, name) != 0) return;
  do {
    for (int i = 0; i < batch; i++) body();
    count += batch * operations;
    end = now();
  } while (end - start < budget);
  printf("%s %lld %ld\n", name, (end - start) / count, count);
  fflush(stdout);
}

static volatile unsigned sink;
static void integer_loop(void) {
  unsigned a = sink, b = 12345;

  for (int i = 0; i < 10000; i++) {
    a = a * 1103515245 + b;
    b ^= a >> 7;
    if (b & 1) a += i;
  }
  sink = a ^ b;
}
static void null_call(void) { syscall(SYS_getpgid, 0); }
static void local_call(void) { syscall(SYS_getpid); }
static void open_close(void) { close(open("/", O_RDONLY)); }

#define FAULT_PAGES 256
static void page_faults(void) {
  char *p = mmap(0, FAULT_PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  for (int i = 0; i < FAULT_PAGES; i++) p[i * 4096] = 1;
  munmap(p, FAULT_PAGES * 4096);
}

static int to_child[2], from_child[2];
static void pipe_round_trip(void) {
  char c = 'x';

  if (write(to_child[1], &c, 1) != 1 || read(from_child[0], &c, 1) != 1) exit(1);
}
static void fork_wait(void) {
  pid_t pid = fork();

  if (pid == 0) _exit(0);
  waitpid(pid, 0, 0);
}
static void fork_exec(void) {
  pid_t pid = fork();

  if (pid == 0) {
    execl("/bin/true", "true", (char *)0);
    _exit(1);
  }
  waitpid(pid, 0, 0);
}
static volatile int signals;
static void on_signal(int signal) { signals += signal; }
static void signal_self(void) { kill(getpid(), SIGUSR1); }

int main(int argc, char **argv) {
  pid_t echo;

  only = argc > 2 ? argv[2] : NULL;
  budget = (argc > 1 ? atoi(argv[1]) : 300) * 1000000ll;
  measure("integer", integer_loop, 1, 1);
  measure("null", null_call, 100, 1);
  measure("local", local_call, 100, 1);
  measure("open", open_close, 20, 1);
  signal(SIGUSR1, on_signal);
  measure("signal", signal_self, 20, 1);
  measure("fault", page_faults, 1, FAULT_PAGES);
  if (pipe(to_child) || pipe(from_child)) return 1;
  echo = fork();
  if (echo == 0) {
    char c;

    close(to_child[1]);
    while (read(to_child[0], &c, 1) == 1) write(from_child[1], &c, 1);
    _exit(0);
  }
  measure("pipe", pipe_round_trip, 10, 1);
  close(to_child[1]);
  waitpid(echo, 0, 0);
  measure("fork", fork_wait, 1, 1);
  measure("exec", fork_exec, 1, 1);
  return 0;
}
