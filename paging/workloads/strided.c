/* Walks with a stride: neighbouring pages are used far apart in time, so read-ahead does not pay. */
#include "workload.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), rounds = parameter(argv, "rounds", 1), stride = parameter(argv, "stride", 1);
  struct accesses accesses = accessesTo(arena(argv[0], pages), parameter(argv, "writes", 0), parameter(argv, "seed", 0));
  walk(&accesses, pages, stride, rounds);
  return finish(&accesses);
}
