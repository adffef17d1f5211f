/*
 * A kernel is one file that defines operation(): a computation that is the same every time and returns a checksum of
 * its result. kernel.c times it.
 */
#include <stdint.h>

uint32_t operation(void);

/* One step of a checksum over words (FNV-1a by words). */
static inline uint32_t mix(uint32_t sum, uint32_t word) { return (sum ^ word) * 16777619u; }

/* The usual linear congruence, for repeatable data. */
static inline uint32_t next_random(uint32_t *state) { return *state = *state * 1103515245u + 12345u; }

/* A double with all its bits. */
static inline uint32_t mix_double(uint32_t sum, double value) {
  union {
    double value;
    uint32_t words[2];
  } both = {value};

  return mix(mix(sum, both.words[0]), both.words[1]);
}
