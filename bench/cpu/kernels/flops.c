/* A chain of additions, multiplications and divisions of doubles. */
#include "kernel.h"

uint32_t operation(void) {
  double x = 0.3, y = 0.7, sum = 0;

  for (int i = 0; i < 2000; i++) {
    double next = (x * x - y * y + 0.1) * 0.5;

    y = (2 * x * y + 0.2) * 0.5;
    x = next;
    sum += x / (1.0 + y * y);
  }
  return mix_double(0, sum);
}
