/*
 * What a process is told of its processor time: after some computing and some calls, whether all sources agree, and
 * whether it is no more than the time that has passed since the process began. With `limit`: signals of RLIMIT_CPU.
 */
#include "oracle.h"
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#define CPU_LIMIT 0
#define PROFILING 2

static volatile int work, over, profiled;

static void count(int signal) {
  if (signal == SIGXCPU) over++;
  else profiled++;
}

static double clock_now(int clock) {
  struct timespec time;

  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double used(void) {
  return clock_now(CLOCK_PROCESS_CPUTIME_ID);
}

static void compute_until(double seconds) {
  while (used() < seconds)
    for (int i = 0; i < 100000; i++) work++;
}

/* Times in ticks from /proc/self/stat: user and system. */
static void from_proc(long ticks[2]) {
  char text[1000] = "", *place = text;
  int fd = open("/proc/self/stat", O_RDONLY);

  read(fd, text, sizeof text - 1);
  close(fd);
  for (int blanks = 0; blanks < 13; place++) blanks += *place == ' ';
  ticks[0] = strtol(place, &place, 10);
  ticks[1] = strtol(place, &place, 10);
}

static int between(double low, double value, double high) {
  return low - 0.02 <= value && value <= high + 0.02;
}

static void sources(double begun) {
  struct itimerval each = {{0, 50000}, {0, 50000}};
  struct rusage usage;
  struct tms ticks;
  long shown[2];
  double before, after, sum;

  signal(SIGPROF, count);
  setitimer(PROFILING, &each, NULL);
  compute_until(0.4);
  for (int i = 0; i < 2000; i++) close(-1);
  before = used();
  getrusage(RUSAGE_SELF, &usage);
  times(&ticks);
  from_proc(shown);
  after = used();
  sum = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("getrusage %d\n", between(before, sum, after));
  printf("times %d\n", between(before, (ticks.tms_utime + ticks.tms_stime) / 100.0, after));
  printf("stat %d\n", between(before, (shown[0] + shown[1]) / 100.0, after));
  printf("both kinds %d\n", ticks.tms_utime > 0);
  /* The child was made after this moment, and runs on one processor. */
  printf("no more than has passed %d\n", after <= clock_now(CLOCK_MONOTONIC) - begun + 0.001);
  printf("profiled %d\n", profiled >= 2);
}

static void limits(void) {
  struct rlimit limit = {1, 3};
  int child, status;

  signal(SIGXCPU, count);
  setrlimit(CPU_LIMIT, &limit);
  child = fork();
  if (child == 0) {
    while (over < 1) compute_until(used() + 0.01);
    printf("first at the soft limit %d\n", used() >= 1 && used() < 2);
    while (over < 2) compute_until(used() + 0.01);
    getrlimit(CPU_LIMIT, &limit);
    printf("then each second %d, limit %ld\n", used() >= 2, (long)limit.rlim_cur);
    fflush(stdout);
    for (;;) work++;
  }
  waitpid(child, &status, 0);
  printf("signal %d\n", WTERMSIG(status));
  limit.rlim_cur = 0;
  child = fork();
  if (child == 0) {
    signal(SIGXCPU, SIG_DFL);
    setrlimit(CPU_LIMIT, &limit);
    for (;;) work++;
  }
  waitpid(child, &status, 0);
  printf("signal %d\n", WTERMSIG(status));
}

int main(int argc, char **argv) {
  double begun = clock_now(CLOCK_MONOTONIC);
  int status;

  (void)argv;
  if (argc > 1) limits();
  else if (fork() == 0) sources(begun);
  else wait(&status);
  return 0;
}
