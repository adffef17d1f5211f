/* Segments that the program makes itself, also for its stack, and alignment checks. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct user_desc {
  unsigned entry, base, limit, flags;
};
enum { SEG_32BIT = 1, CODE = 4, READ_ONLY = 8, NOT_PRESENT = 32 };

static char signal_room[16384];
static char data[4096] __attribute__((aligned(4096)));

struct signal_stack {
  void *base;
  int flags;
  unsigned size;
};

static int call(int number, const void *first, const void *second) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory");
  return result;
}

static int set_thread_area(struct user_desc *d) {
  return call(243, d, 0);
}

static void report(int signal) {
  /* EFLAGS.AC is as it was, but the stack is the flat one. */
  unsigned short stack;
  __asm__ volatile("pushf; andl $~0x40000, (%%esp); popf" : : : "memory", "cc");
  __asm__ volatile("mov %%ss, %0" : "=r"(stack));
  printf("signal %d, stack %s\n", signal, stack == 0x7b || stack == 0x2b ? "flat" : "own");
  fflush(stdout);
  _exit(0);
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  struct user_desc d = {-1u, (unsigned)data, 0x7ff, SEG_32BIT};
  struct signal_stack alternate = {signal_room, 0, sizeof signal_room};
  struct sigaction action;
  unsigned selector, popped, pid, expected = getpid();

  memset(&action, 0, sizeof action);
  action.sa_handler = report;
  action.sa_flags = 0x08000000; /* SA_ONSTACK */
  call(186, &alternate, 0);     /* sigaltstack */
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  if (!strcmp(how, "refused")) {
    static const unsigned flags[] = {0x40, SEG_32BIT | CODE, SEG_32BIT | NOT_PRESENT, READ_ONLY};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
      struct user_desc bad = {-1u, 16, 16, flags[i]};
      printf("%d ", set_thread_area(&bad));
    }
    printf("\n");
    return 0;
  }
  if (!strcmp(how, "alignment")) {
    __asm__ volatile("pushf; orl $0x40000, (%%esp); popf; movl 1(%0), %%eax" : : "r"(data) : "eax", "memory");
    return 1;
  }
  if (set_thread_area(&d) != 0) return 2;
  selector = d.entry * 8 + 3;
  if (!strcmp(how, "stack")) {
    /* With its own stack segment: a push, a system call, a pop. */
    __asm__ volatile("mov %%esp, %%esi; mov %%ss, %%edi; mov %3, %%ss; movl $0x400, %%esp\n\t"
                     "pushl $0x12345678; movl $20, %%eax; int $0x80; popl %1; mov %%edi, %%ss; mov %%esi, %%esp"
                     : "=&a"(pid), "=&d"(popped), "=m"(data)
                     : "r"(selector)
                     : "esi", "edi", "memory");
    printf("%x %d %x\n", popped, pid == expected, *(unsigned *)(data + 0x3fc));
    return 0;
  }
  if (!strcmp(how, "limit")) {
    __asm__ volatile("mov %0, %%ss; movl $0x900, %%esp; pushl %%eax" : : "r"(selector));
    return 1;
  }
  return 3;
}
