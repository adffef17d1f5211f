/* Follows pointers through all pages in one random circle (Sattolo, 1986): each page is used again after all the others,
 * in an order that no read-ahead foresees. */
#include "workload.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), references = parameter(argv, "references", 1), writes = parameter(argv, "writes", 0);
  struct random random = randomFrom(parameter(argv, "seed", 0));
  volatile uint32_t *start = arena(argv[0], pages);
  for (uint32_t page = 0; page < pages; page++) start[page * PAGE_WORDS] = page;
  for (uint32_t page = pages - 1; page > 0; page--) {
    uint32_t other = randomBelow(&random, page), next = start[page * PAGE_WORDS];
    start[page * PAGE_WORDS] = start[other * PAGE_WORDS];
    start[other * PAGE_WORDS] = next;
  }
  uint32_t page = 0, sum = 0;
  for (uint32_t done = 0; done < references; done++) {
    if (writes && randomBelow(&random, 100) < writes) start[page * PAGE_WORDS + 1]++;
    page = start[page * PAGE_WORDS];
    sum = sum * 31 + page;
  }
  printf("%08x\n", (unsigned)sum);
  return 0;
}
