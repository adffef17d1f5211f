/* UTF-8 (RFC 3629) and widths (after Unicode's East Asian Width and combining classes); see utf8.h. */
#include "utf8.h"

#include <stdbool.h>

struct range {
  long first;
  long last;
};

static const struct range combining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x06d6, 0x06dc},
    {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0941, 0x0948}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064}, {0x20d0, 0x20ff},
    {0x302a, 0x302f}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

static const struct range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2755},
    {0x2795, 0x2797},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
    {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
    {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3e0, 0x1f3f0}, {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f550, 0x1f567}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5},
    {0x1f6eb, 0x1f6ec}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

static bool contains(const struct range *ranges, size_t count, long code) {
  for (size_t low = 0; low < count;) {
    size_t middle = (low + count) / 2;
    if (code < ranges[middle].first) count = middle;
    else if (code > ranges[middle].last) low = middle + 1;
    else return true;
  }
  return false;
}

size_t utf8_length(unsigned char first) {
  if (first < 0xc2) return 1;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 1;
}

static bool continues(char c) {
  return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_decode(const char *text, size_t length, long *code) {
  unsigned char first = (unsigned char)*text;
  size_t size = utf8_length(first);
  *code = first < 0x80 ? first : -1;
  if (size == 1 || size > length) return 1;
  long value = first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if (!continues(text[i])) return 1;
    value = value << 6 | (text[i] & 0x3f);
  }
  *code = value;
  return size;
}

size_t utf8_before(const char *text, size_t offset) {
  size_t before = offset - 1;
  while (before > 0 && offset - before < 4 && continues(text[before])) before--;
  long code;
  return before + utf8_decode(text + before, offset - before, &code) == offset ? before : offset - 1;
}

int utf8_width(long code) {
  if (code < 0) return 1;
  if (contains(combining, sizeof combining / sizeof combining[0], code)) return 0;
  return contains(wide, sizeof wide / sizeof wide[0], code) ? 2 : 1;
}
