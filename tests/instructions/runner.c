/*
 * Executes single instructions on the host's processor, for comparison with the emulated one.
 *
 * Reads cases from standard input and writes results to standard output, both as the structures below.
 * Each instruction runs in user mode with all registers, those of the x87 and vector units too, set by a signal return;
 * it is followed by INT3, so that every case ends with a signal, whose handler records the outcome and starts the next
 * case. Must be built with gcc -m32 -static -fno-stack-protector. Addresses, the pattern and kinds of selectors: see
 * layout.ts.
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

enum { PAGE = 4096, POKES = 8, CODE_BYTES = 32, UNITS = 288, WORDS = 2 * PAGE / 4 };
enum {
  LOW = 0x8000,      /* two writable pages that 16-bit addresses reach */
  DATA = 0x10000000, /* two writable pages, a read-only one, a hole */
  CODE = 0x20000000, /* two pages, then a hole */
};
/* Kinds of selectors, and the numbers that stand for them in results. */
enum { NONE, FLAT_DATA, FLAT_CODE, SEGMENT, READ_ONLY, NO_SELECTOR, SYSTEM, BEYOND, LOCAL, KINDS };
static const uint16_t named[KINDS] = {0, 0x7b, 0x73, 0x33, 0x3b, 0, 0x68, 0x800, 4};
static uint16_t selectors[KINDS] = {0, 0x2b, 0x23, 0, 0, 0, 0x18, 0x800, 4};

struct test_case {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t seed;
  uint32_t fs;                  /* 0: null, 1: SEGMENT */
  uint32_t poke_address[POKES]; /* 0: none */
  uint32_t poke_value[POKES];
  uint8_t code[CODE_BYTES];
  uint32_t length;
  uint32_t selector;            /* kind and, in bits 8 and 9, privilege of a selector operand */
  uint32_t selector_place;      /* its register, or its address */
  uint32_t selector_result;     /* where the instruction stores a selector: register, address, or -1 */
  uint32_t lead;                /* not used here */
  uint32_t blank, blank_length; /* bytes that are not compared */
  uint8_t units[UNITS];         /* start of an FXSAVE image */
};

struct result {
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip;
  uint32_t vector;
  uint32_t error;
  uint32_t address;
  uint32_t hash;
  uint32_t segments; /* low bytes of DS ES FS GS, named */
  uint8_t units[UNITS];
};

static struct test_case *cases;
static struct result *results;
static size_t count, current;
/* What was where the instruction stores a selector. */
static uint16_t result_before;
static uint32_t pattern[3 * WORDS];
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

static const uint32_t *data_pattern(const struct test_case *t) {
  return pattern + (t->seed & 1023);
}
static const uint32_t *low_pattern(const struct test_case *t) {
  return pattern + 3 * PAGE / 4 + (t->seed >> 10 & 1023);
}

/* Of the words that differ from the pattern, with their places. */
static uint32_t hash(uint32_t h, const uint32_t *words, const uint32_t *expected) {
  for (size_t i = 0; i < WORDS; i++)
    if (words[i] != expected[i]) h = ((h ^ i) * 16777619u ^ words[i]) * 16777619u;
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

/* The FXSAVE image of a signal frame lies behind the FSAVE image, which alone counts for x87 state when it returns. */
static uint8_t *fxsave_image(ucontext_t *uc) {
  return (uint8_t *)uc->uc_mcontext.fpregs + 112;
}

static void load_units(ucontext_t *uc, const uint8_t *image) {
  uint32_t *environment = (uint32_t *)uc->uc_mcontext.fpregs;
  const uint16_t *words = (const uint16_t *)image;
  uint32_t tags = 0;
  for (int i = 0; i < 8; i++)
    if (!(image[4] >> i & 1)) tags |= 3 << 2 * i;
  environment[0] = words[0];
  environment[1] = words[1];
  environment[2] = tags;
  memset(environment + 3, 0, 16);
  for (int i = 0; i < 8; i++) memcpy((uint8_t *)(environment + 7) + 10 * i, image + 32 + 16 * i, 10);
  memcpy(fxsave_image(uc) + 24, image + 24, 4);
  memcpy(fxsave_image(uc) + 160, image + 160, UNITS - 160);
}

/* The number under which results name a selector of this host. */
static uint16_t name(uint16_t selector) {
  for (int kind = 1; kind < KINDS; kind++)
    if (kind != NO_SELECTOR && (selector & ~3) == (selectors[kind] & ~3)) return (named[kind] & ~3) | (selector & 3);
  return selector;
}

static uint8_t *place(uint32_t *registers, uint32_t where) {
  return where < 8 ? (uint8_t *)&registers[where] : (uint8_t *)where;
}

static void start(ucontext_t *uc) {
  struct test_case *t = &cases[current];
  memcpy((void *)DATA, data_pattern(t), 2 * PAGE);
  memcpy((void *)LOW, low_pattern(t), 2 * PAGE);
  memset((void *)CODE, 0xcc, 2 * PAGE);
  memcpy((void *)t->eip, t->code, t->length);
  for (int i = 0; i < POKES; i++)
    if (t->poke_address[i]) memcpy((void *)t->poke_address[i], &t->poke_value[i], 4);
  if (t->selector) {
    uint16_t value = (selectors[t->selector & 255] & ~3) | (t->selector >> 8);
    memcpy(place(t->registers, t->selector_place), &value, 2);
  }
  if (t->selector_result != ~0u) memcpy(&result_before, place(t->registers, t->selector_result), 2);
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) g[order[i]] = t->registers[i];
  g[REG_EFL] = t->eflags;
  g[REG_EIP] = t->eip;
  g[REG_CS] = selectors[FLAT_CODE];
  g[REG_SS] = g[REG_DS] = g[REG_ES] = selectors[FLAT_DATA];
  g[REG_FS] = t->fs ? selectors[SEGMENT] : 0;
  g[REG_GS] = 0;
  load_units(uc, t->units);
}

static void record(ucontext_t *uc) {
  const struct test_case *t = &cases[current];
  struct result *r = &results[current];
  greg_t *g = uc->uc_mcontext.gregs;
  for (int i = 0; i < 8; i++) r->registers[i] = g[order[i]];
  r->eflags = g[REG_EFL];
  r->eip = g[REG_EIP];
  r->vector = g[REG_TRAPNO];
  r->error = g[REG_ERR];
  r->address = r->vector == 14 ? uc->uc_mcontext.cr2 : 0;
  r->segments = (name(g[REG_DS]) & 255) | (name(g[REG_ES]) & 255) << 8 | (name(g[REG_FS]) & 255) << 16 |
                (uint32_t)name(g[REG_GS]) << 24;
  if (t->selector && r->vector != 14) r->error = name(r->error);
  if (t->selector && t->selector_place < 8 && t->selector_place != t->selector_result) {
    uint16_t *operand = (uint16_t *)&r->registers[t->selector_place];
    *operand = name(*operand);
  }
  if (t->selector && t->selector_place >= 8) {
    uint16_t operand;
    memcpy(&operand, (void *)t->selector_place, 2);
    operand = name(operand);
    memcpy((void *)t->selector_place, &operand, 2);
  }
  if (t->selector_result != ~0u) {
    uint16_t stored;
    memcpy(&stored, place(r->registers, t->selector_result), 2);
    /* Behind the instruction is a breakpoint: it has stored even what was there before. */
    if (stored != result_before || r->vector == 1 || r->vector == 3) stored = name(stored);
    memcpy(place(r->registers, t->selector_result), &stored, 2);
  }
  memset((void *)t->blank, 0, t->blank_length);
  r->hash = hash(hash(2166136261u, (uint32_t *)DATA, data_pattern(t)), (uint32_t *)LOW, low_pattern(t));
  memcpy(r->units, fxsave_image(uc), UNITS);
}

static void handler(int signal, siginfo_t *info, void *context) {
  /* Signal returns set neither NT nor ID: they are cleared here, and AC with them. */
  __asm__ volatile("pushl $0x202; popfl" : : : "memory", "cc");
  __asm__ volatile("mov %0, %%gs" : : "r"(library_selector));
  (void)info;
  if (signal != SIGUSR1) {
    record(context);
    if (++current == count) finish();
  }
  start(context);
}

static void map(uint32_t address, size_t size, int protection) {
  void *p = mmap((void *)address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (p != (void *)address) _exit(3);
}

static uint16_t create_segment(struct user_desc d) {
  d.entry_number = -1;
  if (syscall(SYS_set_thread_area, &d) != 0) _exit(4);
  return d.entry_number * 8 + 3;
}

int main(void) {
  /* A jump onto itself must not run for ever, not even when the parent is gone. */
  alarm(20);
  size_t room = 1 << 27, used = 0;
  cases = mmap(0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (ssize_t n; (n = read(0, (char *)cases + used, room - used)) > 0;) used += n;
  count = used / sizeof *cases;
  if (count == 0) return 0;
  results = mmap(0, count * sizeof *results, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fill(pattern, sizeof pattern / 4, 88172645);
  map(LOW, 2 * PAGE, PROT_READ | PROT_WRITE);
  map(DATA, 3 * PAGE, PROT_READ | PROT_WRITE);
  fill((uint32_t *)(DATA + 2 * PAGE), PAGE / 4, 1);
  mprotect((void *)(DATA + 2 * PAGE), PAGE, PROT_READ);
  map(CODE, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
  selectors[SEGMENT] = create_segment(
      (struct user_desc){.base_addr = DATA + 0x800, .limit = 0x17ff, .seg_32bit = 1, .useable = 1});
  selectors[READ_ONLY] = create_segment((struct user_desc){
      .base_addr = DATA + 0x1000, .limit = 0xfff, .seg_32bit = 1, .read_exec_only = 1, .useable = 1});
  __asm__("mov %%gs, %0" : "=r"(library_selector));
  stack_t alternate = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  static const int signals[] = {SIGUSR1, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
  for (int i = 0; i < 6; i++) sigaction(signals[i], &action, 0);
  raise(SIGUSR1);
  return 5;
}
