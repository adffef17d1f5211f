/* Compression by references to earlier text, found through a hash table of chains, and its expansion. */
#include "kernel.h"
#include <string.h>

enum { SIZE = 16384, HASHES = 4096, LEAST = 4, MOST = 130, TRIES = 8 };

static uint8_t text[SIZE], packed[2 * SIZE], unpacked[SIZE + MOST];

static void make_text(void) {
  static const char *const words[8] = {"the ", "kernel ", "maps ", "a page ", "of ", "memory ", "and ", "returns. "};
  uint32_t seed = 7;

  for (int used = 0; used < SIZE;) {
    const char *word = words[next_random(&seed) >> 20 & 7];

    while (*word && used < SIZE) text[used++] = *word++;
  }
}

static unsigned hash(const uint8_t *at) {
  uint32_t word;

  memcpy(&word, at, 4);
  return word * 2654435761u >> 20;
}

static int compress(void) {
  static int heads[HASHES], chains[SIZE];
  int out = 0;

  memset(heads, -1, sizeof heads);
  for (int at = 0; at < SIZE;) {
    int best = 0, where = 0;

    if (at + LEAST <= SIZE) {
      unsigned slot = hash(text + at);
      int candidate = heads[slot];

      for (int i = 0; i < TRIES && candidate >= 0; i++, candidate = chains[candidate]) {
        int length = 0;

        while (length < MOST && at + length < SIZE && text[candidate + length] == text[at + length]) length++;
        if (length > best) best = length, where = candidate;
      }
      chains[at] = heads[slot];
      heads[slot] = at;
    }
    if (best >= LEAST) {
      int distance = at - where;

      packed[out++] = 128 | (best - LEAST);
      packed[out++] = distance & 255;
      packed[out++] = distance >> 8;
      at += best;
    } else {
      packed[out++] = text[at++] & 127;
    }
  }
  return out;
}

static int expand(int size) {
  int out = 0;

  for (int at = 0; at < size;) {
    int code = packed[at++];

    if (code < 128) {
      unpacked[out++] = code;
      continue;
    }
    int length = (code & 127) + LEAST, distance = packed[at] | packed[at + 1] << 8;

    at += 2;
    for (; length > 0; length--, out++) unpacked[out] = unpacked[out - distance];
  }
  return out;
}

uint32_t operation(void) {
  int size, length;
  uint32_t sum = 0;

  if (text[0] == 0) make_text();
  size = compress();
  length = expand(size);
  for (int i = 0; i < length; i += 64) sum = mix(sum, unpacked[i]);
  return mix(mix(sum, size), memcmp(text, unpacked, SIZE) == 0);
}
