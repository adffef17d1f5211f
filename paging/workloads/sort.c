/* Quicksort (Hoare) of an arena full of random numbers: two fronts that walk towards each other, on ever smaller parts. */
#include "workload.h"

static void sort(uint32_t *values, uint32_t count) {
  while (count > 1) {
    uint32_t pivot = values[(count - 1) / 2], low = -1u, high = count;
    for (;;) {
      do low++;
      while (values[low] < pivot);
      do high--;
      while (values[high] > pivot);
      if (low >= high) break;
      uint32_t value = values[low];
      values[low] = values[high];
      values[high] = value;
    }
    /* The smaller part by recursion, so that the stack stays small. */
    uint32_t left = high + 1;
    if (left < count - left) {
      sort(values, left);
      values += left;
      count -= left;
    } else {
      sort(values + left, count - left);
      count = left;
    }
  }
}

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), count = pages * PAGE_WORDS;
  uint32_t *values = arena(argv[0], pages);
  struct random random = randomFrom(parameter(argv, "seed", 0));
  for (uint32_t i = 0; i < count; i++) values[i] = randomWord(&random);
  sort(values, count);
  uint32_t sum = values[0];
  for (uint32_t i = 1; i < count; i++) {
    if (values[i - 1] > values[i]) fail(argv[0], "not sorted", "");
    sum = sum * 31 + values[i];
  }
  printf("%08x\n", (unsigned)sum);
  return 0;
}
