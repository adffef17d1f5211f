/* What the workload programs share: parameters, the arena, random numbers, access patterns.
 *
 * A program takes all its parameters as NAME=VALUE; ../workloads.ts knows their defaults. Times, input and environment have no
 * influence on what it does. It prints a checksum, so that a page that came back wrong is seen.
 */
#pragma once
#include <l3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WORDS 1024

static _Noreturn void fail(const char *program, const char *message, const char *detail) {
  fprintf(stderr, "%s: %s%s\n", program, message, detail);
  exit(2);
}

/* The text of a parameter; ends the program if it was not given. */
static inline const char *parameterText(char **argv, const char *name) {
  size_t length = strlen(name);
  for (char **word = argv + 1; *word; word++)
    if (!strncmp(*word, name, length) && (*word)[length] == '=') return *word + length + 1;
  fail(argv[0], "missing parameter: ", name);
}

/* A parameter that is a whole number, at least `least`. */
static inline uint32_t parameter(char **argv, const char *name, uint32_t least) {
  char *end;
  const char *text = parameterText(argv, name);
  unsigned long value = strtoul(text, &end, 10);
  if (end == text || *end || value < least) fail(argv[0], "wrong value of parameter: ", name);
  return value;
}

/* A parameter that is a decimal number, not negative. */
static inline double decimalParameter(char **argv, const char *name) {
  char *end;
  const char *text = parameterText(argv, name);
  double value = strtod(text, &end);
  if (end == text || *end || value < 0) fail(argv[0], "wrong value of parameter: ", name);
  return value;
}

/* The memory that a workload works on: from the manager that the environment names, else anonymous memory. */
static inline uint32_t *arena(const char *program, uint32_t pages) {
  void *start = pages > (1u << 30) / (PAGE_WORDS * 4) ? 0 : l3_arena(pages * PAGE_WORDS * 4);
  if (!start) fail(program, "no memory for the arena", "");
  return start;
}

/* Random numbers: xorshift32 (Marsaglia, "Xorshift RNGs", 2003: 13, 17, 5), started with the scrambled seed. */
struct random {
  uint32_t state;
};

static inline struct random randomFrom(uint32_t seed) {
  uint32_t state = (seed + 1) * 2654435761u;
  state ^= state >> 16;
  return (struct random){state ? state : 1};
}

static inline uint32_t randomWord(struct random *random) {
  uint32_t x = random->state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return random->state = x;
}

/* A number from 0 to limit-1. */
static inline uint32_t randomBelow(struct random *random, uint32_t limit) {
  return (uint64_t)randomWord(random) * limit >> 32;
}

/* Accesses to whole pages: one word of the page is read, and `writes` times in a hundred written. */
struct accesses {
  volatile uint32_t *start;
  uint32_t writes, sum;
  struct random random;
};

static inline struct accesses accessesTo(uint32_t *start, uint32_t writes, uint32_t seed) {
  return (struct accesses){start, writes, 0, randomFrom(seed)};
}

static inline void touch(struct accesses *accesses, uint32_t page) {
  volatile uint32_t *word = accesses->start + page * PAGE_WORDS;
  uint32_t value = *word;
  accesses->sum = accesses->sum * 31 + value;
  if (accesses->writes && randomBelow(&accesses->random, 100) < accesses->writes) *word = value + page + 1;
}

/* All pages in order of addresses, `stride` apart: 0, stride, 2 stride … then 1, stride + 1 … */
static inline void walk(struct accesses *accesses, uint32_t pages, uint32_t stride, uint32_t rounds) {
  for (uint32_t round = 0; round < rounds; round++)
    for (uint32_t first = 0; first < stride && first < pages; first++)
      for (uint32_t page = first; page < pages; page += stride) touch(accesses, page);
}

/* A window of pages, used at random, which moves on by `step` after every `phase` references, and round at the end. */
static inline void move(struct accesses *accesses, uint32_t pages, uint32_t window, uint32_t step, uint32_t phase, uint32_t references) {
  uint32_t start = 0;
  for (uint32_t done = 0; done < references; done++) {
    if (done && done % phase == 0) start = (start + step) % pages;
    touch(accesses, (start + randomBelow(&accesses->random, window)) % pages);
  }
}

static inline int finish(const struct accesses *accesses) {
  printf("%08x\n", (unsigned)accesses->sum);
  return 0;
}
