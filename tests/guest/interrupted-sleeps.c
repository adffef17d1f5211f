/*
 * What sleeping calls say of the time left when a signal ends them, and how sleeps in a loop end. Prints the same on
 * Linux.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  SELECT = 142,
  NANOSLEEP = 162,
  CLOCK_NANOSLEEP = 267,
  PSELECT6 = 308,
  PPOLL = 309,
  CLOCK_NANOSLEEP_64 = 407,
  PSELECT6_64 = 413,
  PPOLL_64 = 414
};
/* Long enough for the slowest host: a signal comes after some milliseconds of them. */
#define LENGTH 1000
#define REALTIME 0
#define MONOTONIC 1
#define ABSOLUTE 1

static volatile int signals;

static void on_signal(int signal) {
  (void)signal;
  signals++;
}

static void alarm_in_ms(int first, int interval) {
  struct itimerval timer = {{0, interval * 1000}, {0, first * 1000}};

  setitimer(ITIMER_REAL, &timer, 0);
}

static void handle(int flags) {
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, 0);
}

/* A time in the caller's width: seconds and a fraction. */
static union {
  long narrow[2];
  long long wide[2];
} given, left;

static void tell(const char *name, long result, const void *time, int wide) {
  int error = errno;

  alarm_in_ms(0, 0);
  long long seconds = wide ? *(const long long *)time : *(const long *)time;

  printf("%s: %s, %s\n", name, result == -1 ? strerror(error) : "no error",
         seconds == LENGTH                             ? "as given"
         : seconds >= LENGTH - 200 && seconds < LENGTH ? "the rest"
                                                       : "nonsense");
}

static void set(int wide) {
  memset(&given, 0, sizeof given);
  memset(&left, 0, sizeof left);
  if (wide) given.wide[0] = LENGTH;
  else given.narrow[0] = LENGTH;
  /* Again and again: the first may come before the call. */
  alarm_in_ms(5, 20);
}

static void interrupted(void) {
  long mask[2] = {0, 0}, result;

  set(0);
  tell("nanosleep", syscall(NANOSLEEP, &given, &left, 0L, 0L, 0L, 0L), &left, 0);
  set(0);
  tell("nanosleep in place", syscall(NANOSLEEP, &given, &given, 0L, 0L, 0L, 0L), &given, 0);
  set(0);
  result = syscall(NANOSLEEP, &given, 0L, 0L, 0L, 0L, 0L);
  alarm_in_ms(0, 0);
  printf("nanosleep without: %ld\n", result);
  set(0);
  tell("clock_nanosleep", syscall(CLOCK_NANOSLEEP, (long)MONOTONIC, 0L, &given, &left, 0L, 0L), &left, 0);
  set(1);
  tell("clock_nanosleep, wide", syscall(CLOCK_NANOSLEEP_64, (long)REALTIME, 0L, &given, &left, 0L, 0L), &left, 1);
  set(0);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long until[2] = {now.tv_sec + LENGTH, 0};
  left.narrow[0] = LENGTH;
  tell("clock_nanosleep until", syscall(CLOCK_NANOSLEEP, (long)MONOTONIC, (long)ABSOLUTE, until, &left, 0L, 0L), &left,
       0);
  set(0);
  tell("select", syscall(SELECT, 0L, 0L, 0L, 0L, &given, 0L), &given, 0);
  set(0);
  tell("pselect", syscall(PSELECT6, 0L, 0L, 0L, 0L, &given, 0L), &given, 0);
  set(1);
  tell("pselect, wide", syscall(PSELECT6_64, 0L, 0L, 0L, 0L, &given, 0L), &given, 1);
  set(0);
  tell("ppoll", syscall(PPOLL, 0L, 0L, &given, mask, 8L, 0L), &given, 0);
  set(1);
  result = syscall(PPOLL_64, 0L, 0L, &given, 0L, 8L, 0L);
  tell("ppoll, wide", result, &given, 1);
}

static void ready(void) {
  int ends[2];
  struct {
    int fd;
    short events, found;
  } entry = {0, 1, 0};

  pipe(ends);
  write(ends[1], "x", 1);
  entry.fd = ends[0];
  memset(&given, 0, sizeof given);
  given.narrow[0] = LENGTH;
  long found = syscall(PPOLL, &entry, 1L, &given, 0L, 8L, 0L);
  printf("ppoll that finds: %ld, the time left is told %d\n", found, given.narrow[0] < LENGTH);
}

/* Sleeps a third of a second with signals every few milliseconds. */
static void loops(const char *how, int flags) {
  struct timespec rest = {.tv_nsec = 300000000}, before, after;
  int rounds = 0;

  handle(flags);
  signals = 0;
  clock_gettime(CLOCK_MONOTONIC, &before);
  alarm_in_ms(5, 20);
  while (nanosleep(&rest, &rest) && errno == EINTR) rounds++;
  alarm_in_ms(0, 0);
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long length = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  printf("%s: ended, interrupted %d, long enough %d\n", how, rounds > 0 && signals > 0, length >= 300000000LL);
}

static void stops(void) {
  int child = fork(), status;

  if (child == 0) {
    struct timespec time = {.tv_nsec = 100000000};

    raise(SIGSTOP);
    int result = nanosleep(&time, &time);
    _exit(result == 0 ? 3 : 4);
  }
  waitpid(child, &status, WUNTRACED);
  kill(child, SIGCONT);
  for (int round = 0; round < 5; round++) {
    kill(child, SIGSTOP);
    if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status)) break;
    kill(child, SIGCONT);
  }
  if (!WIFEXITED(status)) waitpid(child, &status, 0);
  printf("stopped and continued: %d\n", WEXITSTATUS(status));
}

int main(void) {
  handle(0);
  interrupted();
  ready();
  loops("handler", 0);
  loops("handler with SA_RESTART", SA_RESTART);
  stops();
  return 0;
}
