/* Blocks of bytes. The string instructions of the processor move four bytes at a time. (ISO C 7.24) */
#include <stdint.h>
#include <string.h>

/* Four bytes of whatever they are. */
typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  void *target = to;
  size_t words = size >> 2;
  __asm__ volatile("rep movsl\n\tmov %3, %%ecx\n\trep movsb"
                   : "+D"(to), "+S"(from), "+c"(words)
                   : "g"(size & 3)
                   : "memory");
  return target;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t size) {
  return (char *)memcpy(to, from, size) + size;
}

void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size) return memcpy(to, from, size);
  char *target = (char *)to + size;
  const char *source = (const char *)from + size;
  for (; size & 3; size--) *--target = *--source;
  target -= 4;
  source -= 4;
  size >>= 2;
  __asm__ volatile("std\n\trep movsl\n\tcld" : "+D"(target), "+S"(source), "+c"(size) : : "memory");
  return to;
}

void *memset(void *to, int c, size_t size) {
  void *target = to;
  size_t words = size >> 2;
  __asm__ volatile("rep stosl\n\tmov %3, %%ecx\n\trep stosb"
                   : "+D"(target), "+c"(words)
                   : "a"((c & 0xff) * 0x01010101u), "g"(size & 3)
                   : "memory");
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *p = a, *q = b;
  for (; size >= 4 && *(const word *)p == *(const word *)q; size -= 4, p += 4, q += 4) continue;
  for (; size; size--, p++, q++)
    if (*p != *q) return *p - *q;
  return 0;
}

/* Whether one of the word's bytes is zero: the borrow of the subtraction reaches its top bit. */
#define HAS_ZERO(word) (((word) - 0x01010101u) & ~(word) & 0x80808080u)

void *memchr(const void *s, int c, size_t size) {
  const unsigned char *p = s;
  uint32_t pattern = (c & 0xff) * 0x01010101u;
  for (; size >= 4; size -= 4, p += 4) {
    uint32_t bytes = *(const word *)p ^ pattern;
    if (HAS_ZERO(bytes)) break;
  }
  for (; size; size--, p++)
    if (*p == (unsigned char)c) return (void *)p;
  return 0;
}

void *memrchr(const void *s, int c, size_t size) {
  const unsigned char *p = (const unsigned char *)s + size;
  while (size--)
    if (*--p == (unsigned char)c) return (void *)p;
  return 0;
}

void *memmem(const void *haystack, size_t size, const void *needle, size_t length) {
  const char *at = haystack, *first = needle;
  if (length == 0) return (void *)haystack;
  while (size >= length) {
    const char *found = memchr(at, *first, size - length + 1);
    if (!found) return 0;
    if (memcmp(found, needle, length) == 0) return (void *)found;
    size -= (size_t)(found + 1 - at);
    at = found + 1;
  }
  return 0;
}

size_t strlen(const char *s) {
  const char *p = s;
  for (; (uintptr_t)p & 3; p++)
    if (!*p) return (size_t)(p - s);
  while (!HAS_ZERO(*(const word *)p)) p += 4;
  while (*p) p++;
  return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t limit) {
  const char *end = memchr(s, 0, limit);
  return end ? (size_t)(end - s) : limit;
}
