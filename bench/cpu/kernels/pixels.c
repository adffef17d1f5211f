/* Blends two pictures of bytes: vector instructions on integers where the flags allow them. */
#include "kernel.h"

enum { SIZE = 16384 };

uint32_t operation(void) {
  static uint8_t a[SIZE], b[SIZE], out[SIZE];
  uint32_t sum = 0;

  if (a[1] == 0) {
    for (int i = 0; i < SIZE; i++) {
      a[i] = i * 31 + 1;
      b[i] = i * 17 ^ i >> 6;
    }
  }
  for (int round = 0; round < 4; round++) {
    int weight = 50 + round * 40;

    for (int i = 0; i < SIZE; i++) out[i] = (a[i] * weight + b[i] * (256 - weight)) >> 8;
    sum = mix(sum, out[round * 1000 + 77]);
  }
  return sum;
}
