/*
 * vfork and clone with CLONE_VM: parent and child have one memory, until the child executes or ends. Prints the same on
 * Linux.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHED_YIELD 158
#define VM 0x100
#define VFORK 0x4000
#define PAGE 4096
#define BIG (6 << 20)
#define ARGUMENT_BYTES 100000

static char child_stack[4][8 * PAGE] __attribute__((aligned(16)));
static char fresh[4 * PAGE] __attribute__((aligned(PAGE)));
static int data = 1;
static volatile int number;
static char *volatile area;

/* clone(flags, stack): the child calls work() on its own stack and exits with what it returns. */
int clone_with_stack(int flags, void *stack, int (*work)(void));
__asm__(".globl clone_with_stack\n"
        "clone_with_stack:\n"
        "  push %ebx\n"
        "  push %esi\n"
        "  push %edi\n"
        "  mov 16(%esp), %ebx\n"
        "  mov 20(%esp), %ecx\n"
        "  mov 24(%esp), %eax\n"
        "  sub $4, %ecx\n"
        "  mov %eax, (%ecx)\n"
        "  xor %edx, %edx\n"
        "  xor %esi, %esi\n"
        "  xor %edi, %edi\n"
        "  mov $120, %eax\n"
        "  int $0x80\n"
        "  test %eax, %eax\n"
        "  jnz 1f\n"
        "  pop %eax\n"
        "  call *%eax\n"
        "  mov %eax, %ebx\n"
        "  mov $1, %eax\n"
        "  int $0x80\n"
        "  hlt\n"
        "1: pop %edi\n"
        "  pop %esi\n"
        "  pop %ebx\n"
        "  ret\n");

static int spawn_on(int level, int flags, int (*work)(void)) {
  return clone_with_stack(flags | SIGCHLD, child_stack[level] + sizeof child_stack[level], work);
}

/* Runs work() as a vfork child; returns its wait status. */
static int run(int (*work)(void)) {
  int status = -1, child = spawn_on(0, VM | VFORK, work);

  if (child > 0) waitpid(child, &status, 0);
  return status;
}

static int readable(const char *address) {
  int ends[2], ok;

  pipe(ends);
  ok = write(ends[1], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return ok;
}

static int lines_of_maps(void) {
  static char text[8 * PAGE];
  int file = open("/proc/self/maps", O_RDONLY), bytes, lines = 0;

  bytes = read(file, text, sizeof text);
  close(file);
  for (int i = 0; i < bytes; i++) lines += text[i] == '\n';
  return lines;
}

/* What is in memory */

static int writes(void) {
  data = 2;
  fresh[0] = 3;
  fresh[3 * PAGE] = 4;
  area[PAGE] = 5;
  number = 6;
  return 7;
}

static void memory(void) {
  area = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  number = area[PAGE] + fresh[3 * PAGE];
  int status = run(writes);
  printf("writes: %d %d %d %d %d, status %d\n", data, fresh[0], fresh[3 * PAGE], area[PAGE], number,
         WEXITSTATUS(status));
}

static int maps(void) {
  char *own = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  strcpy(own, "from the child");
  munmap(area + 2 * PAGE, PAGE);
  mprotect(area, PAGE, PROT_NONE);
  area = own;
  return 0;
}

static void mappings(void) {
  char *before = area;

  before[2 * PAGE] = 1;
  run(maps);
  printf("maps: %s, unmapped %d, protected %d, left %d\n", area, !readable(before + 2 * PAGE), !readable(before),
         readable(before + PAGE));
  area = before;
  mprotect(area, PAGE, PROT_READ | PROT_WRITE);
}

static int moves_break(void) {
  char *end = (char *)syscall(SYS_brk, 0L, 0L, 0L, 0L, 0L, 0L);

  syscall(SYS_brk, (long)(end + 2 * PAGE), 0L, 0L, 0L, 0L, 0L);
  end[PAGE] = 9;
  number = (int)end;
  return 0;
}

static void heap(void) {
  run(moves_break);
  char *end = (char *)syscall(SYS_brk, 0L, 0L, 0L, 0L, 0L, 0L);
  printf("break: moved by %d, holds %d\n", (int)(end - (char *)number), ((char *)number)[PAGE]);
}

static int writes_file_and_big(void) {
  area[0] = 'C';
  for (int i = 0; i < BIG; i += PAGE) area[PAGE + i] = i / PAGE % 100;
  return 0;
}

static void shared_file(void) {
  int file = open("shared-memory.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600), sum = 0;
  char text[2] = {0};
  char *old = area;

  write(file, "P", 1);
  area = mmap(0, PAGE + BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mmap(area, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
  run(writes_file_and_big);
  pread(file, text, 1, 0);
  for (int i = 0; i < BIG; i += PAGE) sum += area[PAGE + i];
  printf("file %s, sum %d\n", text, sum);
  munmap(area, PAGE + BIG);
  close(file);
  unlink("shared-memory.tmp");
  area = old;
}

/* Ends */

static int fails_to_execute(void) {
  char *const arguments[] = {"none", 0};

  execve("/no/such/program", arguments, arguments + 1);
  number = errno;
  return 127;
}

static int executes(void) {
  char *const arguments[] = {"true", area, 0};

  execve("/bin/true", arguments, arguments + 2);
  return 127;
}

static void exec(void) {
  char *old = area;
  int status, before;

  status = run(fails_to_execute);
  printf("execve: %s, status %d\n", strerror(number), WEXITSTATUS(status));
  area = malloc(ARGUMENT_BYTES);
  memset(area, 'x', ARGUMENT_BYTES - 1);
  area[ARGUMENT_BYTES - 1] = 0;
  lines_of_maps();
  before = lines_of_maps();
  status = run(executes);
  printf("execve with long arguments: status %d, mappings as before %d\n", WEXITSTATUS(status),
         lines_of_maps() == before);
  area = old;
}

static int is_killed(void) {
  number = 10;
  raise(SIGKILL);
  return 0;
}

static int crashes(void) {
  number = 11;
  *(volatile int *)0 = 1;
  return 0;
}

static void on_signal(int signal) {
  number += signal;
}

static int handles(void) {
  number = 100;
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  return 0;
}

static void ends(void) {
  int status = run(is_killed);

  printf("killed: signal %d, %d\n", WTERMSIG(status), number);
  status = run(crashes);
  printf("crashed: signal %d, %d\n", WTERMSIG(status), number);
  run(handles);
  printf("handler in the child: %d, none in the parent %d\n", number, signal(SIGUSR1, SIG_DFL) == SIG_DFL);
}

/* Others beside them */

static int innermost(void) {
  number += 1;
  fresh[PAGE] = 21;
  return 0;
}

static int nests(void) {
  number = 20;
  int child = spawn_on(1, VM | VFORK, innermost);
  waitpid(child, 0, 0);
  number += 100;
  return 0;
}

static int forks(void) {
  int ends[2], child;
  char byte = 0;

  pipe(ends);
  number = 30;
  child = fork();
  if (child == 0) {
    read(ends[0], &byte, 1);
    number += byte;
    _exit(number);
  }
  number = 40;
  write(ends[1], "\1", 1);
  waitpid(child, (int *)&data, 0);
  close(ends[0]);
  close(ends[1]);
  return 0;
}

static void relatives(void) {
  run(nests);
  printf("nested: %d %d\n", number, fresh[PAGE]);
  run(forks);
  printf("forked beside: %d, copy %d\n", number, WEXITSTATUS(data));
}

static int answer[2];

static int survives(void) {
  kill(getppid(), SIGKILL);
  area = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  area[PAGE] = 'y';
  fresh[2 * PAGE] = 'e';
  write(answer[1], &area[PAGE], 1);
  write(answer[1], &fresh[2 * PAGE], 1);
  write(answer[1], "s", 1);
  return 0;
}

static void killed_parent(void) {
  char text[4] = {0};
  int child, status, got = 0;

  pipe(answer);
  child = fork();
  if (child == 0) {
    run(survives);
    _exit(1);
  }
  waitpid(child, &status, 0);
  close(answer[1]);
  while (got < 3) {
    int bytes = read(answer[0], text + got, 3 - got);
    if (bytes <= 0) break;
    got += bytes;
  }
  printf("parent killed: signal %d, child alive %s\n", WTERMSIG(status), text);
}

static int plays(void) {
  for (int round = 0; round < 100; round++) {
    while (number != 2 * round) syscall(SCHED_YIELD, 0L, 0L, 0L, 0L, 0L, 0L);
    number = 2 * round + 1;
  }
  return 0;
}

static void at_once(void) {
  number = -1;
  int child = spawn_on(2, VM, plays), status;

  number = 0;
  for (int round = 0; round < 100; round++) {
    while (number != 2 * round + 1) syscall(SCHED_YIELD, 0L, 0L, 0L, 0L, 0L, 0L);
    number = 2 * round + 2;
  }
  waitpid(child, &status, 0);
  printf("both at once: %d\n", number);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  memory();
  mappings();
  heap();
  shared_file();
  exec();
  ends();
  relatives();
  killed_parent();
  at_once();
  return 0;
}
