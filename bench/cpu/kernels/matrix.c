/* Product of matrices of floats. */
#include "kernel.h"

enum { SIZE = 40 };

uint32_t operation(void) {
  static float a[SIZE][SIZE], b[SIZE][SIZE], product[SIZE][SIZE];
  uint32_t sum = 0;

  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      a[i][j] = (i * 3 + j) % 17 * 0.25f;
      b[i][j] = (i + j * 5) % 13 * 0.5f;
      product[i][j] = 0;
    }
  }
  for (int i = 0; i < SIZE; i++)
    for (int k = 0; k < SIZE; k++)
      for (int j = 0; j < SIZE; j++) product[i][j] += a[i][k] * b[k][j];
  for (int i = 0; i < SIZE; i++) sum = mix_double(sum, product[i][(i * 7) % SIZE]);
  return sum;
}
