/* memcpy of the C library, 1 MB. */
#include "kernel.h"
#include <string.h>

enum { SIZE = 1 << 20 };

uint32_t operation(void) {
  static unsigned char from[SIZE], to[SIZE];

  from[SIZE / 2] = 7;
  memcpy(to, from, SIZE);
  __asm__ volatile("" : : "r"(to) : "memory");
  return to[SIZE / 2];
}
