/* Sorting and searching. qsort is a bottom-up merge sort over pointers to the elements, so it is stable. (ISO C 7.22.5)
 */
#include <stdlib.h>
#include <string.h>

#define RUN 8

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  if (count < 2) return;
  char **from = malloc(2 * count * sizeof *from + count * size);
  if (!from) abort();
  char **memory = from, **to = from + count, *copy = (char *)(to + count);
  for (size_t i = 0; i < count; i++) from[i] = (char *)base + i * size;
  for (size_t start = 0; start < count; start += RUN) {
    size_t end = start + RUN < count ? start + RUN : count;
    for (size_t i = start + 1; i < end; i++) {
      char *element = from[i];
      size_t j = i;
      for (; j > start && compare(from[j - 1], element) > 0; j--) from[j] = from[j - 1];
      from[j] = element;
    }
  }
  for (size_t width = RUN; width < count; width *= 2) {
    for (size_t start = 0; start < count; start += 2 * width) {
      size_t left = start, middle = start + width < count ? start + width : count;
      size_t right = middle, end = start + 2 * width < count ? start + 2 * width : count;
      for (size_t k = start; k < end; k++)
        to[k] = right == end || (left < middle && compare(from[left], from[right]) <= 0) ? from[left++] : from[right++];
    }
    char **swap = from;
    from = to;
    to = swap;
  }
  for (size_t i = 0; i < count; i++) memcpy(copy + i * size, from[i], size);
  memcpy(base, copy, count * size);
  free(memory);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *)) {
  while (count > 0) {
    const char *middle = (const char *)base + count / 2 * size;
    int order = compare(key, middle);
    if (order == 0) return (void *)middle;
    if (order > 0) {
      base = middle + size;
      count--;
    }
    count /= 2;
  }
  return 0;
}
