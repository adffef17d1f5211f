/*
 * System calls by the routine of AT_SYSINFO and by int 0x80: results, registers, signals and restarts. Prints the same on a Linux host.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_SYSINFO 32
#define NR_KILL 37
#define NR_CLOSE 6
#define NR_PAUSE 29
#define NR_FLOCK 143
#define NR_GETPGID 132
#define LOCK_EX 2
#define LOCK_UN 8

/* gate_call loads the registers EAX ECX EDX EBX ESI EDI EBP, calls the gate and stores them. */
__asm__(
    ".text\n"
    "trap_gate:\n\tint $0x80\n\tret\n"
    "gate_call:\n"
    "\tpushl %ebp\n\tpushl %edi\n\tpushl %esi\n\tpushl %ebx\n\tmovl 20(%esp), %eax\n"
    "\tmovl 4(%eax), %ecx\n\tmovl 8(%eax), %edx\n\tmovl 12(%eax), %ebx\n\tmovl 16(%eax), %esi\n\tmovl 20(%eax), %edi\n\tmovl 24(%eax), %ebp\n"
    "\tmovl (%eax), %eax\n\tcall *gate\n\tpushl %eax\n\tmovl 24(%esp), %eax\n"
    "\tmovl %ecx, 4(%eax)\n\tmovl %edx, 8(%eax)\n\tmovl %ebx, 12(%eax)\n\tmovl %esi, 16(%eax)\n\tmovl %edi, 20(%eax)\n\tmovl %ebp, 24(%eax)\n"
    "\tpopl (%eax)\n\tpopl %ebx\n\tpopl %esi\n\tpopl %edi\n\tpopl %ebp\n\tret\n");
void trap_gate(void);
void gate_call(unsigned registers[7]);
void (*gate)(void);

/* Bits of registers that were not as before, but EAX. */
static unsigned changed;

static int call(int nr, int first, int second) {
  unsigned registers[7] = {nr, second, 0x1234, first, 0x5678, 0x9abc, 0xdef0}, before[7];

  memcpy(before, registers, sizeof before);
  gate_call(registers);
  for (int i = 1; i < 7; i++)
    if (registers[i] != before[i]) changed |= 1u << i;
  return (int)registers[0];
}

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

static void check_restart(const char *path) {
  for (int flags = 0;; flags = SA_RESTART) {
    int ends[2], fd = open(path, O_RDWR | O_CREAT, 0600), result;
    pid_t parent = getpid(), child;
    char byte;

    handle(flags);
    pipe(ends);
    child = fork();
    if (child == 0) {
      int own = open(path, O_RDWR);

      call(NR_FLOCK, own, LOCK_EX);
      write(ends[1], "", 1);
      usleep(20000);
      kill(parent, SIGUSR1);
      usleep(20000);
      _exit(0);
    }
    read(ends[0], &byte, 1);
    result = call(NR_FLOCK, fd, LOCK_EX);
    printf("flock: %d, handled %d\n", result, handled);
    waitpid(child, 0, 0);
    call(NR_FLOCK, fd, LOCK_UN);
    close(fd), close(ends[0]), close(ends[1]);
    if (flags) break;
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
  unsigned *vector;

  (void)argc;
  while (*environment) environment++;
  for (vector = (unsigned *)(environment + 1); vector[0] != AT_SYSINFO && vector[0] != 0; vector += 2) continue;
  gate = vector[0] == AT_SYSINFO && strcmp(argv[1], "trap") ? (void (*)(void))vector[1] : trap_gate;
  printf("errors: %d %d %d\n", call(NR_CLOSE, -1, 0), call(NR_FLOCK, -1, LOCK_EX), call(NR_KILL, 0x7ffffff, 0));
  check_signals();
  check_restart(argv[2]);
  check_storm();
  printf("changed registers: %x\n", changed);
  return 0;
}
