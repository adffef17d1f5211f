/* Multiplication of square matrices whose rows are a page apart, as those of a larger matrix would be. */
#pragma once
#include "workload.h"

struct matrices {
  uint32_t size, *a, *b, *c;
};

/* Three matrices of a third of the pages each; the factors are filled. */
static inline struct matrices matrices(char **argv) {
  uint32_t size = parameter(argv, "pages", 3) / 3;
  if (size > PAGE_WORDS) fail(argv[0], "a row must fit into a page: pages is at most 3072", "");
  uint32_t *start = arena(argv[0], 3 * size);
  struct matrices all = {size, start, start + size * PAGE_WORDS, start + 2 * size * PAGE_WORDS};
  struct random random = randomFrom(parameter(argv, "seed", 0));
  for (uint32_t row = 0; row < size; row++)
    for (uint32_t column = 0; column < size; column++) {
      all.a[row * PAGE_WORDS + column] = randomBelow(&random, 100);
      all.b[row * PAGE_WORDS + column] = randomBelow(&random, 100);
    }
  return all;
}

static inline int printSum(const struct matrices *all) {
  uint32_t sum = 0;
  for (uint32_t row = 0; row < all->size; row++)
    for (uint32_t column = 0; column < all->size; column++) sum = sum * 31 + all->c[row * PAGE_WORDS + column];
  printf("%08x\n", (unsigned)sum);
  return 0;
}
