/* A small picture of the Mandelbrot set. */
#include "kernel.h"

enum { SIZE = 48, LIMIT = 50 };

uint32_t operation(void) {
  uint32_t sum = 0;

  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      double cr = 2.0 * column / SIZE - 1.5, ci = 2.0 * row / SIZE - 1.0;
      double r = 0, i = 0;
      int count = 0;

      while (count < LIMIT && r * r + i * i < 4.0) {
        double next = r * r - i * i + cr;

        i = 2 * r * i + ci;
        r = next;
        count++;
      }
      sum = mix(sum, count);
    }
  }
  return sum;
}
