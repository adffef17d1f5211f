/* CRC-32 by table, byte by byte, over 32 KB. */
#include "kernel.h"

enum { SIZE = 32768, POLYNOMIAL = 0xedb88320 };

uint32_t operation(void) {
  static uint8_t data[SIZE];
  static uint32_t table[256];
  uint32_t crc = ~0u;

  if (table[1] == 0) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t entry = i;

      for (int bit = 0; bit < 8; bit++) entry = entry & 1 ? entry >> 1 ^ POLYNOMIAL : entry >> 1;
      table[i] = entry;
    }
    for (int i = 0; i < SIZE; i++) data[i] = i * 7 ^ i >> 8;
  }
  for (int i = 0; i < SIZE; i++) crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
  return ~crc;
}
