/* 64-bit arithmetic of the compiler's runtime, integers as text, sorting. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252ULL;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(void) {
  for (int i = 0; i < 3000; i++) {
    uint64_t a = next(), b = next();
    a >>= next() % 64;
    b >>= next() % 64;
    if (!b) continue;
    int64_t c = (int64_t)(a >> 1) - (int64_t)(next() >> 3), d = (int64_t)b;
    printf("%" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %.0Lf %" PRIu64 " %" PRId64 "\n", a / b, a % b, c / d,
           c % d, (long double)a, (uint64_t)(long double)a, (int64_t)(long double)c);
  }
  static const char *const texts[] = {"0",
                                      "-1",
                                      "+17",
                                      "0x1fg",
                                      "077",
                                      "08",
                                      "  12",
                                      "",
                                      "-",
                                      "2147483648",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "18446744073709551616",
                                      "zz",
                                      "0x",
                                      "-0x10"};
  static const int bases[] = {0, 10, 16, 8, 36, 2};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
    for (unsigned k = 0; k < sizeof bases / sizeof *bases; k++) {
      char *end, *end2;
      errno = 0;
      long long value = strtoll(texts[i], &end, bases[k]);
      int error = errno;
      errno = 0;
      unsigned long long big = strtoull(texts[i], &end2, bases[k]);
      printf("%s/%d: %lld '%s' %d %llu %d\n", texts[i], bases[k], value, end, error == ERANGE, big, errno == ERANGE);
    }
  printf("[%5d][%-5d][%05d][%+d][% d][%.3d][%8.3d][%-8.3d|][%x][%#X][%#o][%hhd][%hd][%zu][%.0d]\n", 42, 42, 42, 42, 42,
         7, 7, 7, 255, 255, 8, 300, 70000, (size_t)9, 0);
  printf("[%s][%.2s][%5s][%-5s][%c][%%][%p]\n", "abc", "abc", "ab", "ab", 'x', (void *)0x1234);
  char buffer[8];
  printf("%d %s\n", snprintf(buffer, sizeof buffer, "%s", "longer than that"), buffer);
  int a = 0, b = 0, n = 0;
  char word[20] = "", set[20] = "", letter = 0;
  double real = 0;
  printf("%d", sscanf("12 0x1f hello abc123 z 3.5e2,rest", "%d %i %19s %19[a-c]%*d %c %lf%n", &a, &b, word, set,
                      &letter, &real, &n));
  printf(" %d %d %s %s %c %g %d\n", a, b, word, set, letter, real, n);
  printf("%d %d %d\n", sscanf("", "%d", &a), sscanf("x", "%d", &a), sscanf("5 x", "%d %d", &a, &b));
  int64_t numbers[1000];
  for (int i = 0; i < 1000; i++) numbers[i] = (int64_t)next() >> 40;
  qsort(numbers, 1000, sizeof *numbers, compare);
  for (int i = 0; i < 1000; i += 37) printf("%" PRId64 " ", numbers[i]);
  printf("%d\n", (int)((int64_t *)bsearch(&numbers[500], numbers, 1000, sizeof *numbers, compare) != 0));
  return 0;
}
