/* Sieve of Eratosthenes over 8192 bytes. */
#include "kernel.h"
#include <string.h>

uint32_t operation(void) {
  static unsigned char composite[8192];
  uint32_t count = 0;

  memset(composite, 0, sizeof composite);
  for (unsigned i = 2; i < sizeof composite; i++) {
    if (composite[i]) continue;
    for (unsigned k = i + i; k < sizeof composite; k += i) composite[k] = 1;
    count++;
  }
  return count;
}
