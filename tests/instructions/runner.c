/*
 * Executes single instructions on the host's processor, for comparison with the interpreter.
 *
 * Reads cases from standard input and writes results to standard output, both as the structures below.
 * Each instruction runs in user mode with all registers set by a signal return; it is followed by INT3,
 * so that every case ends with a signal, whose handler records the outcome and starts the next case.
 * Must be built with gcc -m32 -static -fno-stack-protector. Addresses and the fill pattern: see layout.ts.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, POKES = 4 };
enum {
  LOW = 0x8000, /* two writable pages that 16-bit addresses reach */
  DATA = 0x10000000, /* two writable pages, a read-only one, a hole */
  CODE = 0x20000000, /* two pages, then a hole */
};

struct test_case {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t seed;
  uint32_t fs; /* 0: null, 1: the segment at DATA + 0x800 with limit 0x17ff */
  uint32_t poke_address[POKES]; /* 0: none */
  uint32_t poke_value[POKES];
  uint8_t code[16];
  uint32_t length;
};

struct result {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t vector;
  uint32_t error;
  uint32_t address;
  uint32_t hash;
};

static struct test_case *cases;
static struct result *results;
static size_t count, current;
static uint32_t segment_selector;
/* The C library's segment; cases run with a null GS, and signals do not restore it. */
static uint16_t library_selector;

static void fill(uint32_t *words, size_t n, uint32_t x) {
  for (size_t i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    words[i] = x;
  }
}

static uint32_t hash(uint32_t h, const uint32_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) h = (h ^ words[i]) * 16777619u;
  return h;
}

static void finish(void) {
  const char *p = (const char *)results;
  size_t left = count * sizeof *results;
  while (left > 0) {
    ssize_t n = write(1, p, left);
    if (n <= 0) _exit(2);
    p += n;
    left -= n;
  }
  _exit(0);
}

/* Order of gregset_t against the processor's encoding. */
static const int order[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};

static void start(ucontext_t *uc) {
  struct test_case *t = &cases[current];
  fill((uint32_t *)DATA, 2 * PAGE / 4, t->seed);
  fill((uint32_t *)LOW, 2 * PAGE / 4, t->seed + 1);
  memset((void *)CODE, 0xcc, 2 * PAGE);
  memcpy((void *)t->eip, t->code, t->length);
  for (int i = 0; i < POKES; i++)
    if (t->poke_address[i]) memcpy((void *)t->poke_address[i], &t->poke_value[i], 4);
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) g[order[i]] = t->registers[i];
  g[REG_EFL] = t->eflags;
  g[REG_EIP] = t->eip;
  g[REG_FS] = t->fs ? segment_selector : 0;
  g[REG_GS] = 0;
}

static void handler(int signal, siginfo_t *info, void *context) {
  /* Signal returns set neither NT nor ID: they are cleared here, and AC with them. */
  __asm__ volatile("pushl $0x202; popfl" : : : "memory", "cc");
  __asm__ volatile("mov %0, %%gs" : : "r"(library_selector));
  ucontext_t *uc = context;
  greg_t *g = uc->uc_mcontext.gregs;
  (void)info;
  if (signal != SIGUSR1) {
    struct result *r = &results[current];
    for (int i = 0; i < 8; i++) r->registers[i] = g[order[i]];
    r->eflags = g[REG_EFL];
    r->eip = g[REG_EIP];
    r->vector = g[REG_TRAPNO];
    r->error = g[REG_ERR];
    r->address = r->vector == 14 ? uc->uc_mcontext.cr2 : 0;
    r->hash = hash(hash(2166136261u, (uint32_t *)DATA, 2 * PAGE / 4), (uint32_t *)LOW, 2 * PAGE / 4);
    if (++current == count) finish();
  }
  start(uc);
}

static void map(uint32_t address, size_t size, int protection) {
  void *p = mmap((void *)address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (p != (void *)address) _exit(3);
}

int main(void) {
  /* A jump onto itself must not run for ever, not even when the parent is gone. */
  alarm(60);
  size_t room = 1 << 26, used = 0;
  cases = mmap(0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (ssize_t n; (n = read(0, (char *)cases + used, room - used)) > 0;) used += n;
  count = used / sizeof *cases;
  if (count == 0) return 0;
  results = mmap(0, count * sizeof *results, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  map(LOW, 2 * PAGE, PROT_READ | PROT_WRITE);
  map(DATA, 3 * PAGE, PROT_READ | PROT_WRITE);
  fill((uint32_t *)(DATA + 2 * PAGE), PAGE / 4, 1);
  mprotect((void *)(DATA + 2 * PAGE), PAGE, PROT_READ);
  map(CODE, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
  struct user_desc d = {.entry_number = -1, .base_addr = DATA + 0x800, .limit = 0x17ff, .seg_32bit = 1, .useable = 1};
  if (syscall(SYS_set_thread_area, &d) != 0) return 4;
  __asm__("mov %%gs, %0" : "=r"(library_selector));
  segment_selector = d.entry_number * 8 + 3;
  stack_t alternate = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  static const int signals[] = {SIGUSR1, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
  for (int i = 0; i < 6; i++) sigaction(signals[i], &action, 0);
  raise(SIGUSR1);
  return 5;
}
