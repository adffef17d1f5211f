/*
 * Executes single instructions on the host's processor with any segments and flags, for comparison with the
 * interpreter.
 *
 * Reads cases from standard input and writes results to standard output, both as the structures below.
 * Each case starts by a signal return, which sets all registers, and ends with a signal, whose handler records
 * the outcome and starts the next case. System calls are made directly: the C library would use a GS that is not its
 * own. Must be built with gcc -m32 -static -fno-stack-protector. Addresses and the fill pattern: see layout.ts.
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

enum { PAGE = 4096, POKES = 6, PEEKS = 4, SEGMENTS = 2, FIRST_ENTRY = 13 };
enum {
  LOW = 0x8000,      /* two writable pages that 16-bit addresses reach */
  DATA = 0x10000000, /* two writable pages, a read-only one, a hole */
  CODE = 0x20000000, /* two pages, then a hole */
};

struct segment {
  uint32_t base;
  uint32_t limit;
  uint32_t flags; /* as in struct user_desc */
};

struct test_case {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t seed;
  uint32_t selectors[5];             /* ES SS DS FS GS */
  struct segment segments[SEGMENTS]; /* entries 13 and 14 */
  uint32_t poke_address[POKES];      /* 0: none */
  uint32_t poke_value[POKES];
  uint32_t peek_address[PEEKS]; /* words that are reported one by one; 0: none */
  uint8_t code[16];
  uint32_t length;
};

struct result {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t selectors[5];
  uint32_t vector;
  uint32_t error;
  uint32_t address;
  uint32_t peeks[PEEKS];
  uint32_t hash; /* of the memory, without what the peeks report */
};

static struct test_case *cases;
static struct result *results;
static size_t count, current;

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

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
    long n = call(SYS_write, 1, (long)p, left);
    if (n <= 0) call(SYS_exit, 2, 0, 0);
    p += n;
    left -= n;
  }
  call(SYS_exit, 0, 0, 0);
}

/* An entry without flags is emptied. */
static void set_entry(int entry, const struct segment *s) {
  struct user_desc d = {.entry_number = entry, .base_addr = s->base, .limit = s->limit};
  uint32_t flags = s->flags ? s->flags : 0x28; /* read_exec_only and seg_not_present: empty */
  memcpy((char *)&d + 12, &flags, 4);
  if (call(SYS_set_thread_area, (long)&d, 0, 0) != 0) call(SYS_exit, 4, 0, 0);
}

/* Order of gregset_t against the processor's encoding. */
static const int order[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
static const int segment_order[5] = {REG_ES, REG_SS, REG_DS, REG_FS, REG_GS};

static void start(ucontext_t *uc) {
  struct test_case *t = &cases[current];
  fill((uint32_t *)DATA, 2 * PAGE / 4, t->seed);
  fill((uint32_t *)LOW, 2 * PAGE / 4, t->seed + 1);
  memset((void *)CODE, 0xcc, 2 * PAGE);
  for (uint32_t i = 0; i < t->length && t->eip + i < CODE + 2 * PAGE; i++) ((uint8_t *)t->eip)[i] = t->code[i];
  for (int i = 0; i < POKES; i++)
    if (t->poke_address[i]) memcpy((void *)t->poke_address[i], &t->poke_value[i], 4);
  for (int i = 0; i < SEGMENTS; i++) set_entry(FIRST_ENTRY + i, &t->segments[i]);
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) g[order[i]] = t->registers[i];
  g[REG_EFL] = t->eflags;
  g[REG_EIP] = t->eip;
  for (int i = 0; i < 5; i++) g[segment_order[i]] = t->selectors[i];
  /* The floating-point unit starts in its initial state. */
  uc->uc_mcontext.fpregs = 0;
}

static void handler(int signal, siginfo_t *info, void *context) {
  /* Signal returns set neither NT nor ID: they are cleared here, and AC with them. */
  __asm__ volatile("pushl $0x202; popfl" : : : "memory", "cc");
  ucontext_t *uc = context;
  greg_t *g = uc->uc_mcontext.gregs;
  (void)info;
  if (signal != SIGUSR1) {
    struct result *r = &results[current];
    for (int i = 0; i < 8; i++) r->registers[i] = g[order[i]];
    for (int i = 0; i < 5; i++) r->selectors[i] = g[segment_order[i]] & 0xffff;
    r->eflags = g[REG_EFL];
    r->eip = g[REG_EIP];
    r->vector = g[REG_TRAPNO];
    r->error = g[REG_ERR];
    r->address = r->vector == 14 ? uc->uc_mcontext.cr2 : 0;
    for (int i = 0; i < PEEKS; i++) {
      uint32_t *at = (uint32_t *)cases[current].peek_address[i];
      if (!at) continue;
      r->peeks[i] = *at;
      *at = 0;
    }
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
  stack_t alternate = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  static const int signals[] = {SIGUSR1, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
  for (int i = 0; i < 6; i++) sigaction(signals[i], &action, 0);
  static const struct segment empty;
  long self = getpid();
  set_entry(FIRST_ENTRY - 1, &empty);
  call(SYS_kill, self, SIGUSR1, 0);
  return 5;
}
