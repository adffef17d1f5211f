/* A working set that moves (Denning, 1968): a window of pages in use, which goes on from time to time. */
#include "workload.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), references = parameter(argv, "references", 1);
  struct accesses accesses = accessesTo(arena(argv[0], pages), parameter(argv, "writes", 0), parameter(argv, "seed", 0));
  move(&accesses, pages, parameter(argv, "window", 1), parameter(argv, "step", 0), parameter(argv, "phase", 1), references);
  return finish(&accesses);
}
