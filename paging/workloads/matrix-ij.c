/* Matrix multiplication as it stands in textbooks: the inner loop goes down a column, and so through all pages of a matrix. */
#include "matrix.h"

int main(int argc, char **argv) {
  (void)argc;
  struct matrices all = matrices(argv);
  for (uint32_t i = 0; i < all.size; i++)
    for (uint32_t j = 0; j < all.size; j++) {
      uint32_t sum = 0;
      for (uint32_t k = 0; k < all.size; k++) sum += all.a[i * PAGE_WORDS + k] * all.b[k * PAGE_WORDS + j];
      all.c[i * PAGE_WORDS + j] = sum;
    }
  return printSum(&all);
}
