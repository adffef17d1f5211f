/*
 * Executes random programs on the host's processor, for comparison with the emulated one.
 *
 * Reads programs from standard input and writes outcomes to standard output, both as the structures below. A program
 * starts by a signal return. A fault is recorded, and the program goes on behind the instruction that caused it; INT3
 * ends it. Must be built with gcc -m32 -static -fno-stack-protector. Addresses: see layout.ts.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, UNITS = 288, FLAGS_DEFINED = 0x80, ARITHMETIC_FLAGS = 0x8d5, MAX_FAULTS = 500 };
enum {
  CODE = 0x20000000,
  ALIAS = 0x28000000,
  CODE_PAGES = 16,
  ARENA = 0x10000000,
  ARENA_PAGES = 4,
  COUNTERS = 0x14000000,
  TABLES = 0x18000000,
  STACK = 0x30000000,
  STACK_PAGES = 4,
};

struct program {
  uint32_t registers[8];
  uint32_t seed;
  uint32_t entry;
  uint32_t length; /* of code and of skip, a multiple of 4 */
  uint32_t tables; /* words */
  /* tables, code and skip follow */
};

struct outcome {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t vector;
  uint32_t faults;
  uint32_t fault_hash;
  uint32_t memory_hash;
  uint8_t units[UNITS];
};

static uint8_t *input, *input_end;
static const struct program *program;
static const uint8_t *skip;
static struct outcome outcome;
static uint16_t library_selector;

static void fill(uint32_t *words, size_t n, uint32_t x) {
  for (size_t i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    words[i] = x;
  }
}

static uint32_t mix(uint32_t h, uint32_t word) {
  return (h ^ word) * 16777619u;
}

static uint32_t hash(uint32_t h, const uint32_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) h = mix(h, words[i]);
  return h;
}

/* Order of gregset_t against the processor's encoding. */
static const int order[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};

static void start(ucontext_t *uc) {
  if (input == input_end) _exit(0);
  program = (const struct program *)input;
  const uint32_t *tables = (const uint32_t *)(program + 1);
  const uint8_t *code = (const uint8_t *)(tables + program->tables);
  skip = code + program->length;
  input = (uint8_t *)skip + program->length;

  memset((void *)CODE, 0xcc, CODE_PAGES * PAGE);
  memcpy((void *)CODE, code, program->length);
  mprotect((void *)TABLES, PAGE, PROT_READ | PROT_WRITE);
  memset((void *)TABLES, 0, PAGE);
  memcpy((void *)TABLES, tables, program->tables * 4);
  mprotect((void *)TABLES, PAGE, PROT_READ);
  memset((void *)COUNTERS, 0, PAGE);
  memset((void *)STACK, 0, STACK_PAGES * PAGE);
  fill((uint32_t *)ARENA, ARENA_PAGES * PAGE / 4, program->seed);

  memset(&outcome, 0, sizeof outcome);
  outcome.fault_hash = 2166136261u;
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) g[order[i]] = program->registers[i];
  g[REG_EFL] = 0x202;
  g[REG_EIP] = CODE + program->entry;
  /* As FNINIT leaves it; the image for FXSAVE lies behind the one for FSAVE, which counts for x87. */
  uint32_t *environment = (uint32_t *)uc->uc_mcontext.fpregs;
  memset(environment, 0, 108);
  environment[0] = 0x37f;
  environment[2] = 0xffff;
  uint8_t *image = (uint8_t *)environment + 112;
  *(uint32_t *)(image + 24) = 0x1f80;
  memset(image + 160, 0, 128);
}

static void finish(ucontext_t *uc, uint32_t vector) {
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) outcome.registers[i] = g[order[i]];
  outcome.eflags = g[REG_EFL];
  outcome.eip = g[REG_EIP];
  outcome.vector = vector;
  outcome.memory_hash = hash(hash(2166136261u, (uint32_t *)ARENA, ARENA_PAGES * PAGE / 4), (uint32_t *)CODE,
                             CODE_PAGES * PAGE / 4);
  memcpy(outcome.units, (uint8_t *)uc->uc_mcontext.fpregs + 112, UNITS);
  if (write(1, &outcome, sizeof outcome) != sizeof outcome) _exit(2);
  start(uc);
}

static void handler(int signal, siginfo_t *info, void *context) {
  __asm__ volatile("pushl $0x202; popfl" : : : "memory", "cc");
  __asm__ volatile("mov %0, %%gs" : : "r"(library_selector));
  (void)info;
  ucontext_t *uc = context;
  if (signal == SIGUSR1) {
    start(uc);
    return;
  }
  greg_t *g = uc->uc_mcontext.gregs;
  uint32_t vector = g[REG_TRAPNO];
  uint32_t at = g[REG_EIP] - CODE;
  uint8_t entry = at < program->length ? skip[at] : 0;
  if (vector == 3 || entry == 0 || outcome.faults == MAX_FAULTS) {
    if (vector != 3 && !(entry & FLAGS_DEFINED)) g[REG_EFL] &= ~ARITHMETIC_FLAGS;
    finish(uc, vector);
    return;
  }
  outcome.faults++;
  uint32_t h = outcome.fault_hash;
  h = mix(mix(h, vector), at);
  h = mix(h, vector == 14 ? (uint32_t)g[REG_ERR] & 7 : (uint32_t)g[REG_ERR]);
  h = mix(h, vector == 14 ? uc->uc_mcontext.cr2 : 0);
  h = mix(h, entry & FLAGS_DEFINED ? g[REG_EFL] & 0xcd5 : 0);
  for (int i = 0; i < 8; i++) h = mix(h, g[order[i]]);
  outcome.fault_hash = h;
  g[REG_EIP] += entry & ~FLAGS_DEFINED;
}

static void map(uint32_t address, size_t pages, int protection, int file) {
  int flags = MAP_FIXED | (file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
  if (mmap((void *)address, pages * PAGE, protection, flags, file, 0) != (void *)address) _exit(3);
}

int main(void) {
  /* A program that never ends must not run for ever, not even when the parent is gone. */
  alarm(60);
  size_t room = 1 << 28, used = 0;
  input = mmap(0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (ssize_t n; (n = read(0, input + used, room - used)) > 0;) used += n;
  input_end = input + used;
  int file = memfd_create("code", 0);
  if (file < 0 || ftruncate(file, CODE_PAGES * PAGE) != 0) return 4;
  map(CODE, CODE_PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, file);
  map(ALIAS, CODE_PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, file);
  map(ARENA, ARENA_PAGES + 1, PROT_READ | PROT_WRITE, -1);
  /* Touched, so that writes find it present. */
  memset((void *)(ARENA + ARENA_PAGES * PAGE), 0, PAGE);
  mprotect((void *)(ARENA + ARENA_PAGES * PAGE), PAGE, PROT_READ);
  map(COUNTERS, 1, PROT_READ | PROT_WRITE, -1);
  map(TABLES, 1, PROT_READ, -1);
  map(STACK, STACK_PAGES, PROT_READ | PROT_WRITE, -1);
  __asm__("mov %%gs, %0" : "=r"(library_selector));
  stack_t alternate = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  static const int signals[] = {SIGUSR1, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
  for (int i = 0; i < 6; i++) sigaction(signals[i], &action, 0);
  raise(SIGUSR1);
  return 5;
}
