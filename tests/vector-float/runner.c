/*
 * Executes single SSE instructions on the host's processor, so that its results can be compared with the emulated
 * ones. Records of 48 bytes come on standard input and go to standard output.
 *
 * Request: destination (16), source (16), MXCSR (4), EFLAGS (4), length of the code (1), code (7).
 * The operands are put into XMM0 and XMM1, and their first bytes into MM0, MM1, EAX and ECX.
 * Response: XMM0 (16), MM0 (8), EAX (4), EFLAGS (4), MXCSR (4), signal (4, 0 = none), 0.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define RECORD 48
/* The signal frame holds an FSAVE image, four bytes of status, and an FXSAVE image. */
#define FXSAVE_IMAGE 112
#define FXSAVE_MXCSR 24
#define FXSAVE_MM0 32
#define FXSAVE_XMM0 160

static uint8_t request[RECORD] __attribute__((aligned(16)));
static uint8_t response[RECORD] __attribute__((aligned(16)));
static sigjmp_buf escape;

static void on_signal(int number, siginfo_t *info, void *context) {
  const mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  const uint8_t *image = (const uint8_t *)machine->fpregs + FXSAVE_IMAGE;
  (void)info;
  memcpy(response, image + FXSAVE_XMM0, 16);
  memcpy(response + 16, image + FXSAVE_MM0, 8);
  memcpy(response + 24, &machine->gregs[REG_EAX], 4);
  memcpy(response + 28, &machine->gregs[REG_EFL], 4);
  memcpy(response + 32, image + FXSAVE_MXCSR, 4);
  response[36] = number;
  siglongjmp(escape, 1);
}

int main(void) {
  const uint32_t usual_mxcsr = 0x1f80;
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  while (fread(request, RECORD, 1, stdin) == 1) {
    uint8_t length = request[40];
    memcpy(code, request + 41, length);
    code[length] = 0xc3;
    memset(response, 0, RECORD);
    if (sigsetjmp(escape, 1) == 0) {
      __asm__ volatile("movups (%%esi), %%xmm0\n\t"
                       "movups 16(%%esi), %%xmm1\n\t"
                       "movq (%%esi), %%mm0\n\t"
                       "movq 16(%%esi), %%mm1\n\t"
                       "movl (%%esi), %%eax\n\t"
                       "movl 16(%%esi), %%ecx\n\t"
                       "ldmxcsr 32(%%esi)\n\t"
                       "pushl 36(%%esi)\n\t"
                       "popf\n\t"
                       "call *%%edx\n\t"
                       "pushf\n\t"
                       "popl 28(%%edi)\n\t"
                       "stmxcsr 32(%%edi)\n\t"
                       "movups %%xmm0, (%%edi)\n\t"
                       "movq %%mm0, 16(%%edi)\n\t"
                       "movl %%eax, 24(%%edi)"
                       :
                       : "S"(request), "D"(response), "d"(code)
                       : "eax", "ecx", "memory", "cc");
    }
    __asm__ volatile("emms\n\tldmxcsr %0" : : "m"(usual_mxcsr));
    fwrite(response, RECORD, 1, stdout);
  }
  return 0;
}
