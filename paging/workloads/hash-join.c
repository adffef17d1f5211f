/* Joins two tables by a hash table: both are read once in order, the hash table at random.
 * A quarter of the pages is the small table, a quarter the hash table, the rest the large one. */
#include "workload.h"

struct row {
  uint32_t key, value;
};
#define PAGE_ROWS (PAGE_WORDS / 2)

static uint32_t slotOf(uint32_t key, uint32_t slots) { return (uint64_t)(key * 2654435761u) * slots >> 32; }

int main(int argc, char **argv) {
  (void)argc;
  uint32_t pages = parameter(argv, "pages", 4), quarter = pages / 4;
  struct random random = randomFrom(parameter(argv, "seed", 0));
  struct row *small = (struct row *)arena(argv[0], pages), *table = small + quarter * PAGE_ROWS, *large = table + quarter * PAGE_ROWS;
  /* The hash table stays three quarters empty, so that chains are short. Keys are not 0. */
  uint32_t smallRows = quarter * PAGE_ROWS / 4, slots = quarter * PAGE_ROWS, largeRows = (pages - 2 * quarter) * PAGE_ROWS;
  for (uint32_t i = 0; i < smallRows; i++) small[i * 4] = (struct row){2 * i + 1, randomWord(&random)};
  for (uint32_t i = 0; i < largeRows; i++) large[i] = (struct row){1 + randomBelow(&random, 4 * smallRows), randomWord(&random)};

  for (uint32_t i = 0; i < smallRows; i++) {
    uint32_t slot = slotOf(small[i * 4].key, slots);
    while (table[slot].key) slot = slot + 1 == slots ? 0 : slot + 1;
    table[slot] = small[i * 4];
  }
  uint32_t sum = 0, matches = 0;
  for (uint32_t i = 0; i < largeRows; i++) {
    uint32_t slot = slotOf(large[i].key, slots);
    while (table[slot].key && table[slot].key != large[i].key) slot = slot + 1 == slots ? 0 : slot + 1;
    if (table[slot].key) {
      matches++;
      sum = sum * 31 + table[slot].value + large[i].value;
    }
  }
  printf("%u %08x\n", (unsigned)matches, (unsigned)sum);
  return 0;
}
