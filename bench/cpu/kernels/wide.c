/* 64-bit integers in pairs of registers: carries, long multiplications, shifts, division by the C library. */
#include "kernel.h"

uint32_t operation(void) {
  uint64_t a = 0x9e3779b97f4a7c15ull, b = 1, sum = 0;

  for (int i = 0; i < 4000; i++) {
    a ^= a << 13;
    a ^= a >> 7;
    a ^= a << 17;
    b = b * 6364136223846793005ull + a;
    sum += b >> (i & 31);
    if ((i & 15) == 0) sum ^= a / ((b >> 40) + 3);
  }
  return (uint32_t)(sum ^ sum >> 32);
}
