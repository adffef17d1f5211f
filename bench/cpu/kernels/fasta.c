/* Random sequences by cumulative frequencies: floating-point comparisons, table look-up, output of bytes. */
#include "kernel.h"
#include <string.h>

enum { LENGTH = 20000, LINE = 60 };
static const struct {
  char letter;
  float share;
} letters[] = {
    {'a', 0.27f}, {'c', 0.12f}, {'g', 0.12f}, {'t', 0.27f}, {'B', 0.02f}, {'D', 0.02f}, {'H', 0.02f}, {'K', 0.02f},
    {'M', 0.02f}, {'N', 0.02f}, {'R', 0.02f}, {'S', 0.02f}, {'V', 0.02f}, {'W', 0.02f}, {'Y', 0.02f},
};
enum { LETTERS = sizeof letters / sizeof letters[0] };

uint32_t operation(void) {
  float limits[LETTERS], total = 0;
  char line[LINE];
  uint32_t state = 42, sum = 0;

  for (int i = 0; i < LETTERS; i++) limits[i] = total += letters[i].share;
  limits[LETTERS - 1] = 1;
  for (int written = 0; written < LENGTH; written += LINE) {
    for (int i = 0; i < LINE; i++) {
      int k = 0;

      state = (state * 3877 + 29573) % 139968;
      float where = (float)state / 139968.0f;
      while (where >= limits[k]) k++;
      line[i] = letters[k].letter;
    }
    for (int i = 0; i < LINE; i += 4) {
      uint32_t word;

      memcpy(&word, line + i, 4);
      sum = mix(sum, word);
    }
  }
  return sum;
}
