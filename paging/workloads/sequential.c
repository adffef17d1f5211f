/* Walks through all pages, again and again: the worst case of LRU when one frame is missing. */
#include "workload.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), rounds = parameter(argv, "rounds", 1);
  struct accesses accesses = accessesTo(arena(argv[0], pages), parameter(argv, "writes", 0), parameter(argv, "seed", 0));
  walk(&accesses, pages, 1, rounds);
  return finish(&accesses);
}
