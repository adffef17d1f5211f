/* qsort of the C library on 1000 integers: calls through a pointer. */
#include "kernel.h"
#include <stdlib.h>

static int compare(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;

  return x < y ? -1 : x > y;
}

uint32_t operation(void) {
  static int values[1000];
  uint32_t seed = 12345, sum = 0;

  for (int i = 0; i < 1000; i++) values[i] = next_random(&seed) >> 8;
  qsort(values, 1000, sizeof values[0], compare);
  for (int i = 0; i < 1000; i += 10) sum = mix(sum, values[i]);
  return sum;
}
