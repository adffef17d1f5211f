/* Largest singular value of an infinite matrix's corner: integers become doubles, divisions, sums. */
#include "kernel.h"

enum { SIZE = 64 };

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void multiply(const double *in, double *out, int transposed) {
  for (int i = 0; i < SIZE; i++) {
    double sum = 0;

    for (int j = 0; j < SIZE; j++) sum += (transposed ? element(j, i) : element(i, j)) * in[j];
    out[i] = sum;
  }
}

uint32_t operation(void) {
  double u[SIZE], v[SIZE], between[SIZE];
  uint32_t sum = 0;

  for (int i = 0; i < SIZE; i++) u[i] = 1;
  for (int i = 0; i < 4; i++) {
    multiply(u, between, 0);
    multiply(between, v, 1);
    multiply(v, between, 0);
    multiply(between, u, 1);
  }
  for (int i = 0; i < SIZE; i++) sum = mix_double(sum, u[i] / v[i]);
  return sum;
}
