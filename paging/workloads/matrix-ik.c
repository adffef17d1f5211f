/* The same product with the two inner loops exchanged: the inner loop goes along rows and stays on three pages. */
#include "matrix.h"

int main(int argc, char **argv) {
  (void)argc;
  struct matrices all = matrices(argv);
  for (uint32_t i = 0; i < all.size; i++)
    for (uint32_t k = 0; k < all.size; k++) {
      uint32_t factor = all.a[i * PAGE_WORDS + k];
      for (uint32_t j = 0; j < all.size; j++) all.c[i * PAGE_WORDS + j] += factor * all.b[k * PAGE_WORDS + j];
    }
  return printSum(&all);
}
