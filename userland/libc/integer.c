/* Integers: conversion from text, absolute values, quotients, random numbers. (ISO C 7.22) */
#include "internal.h"
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

/* Digits of s in base; saturates at `limit` with ERANGE (beyond -limit-1 for negatives when `is_signed`). */
static unsigned long long convert(const char *s, char **end, int base, unsigned long long limit, int is_signed) {
  const char *at = s;
  while (isspace((unsigned char)*at)) at++;
  int negative = *at == '-';
  if (*at == '-' || *at == '+') at++;
  if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 32) == 'x' && isxdigit((unsigned char)at[2])) {
    at += 2;
    base = 16;
  } else if (base == 0) {
    base = *at == '0' ? 8 : 10;
  }
  unsigned long long value = 0;
  int overflow = 0, digits = 0;
  for (;; at++, digits++) {
    int c = (unsigned char)*at;
    int digit = isdigit(c) ? c - '0' : isalpha(c) ? (c | 32) - 'a' + 10 : base;
    if (digit >= base) break;
    if (__builtin_mul_overflow(value, (unsigned)base, &value) || __builtin_add_overflow(value, (unsigned)digit, &value))
      overflow = 1;
  }
  if (end) *end = (char *)(digits ? at : s);
  if (is_signed && negative) limit++;
  if (overflow || value > limit) {
    errno = ERANGE;
    return is_signed && negative ? -limit : limit;
  }
  return negative ? -value : value;
}

long strtol(const char *restrict s, char **restrict end, int base) {
  return (long)convert(s, end, base, LONG_MAX, 1);
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base) {
  return (unsigned long)convert(s, end, base, ULONG_MAX, 0);
}

long long strtoll(const char *restrict s, char **restrict end, int base) {
  return (long long)convert(s, end, base, LLONG_MAX, 1);
}

unsigned long long strtoull(const char *restrict s, char **restrict end, int base) {
  return convert(s, end, base, ULLONG_MAX, 0);
}

intmax_t strtoimax(const char *restrict s, char **restrict end, int base) {
  return strtoll(s, end, base);
}

uintmax_t strtoumax(const char *restrict s, char **restrict end, int base) {
  return strtoull(s, end, base);
}

int atoi(const char *s) {
  return (int)strtol(s, 0, 10);
}

long atol(const char *s) {
  return strtol(s, 0, 10);
}

long long atoll(const char *s) {
  return strtoll(s, 0, 10);
}

int abs(int value) {
  return value < 0 ? -value : value;
}

long labs(long value) {
  return value < 0 ? -value : value;
}

long long llabs(long long value) {
  return value < 0 ? -value : value;
}

div_t div(int a, int b) {
  return (div_t){a / b, a % b};
}

ldiv_t ldiv(long a, long b) {
  return (ldiv_t){a / b, a % b};
}

lldiv_t lldiv(long long a, long long b) {
  return (lldiv_t){a / b, a % b};
}

static uint64_t random_state = 1;

void srandom(unsigned seed) {
  random_state = seed;
}

/* Linear congruential generator with Knuth's MMIX constants; the high bits are good ones. */
long random(void) {
  random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (long)(random_state >> 33);
}

void srand(unsigned seed) {
  srandom(seed);
}

int rand(void) {
  return (int)random();
}
