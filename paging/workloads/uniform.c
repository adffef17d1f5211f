/* Every page is as likely as any other: all policies do equally well. */
#include "workload.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), references = parameter(argv, "references", 1);
  struct accesses accesses = accessesTo(arena(argv[0], pages), parameter(argv, "writes", 0), parameter(argv, "seed", 0));
  for (uint32_t done = 0; done < references; done++) touch(&accesses, randomBelow(&accesses.random, pages));
  return finish(&accesses);
}
