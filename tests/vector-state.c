/*
 * The vector unit as a program sees it under Linux: state over fork, exec and signals, codes of floating-point signals,
 * the C library's string functions for SSE2, arithmetic of doubles in XMM registers. Prints what must be the same
 * natively and in the system.
 */
#define _GNU_SOURCE
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { SIZE = 40, FSAVE_PART = 112, MXCSR_OFFSET = 24, XMM_OFFSET = 160, MXCSR_DEFAULT = 0x1f80 };

static volatile sig_atomic_t code;
static unsigned char frame[FSAVE_PART + 512];

static unsigned get_mxcsr(void) {
  unsigned value;
  __asm__ volatile("stmxcsr %0" : "=m"(value));
  return value;
}

static void set_mxcsr(unsigned value) {
  __asm__ volatile("ldmxcsr %0" : : "m"(value));
}

/* Keeps the frame, overwrites registers, and masks all exceptions in the state that comes back. */
static void handler(int signal, siginfo_t *info, void *context) {
  unsigned char *state = (unsigned char *)((ucontext_t *)context)->uc_mcontext.fpregs;
  unsigned all[4];

  __asm__ volatile("movups %%xmm3, %0\n\tpcmpeqd %%xmm3, %%xmm3\n\tmovaps %%xmm3, %%xmm7"
                   : "=m"(all)
                   :
                   : "xmm3", "xmm7");
  code = info->si_code;
  memcpy(frame, state, sizeof frame);
  if (get_mxcsr() != MXCSR_DEFAULT || (all[0] | all[1] | all[2] | all[3])) write(1, "handler state\n", 14);
  if (signal == SIGFPE) {
    *(unsigned *)(state + FSAVE_PART + MXCSR_OFFSET) |= MXCSR_DEFAULT;
    *(unsigned short *)state |= 0x3f;
  }
}

static void matrices(void) {
  static double a[SIZE][SIZE], b[SIZE][SIZE];
  double trace = 0;
  float harmonic = 0;

  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = sin(i * 0.1 + j), b[i][j] = 1.0 / (1 + i + j * j);
  for (int i = 0; i < SIZE; i++)
    for (int k = 0; k < SIZE; k++) trace += a[i][k] * b[k][(i * 7) % SIZE];
  for (int i = 1; i < 1000; i++) harmonic += 1.0f / i;
  printf("%.17g %a %e %.9g %d %u\n", trace, trace, trace * 1e10, harmonic, (int)(trace * 1e5),
         (unsigned)(trace * trace * 1e5));
  printf("%.17g %.17g %.17g\n", strtod("3.14159265358979e10", 0), pow(trace, 3), exp(-trace));
}

static unsigned mixed(unsigned hash, const char *found, const char *start) {
  return hash * 31 + (found ? (unsigned)(found - start) : 77777);
}

static void strings(void) {
  static char text[600], copied[1200];
  unsigned hash = 0;

  for (int length = 0; length < 150; length++)
    for (int offset = 0; offset < 5; offset++) {
      memset(text, 0, sizeof text);
      memset(text + offset, 'a' + length % 26, length);
      strcpy(copied + offset * 3, text + offset);
      hash = hash * 31 + strlen(copied + offset * 3) + strcmp(copied + offset * 3, text + offset);
      hash = mixed(hash, strchr(text + offset, 'z'), text);
      hash = mixed(hash, strrchr(text + offset, 'a'), text);
      hash = mixed(hash, memchr(text, 'q', length + 5), text);
      hash = mixed(hash, strstr(text + offset, "bb"), text);
      memmove(copied + 1, copied, length);
      hash = hash * 31 + memcmp(copied, text, length + offset) % 2;
    }
  printf("strings %u\n", hash);
}

static void signals(void) {
  static const struct {
    unsigned mxcsr;
    double a, b;
    int is_product;
  } faults[] = {
      {0x1d80, 1, 0, 0},          {0x1f00, 0, 0, 0}, {0x1b80, 1e308, 1e308, 1},
      {0x1780, 1e-308, 1e-10, 1}, {0x0f80, 1, 3, 0}, {0x1e80, 5e-324, 1, 1},
  };
  static const unsigned pattern[4] = {1, 2, 3, 0xdeadbeef};
  unsigned kept[4], pid = getpid(), result;
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGFPE, &action, 0);
  set_mxcsr(0x7f80);
  __asm__ volatile("movups %2, %%xmm3\n\tmovups %2, %%xmm7\n\tpush %%ebx\n\tmov %3, %%ebx\n\tint $0x80\n\tpop %%ebx\n\t"
                   "pand %%xmm7, %%xmm3\n\tmovups %%xmm3, %1"
                   : "=a"(result), "=m"(kept)
                   : "m"(pattern), "r"(pid), "c"(SIGUSR1), "0"(37)
                   : "xmm3", "xmm7");
  printf("kill %u: %x %x %x %x, mxcsr %x, frame %x %x %d\n", result, kept[0], kept[1], kept[2], kept[3], get_mxcsr(),
         *(unsigned *)(frame + 108) >> 16, *(unsigned *)(frame + FSAVE_PART + MXCSR_OFFSET),
         memcmp(frame + FSAVE_PART + XMM_OFFSET + 3 * 16, pattern, 16));
  for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
    double value;

    code = -1;
    set_mxcsr(faults[i].mxcsr);
    if (faults[i].is_product)
      __asm__ volatile("movsd %1, %%xmm1\n\tmulsd %2, %%xmm1\n\tmovsd %%xmm1, %0"
                       : "=m"(value)
                       : "m"(faults[i].a), "m"(faults[i].b)
                       : "xmm1");
    else
      __asm__ volatile("movsd %1, %%xmm1\n\tdivsd %2, %%xmm1\n\tmovsd %%xmm1, %0"
                       : "=m"(value)
                       : "m"(faults[i].a), "m"(faults[i].b)
                       : "xmm1");
    result = get_mxcsr();
    set_mxcsr(MXCSR_DEFAULT);
    printf("simd code %d value %g mxcsr %x\n", (int)code, value, result);
  }
  for (unsigned short control = 0x37b; control < 0x380; control += 3) {
    double value;

    code = -1;
    __asm__ volatile("fldcw %1\n\tfld1\n\tfldz\n\tfdivrp %%st, %%st(1)\n\tfstpl %0\n\tfninit"
                     : "=m"(value)
                     : "m"(control));
    printf("x87 code %d\n", (int)code);
  }
}

/* MMX registers are the x87 registers. */
static void mmx(void) {
  unsigned long long value = 0x0123456789abcdefULL;
  unsigned short extended[5], status;
  unsigned result;

  __asm__ volatile(
      "fninit\n\tfldpi\n\tfld1\n\tmovq %3, %%mm5\n\tpaddw %%mm5, %%mm5\n\tpmovmskb %%mm5, %0\n\tfnstsw %2\n\t"
      "fincstp\n\tfincstp\n\tfincstp\n\tfincstp\n\tfincstp\n\tfstpt %1\n\temms"
      : "=&r"(result), "=m"(extended), "=m"(status)
      : "m"(value));
  printf("mmx %x status %x st5 %04x %04x%04x%04x%04x\n", result, status, extended[4], extended[3], extended[2],
         extended[1], extended[0]);
}

int main(int count, char **arguments) {
  int status;

  setvbuf(stdout, 0, _IONBF, 0);
  if (count > 1) return get_mxcsr() == MXCSR_DEFAULT ? 3 : 4;
  matrices();
  strings();
  signals();
  mmx();
  set_mxcsr(0x5f80);
  if (fork() == 0) {
    printf("child %x\n", get_mxcsr());
    execl(arguments[0], arguments[0], "again", (char *)0);
    _exit(1);
  }
  wait(&status);
  printf("exec %d parent %x\n", WEXITSTATUS(status), get_mxcsr());
  printf("platform %s\n", (char *)getauxval(AT_PLATFORM));
  return 0;
}
