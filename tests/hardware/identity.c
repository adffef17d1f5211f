/*
 * Says what processor executes it: vendor, family and model by CPUID, and the error code of INT 7Fh, for which Linux
 * has no gate.
 *
 * Executed, not read from the system's files: what answers here is what executes the tests' cases, also in a virtual
 * machine or under an emulator. Must be built with gcc -m32 -static.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { INT_LENGTH = 2 };

static volatile unsigned error_code = -1;

/* The error code tells how INT n is delivered: through the descriptor table (vector * 8 + 2) or as an event (0). */
static void handler(int signal, siginfo_t *info, void *context) {
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)signal;
  (void)info;
  error_code = g[REG_ERR];
  if (*(const unsigned char *)g[REG_EIP] == 0xcd) g[REG_EIP] += INT_LENGTH;
}

int main(void) {
  unsigned a, b, c, d;
  char vendor[13] = "";
  if (!__get_cpuid(0, &a, &b, &c, &d)) return 1;
  memcpy(vendor, &b, 4);
  memcpy(vendor + 4, &d, 4);
  memcpy(vendor + 8, &c, 4);
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 1;
  unsigned family = a >> 8 & 15, model = a >> 4 & 15;
  if (family == 6 || family == 15) model |= a >> 12 & 0xf0;
  if (family == 15) family += a >> 20 & 255;
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  __asm__ volatile("int $0x7f" : : : "memory");
  printf("%s\n%u %u %u\n", vendor, family, model, error_code);
  return 0;
}
