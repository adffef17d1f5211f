/*
 * System calls by the routine of AT_SYSINFO and by int 0x80: results, registers, signals and restarts. Prints the same
 * on a Linux host.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gate.h"

#define NR_KILL 37
#define NR_CLOSE 6
#define NR_PAUSE 29
#define NR_FLOCK 143
#define NR_GETPGID 132
#define LOCK_EX 2
#define LOCK_UN 8

static volatile int handled;

/* Makes such calls itself. */
static void handler(int signal) {
  (void)signal;
  handled++;
  if (call(NR_CLOSE, -1, 0) != -9) handled += 1000;
}

static void handle(int flags) {
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGUSR1, &action, 0);
  handled = 0;
}

/* A child that sends SIGUSR1 to us after a while, `count` times. */
static pid_t tease(int count) {
  pid_t parent = getpid(), child = fork();

  if (child != 0) return child;
  for (; count; count--) {
    usleep(count > 1 ? 50 : 20000);
    kill(parent, SIGUSR1);
  }
  _exit(0);
}

static void check_signals(void) {
  int result;

  handle(0);
  result = call(NR_KILL, getpid(), SIGUSR1);
  printf("kill of oneself: %d, handled %d\n", result, handled);

  for (int flags = 0;; flags = SA_RESTART) {
    pid_t child;

    handle(flags);
    child = tease(1);
    result = call(NR_PAUSE, 0, 0);
    printf("pause: %d, handled %d\n", result, handled);
    waitpid(child, 0, 0);
    if (flags) break;
  }

  /* A signal without a handler: the call goes on. */
  handle(0);
  if (fork() == 0) _exit(0);
  pid_t child = tease(1);
  result = call(NR_PAUSE, 0, 0);
  printf("pause after SIGCHLD: %d, handled %d\n", result, handled);
  waitpid(child, 0, 0);
  wait(0);
}

/* Stopped, and told to continue before it could stop: nothing is left of either, and the call goes on. */
static void check_stop(void) {
  pid_t parent = getpid(), child;
  int result;

  handle(0);
  child = fork();
  if (child == 0) {
    usleep(20000);
    kill(parent, SIGSTOP);
    kill(parent, SIGCONT);
    usleep(20000);
    kill(parent, SIGUSR1);
    _exit(0);
  }
  result = call(NR_PAUSE, 0, 0);
  printf("pause after SIGSTOP: %d, handled %d\n", result, handled);
  waitpid(child, 0, 0);
}

/* A child has a lock that we wait for, when a signal comes: handled, with a restart or without, or none that is left.
 */
static void check_restart(const char *path) {
  static const struct {
    int flags, stop;
  } rounds[] = {{0, 0}, {SA_RESTART, 0}, {0, 1}};

  for (int round = 0; round < 3; round++) {
    int ends[2], fd = open(path, O_RDWR | O_CREAT, 0600), result;
    pid_t parent = getpid(), child;
    char byte;

    handle(rounds[round].flags);
    pipe(ends);
    child = fork();
    if (child == 0) {
      int own = open(path, O_RDWR);

      call(NR_FLOCK, own, LOCK_EX);
      write(ends[1], "", 1);
      usleep(20000);
      kill(parent, rounds[round].stop ? SIGSTOP : SIGUSR1);
      if (rounds[round].stop) kill(parent, SIGCONT);
      usleep(20000);
      _exit(0);
    }
    read(ends[0], &byte, 1);
    result = call(NR_FLOCK, fd, LOCK_EX);
    printf("flock: %d, handled %d\n", result, handled);
    waitpid(child, 0, 0);
    call(NR_FLOCK, fd, LOCK_UN);
    close(fd), close(ends[0]), close(ends[1]);
    /* Nothing is left to be made again. */
    handle(SA_RESTART);
    result = call(NR_KILL, getpid(), SIGUSR1);
    printf("kill of oneself: %d, handled %d\n", result, handled);
  }
}

/* Signals that come at any instruction of such calls. */
static void check_storm(void) {
  pid_t child;
  int wrong = 0;

  handle(0);
  for (child = tease(300); waitpid(child, 0, WNOHANG) == 0;) {
    wrong += call(NR_GETPGID, 0, 0) != getpgrp();
    wrong += call(NR_CLOSE, -1, 0) != -9;
    wrong += call(NR_KILL, getpid(), 0) != 0;
  }
  printf("storm: %d wrong, %s\n", wrong, handled > 0 && handled <= 300 ? "handled" : "not handled");
}

int main(int argc, char **argv, char **environment) {
  (void)argc;
  choose_gate(argv[1], environment);
  printf("errors: %d %d %d\n", call(NR_CLOSE, -1, 0), call(NR_FLOCK, -1, LOCK_EX), call(NR_KILL, 0x7ffffff, 0));
  check_signals();
  check_stop();
  check_restart(argv[2]);
  check_storm();
  printf("changed registers: %x\n", changed);
  return 0;
}
