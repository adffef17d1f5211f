/* A few pages are used often, many seldom: what databases and caches see. */
#include "zipf.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 1), references = parameter(argv, "references", 1);
  struct accesses accesses = accessesTo(arena(argv[0], pages), parameter(argv, "writes", 0), parameter(argv, "seed", 0));
  zipf(&accesses, argv[0], pages, decimalParameter(argv, "skew"), references);
  return finish(&accesses);
}
