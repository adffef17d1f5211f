/* Primes by trial division: the divide instruction, and branches nobody predicts. */
#include "kernel.h"

uint32_t operation(void) {
  uint32_t count = 0, sum = 0;

  for (uint32_t candidate = 3; candidate < 12000; candidate += 2) {
    uint32_t divisor = 3;

    while (divisor * divisor <= candidate && candidate % divisor) divisor += 2;
    if (divisor * divisor <= candidate) continue;
    count++;
    sum = mix(sum, candidate);
  }
  return mix(sum, count);
}
