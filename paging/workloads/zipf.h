/* References by Zipf's law: the page of rank k is used in proportion to 1 / k^skew. Ranks are scattered over the arena. */
#pragma once
#include <math.h>
#include "workload.h"

static inline uint32_t commonDivisor(uint32_t a, uint32_t b) {
  while (b) {
    uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static inline void zipf(struct accesses *accesses, const char *program, uint32_t pages, double skew, uint32_t references) {
  /* Limits of the ranks in the range of a random word. */
  uint32_t *limits = malloc(pages * sizeof *limits);
  if (!limits) fail(program, "no memory for the distribution", "");
  double total = 0, sum = 0;
  for (uint32_t rank = 0; rank < pages; rank++) total += pow(rank + 1, -skew);
  for (uint32_t rank = 0; rank < pages; rank++) {
    sum += pow(rank + 1, -skew);
    limits[rank] = sum / total * 4294967295.0;
  }
  uint32_t scatter = pages * 5 / 8 + 1;
  while (commonDivisor(scatter, pages) != 1) scatter++;
  for (uint32_t done = 0; done < references; done++) {
    uint32_t word = randomWord(&accesses->random), low = 0, high = pages - 1;
    while (low < high) {
      uint32_t middle = (low + high) / 2;
      if (limits[middle] < word) low = middle + 1;
      else high = middle;
    }
    touch(accesses, (uint64_t)low * scatter % pages);
  }
  free(limits);
}
