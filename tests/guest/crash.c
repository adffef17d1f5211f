/* Ends in the way that its argument names; the shell reports the signal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_sigaltstack
#define SYS_sigaltstack 186
#endif
#ifndef SA_ONSTACK
#define SA_ONSTACK 0x08000000
#endif

static const char constant[] = "read only";

static int deep(int n) {
  if (n < 0) return 0;
  volatile char block[4096];
  block[0] = n;
  return deep(n + 1) + block[0];
}

static void on_segv(int signal) {
  (void)signal;
  write(1, "handled\n", 8);
  _exit(7);
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  volatile int zero = 0;

  if (!strcmp(how, "null")) return *(volatile int *)0;
  if (!strcmp(how, "write-null")) *(volatile int *)0 = 1;
  if (!strcmp(how, "rodata")) *(volatile char *)constant = 'x';
  if (!strcmp(how, "text")) *(volatile char *)main = 0;
  if (!strcmp(how, "divide")) return 1000 / zero;
  if (!strcmp(how, "illegal")) __asm__ volatile("ud2");
  if (!strcmp(how, "privileged")) __asm__ volatile("hlt");
  if (!strcmp(how, "gate")) __asm__ volatile("int $0");
  if (!strcmp(how, "interrupt")) __asm__ volatile("int $0x40");
  if (!strcmp(how, "forget-page")) {
    /* region_unmap of the process page: the emulation library cannot even find the server any more. */
    __asm__ volatile("int $0x38" : : "a"(0xc0020000), "c"(0x1000) : "memory");
    getppid();
  }
  if (!strcmp(how, "trap")) __asm__ volatile("int3");
  if (!strcmp(how, "jump")) ((void (*)(void))0xb0000000)();
  if (!strcmp(how, "stack")) return deep(0);
  if (!strcmp(how, "emulator")) *(volatile int *)0xc0000000 = 1;
  if (!strcmp(how, "process-page")) *(volatile int *)0xc0020000 = 1;
  if (!strcmp(how, "beyond")) *(volatile int *)0xf0000000 = 1;
  if (!strcmp(how, "esp")) __asm__ volatile("movl $0x10, %esp; pushl %eax");
  if (!strcmp(how, "esp-call"))
    __asm__ volatile("movl $0x10, %esp; movl $20, %eax; int $0x80; movl $1, %eax; movl $9, %ebx; int $0x80");
  if (!strcmp(how, "abort")) abort();
  if (!strcmp(how, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(how, "handled")) {
    signal(SIGSEGV, on_segv);
    *(volatile int *)0 = 1;
  }
  if (!strcmp(how, "stack-handled")) {
    static char alternate[16384];
    struct {
      void *base;
      int flags;
      unsigned size;
    } stack = {alternate, 0, sizeof alternate};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_segv;
    action.sa_flags = SA_ONSTACK;
    syscall(SYS_sigaltstack, &stack, 0);
    sigaction(SIGSEGV, &action, 0);
    return deep(0);
  }
  if (!strcmp(how, "bus")) {
    /* One page mapped beyond the end of a one-byte file. */
    FILE *file = fopen("/tmp/one-byte", "w+");
    char *p;
    fputc('x', file);
    fflush(file);
    p = mmap(0, 8192, PROT_READ, MAP_SHARED, fileno(file), 0);
    return p[4096];
  }
  fprintf(stderr, "crash: unknown way '%s'\n", how);
  return 1;
}
