/* Text to floating point, correctly rounded: the decimal number is scaled until its integer part is the mantissa. (ISO
 * C 7.22.1.3) */
#include "decimal.h"
#include "internal.h"
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More digits than the longest exact half-way case of a double has; the rest only counts as "not zero". */
#define DIGIT_LIMIT 4000

struct format {
  int mantissa_bits;
  /* Exponent of the lowest bit of a subnormal. */
  int lowest;
  /* Exponent above that of the largest finite value: 2^highest is infinite. */
  int highest;
};

/* mantissa * 2^exponent (plus something smaller when sticky) in the format. */
static long double assemble(uint64_t mantissa, int exponent, int sticky, const struct format *format) {
  if (mantissa == 0) return 0;
  int length = 64 - __builtin_clzll(mantissa);
  int drop = length - format->mantissa_bits;
  if (exponent + drop < format->lowest) drop = format->lowest - exponent;
  if (drop > 0) {
    uint64_t kept = drop > 63 ? 0 : mantissa >> drop;
    uint64_t half = drop > 64 ? 0 : 1ULL << (drop - 1);
    uint64_t rest = drop > 63 ? mantissa : mantissa & (half * 2 - 1);
    if (half && (rest > half || (rest == half && (sticky || (kept & 1))))) kept++;
    if (kept == 0) errno = ERANGE;
    mantissa = kept;
    exponent += drop;
  }
  if (mantissa && 64 - __builtin_clzll(mantissa) + exponent > format->highest) {
    errno = ERANGE;
    return HUGE_VAL;
  }
  return ldexpl(mantissa, exponent);
}

/* Stores the integer part of the number; false if it does not fit. */
static int integer_part(const struct decimal *number, uint64_t *whole) {
  *whole = 0;
  for (int i = __decimal_exponent(number); i >= 0; i--)
    if (__builtin_mul_overflow(*whole, 10, whole) ||
        __builtin_add_overflow(*whole, (unsigned)__decimal_digit(number, i), whole))
      return 0;
  return 1;
}

/* Sets the number to the digits (which may hold a point) times 10^exponent, with the point between two limbs. */
static void read_digits(struct decimal *number, const char *digits, const char *end, long magnitude) {
  int before = (int)((magnitude % 9 + 9) % 9);
  int count = before ? 9 - before : 0, kept = 0;
  uint32_t limb = 0;
  number->first = number->end = DECIMAL_MARGIN;
  number->point = DECIMAL_MARGIN + (int)((magnitude + count) / 9);
  while (digits < end || count > 0) {
    int digit = 0;
    if (digits < end) {
      if (*digits == '.') {
        digits++;
        continue;
      }
      digit = *digits++ - '0';
      if (++kept == DIGIT_LIMIT) {
        digit = 1;
        digits = end;
      }
    }
    limb = limb * 10 + (uint32_t)digit;
    if (++count == 9) {
      number->limbs[number->end++] = limb;
      limb = 0;
      count = 0;
    }
  }
}

static long double from_decimal(const char *digits, const char *end, long exponent, const struct format *format) {
  /* The value is 0.d1d2d3… * 10^magnitude. */
  long magnitude = exponent;
  for (const char *p = digits; p < end && *p != '.'; p++) magnitude++;
  for (; digits < end && (*digits == '0' || *digits == '.'); digits++) magnitude -= *digits == '0';
  if (digits == end) return 0;
  if (magnitude > 4940 || magnitude < -4980) {
    errno = ERANGE;
    return magnitude > 0 ? HUGE_VAL : 0;
  }
  struct decimal number;
  read_digits(&number, digits, end, magnitude);
  /* Scale until the integer part has as many bits as the mantissa; log2(10) is 3.3219. */
  int bits = format->mantissa_bits, lowest = -format->lowest;
  int scale = bits - (int)(magnitude * 33219L / 10000);
  if (scale > lowest) scale = lowest;
  __decimal_scale(&number, scale);
  uint64_t whole;
  for (;;) {
    int length = !integer_part(&number, &whole) ? 65 : whole ? 64 - __builtin_clzll(whole) : 0;
    int step = length > bits ? -1 : length < bits && scale < lowest ? 1 : 0;
    if (step == 0) break;
    __decimal_scale(&number, step);
    scale += step;
  }
  __decimal_round(&number, 0);
  if (!integer_part(&number, &whole)) {
    whole = 1ULL << 63;
    scale--;
  }
  if (whole == 0) errno = ERANGE;
  return assemble(whole, -scale, 0, format);
}

static long double from_hex(const char *at, const char **end, const struct format *format) {
  uint64_t mantissa = 0;
  int exponent = 0, sticky = 0, seen_point = 0, digits = 0;
  for (;; at++) {
    int c = (unsigned char)*at;
    if (c == '.' && !seen_point) {
      seen_point = 1;
      continue;
    }
    if (!isxdigit(c)) break;
    digits++;
    unsigned digit = (unsigned)(isdigit(c) ? c - '0' : (c | 32) - 'a' + 10);
    if (mantissa >> 60) {
      sticky |= digit != 0;
      exponent += seen_point ? 0 : 4;
    } else {
      mantissa = mantissa * 16 + digit;
      exponent -= seen_point ? 4 : 0;
    }
  }
  if (!digits) return 0;
  *end = at;
  if ((*at | 32) == 'p') {
    char *after;
    int sign = at[1] == '-' || at[1] == '+';
    if (isdigit((unsigned char)at[1 + sign])) {
      long given = strtol(at + 1, &after, 10);
      exponent += (int)(given > 100000 ? 100000 : given < -100000 ? -100000 : given);
      *end = after;
    }
  }
  return assemble(mantissa, exponent, sticky, format);
}

static int starts_with(const char *s, const char *word) {
  return strncasecmp(s, word, strlen(word)) == 0;
}

static long double convert(const char *s, char **end, const struct format *format) {
  const char *at = s, *after = s;
  while (isspace((unsigned char)*at)) at++;
  int negative = *at == '-';
  if (*at == '-' || *at == '+') at++;
  long double value = 0;
  if (starts_with(at, "inf")) {
    value = HUGE_VAL;
    after = at + (starts_with(at, "infinity") ? 8 : 3);
  } else if (starts_with(at, "nan")) {
    value = NAN;
    after = at + 3;
  } else if (at[0] == '0' && (at[1] | 32) == 'x' &&
             (isxdigit((unsigned char)at[2]) || (at[2] == '.' && isxdigit((unsigned char)at[3])))) {
    value = from_hex(at + 2, &after, format);
  } else {
    const char *p = at;
    int digits = 0, points = 0;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !points); p++) *p == '.' ? points++ : digits++;
    if (digits) {
      long exponent = 0;
      after = p;
      if ((*p | 32) == 'e') {
        char *exponent_end;
        int sign = p[1] == '-' || p[1] == '+';
        if (isdigit((unsigned char)p[1 + sign])) {
          exponent = strtol(p + 1, &exponent_end, 10);
          if (exponent > 1000000) exponent = 1000000;
          if (exponent < -1000000) exponent = -1000000;
          after = exponent_end;
        }
      }
      value = from_decimal(at, p, exponent, format);
    }
  }
  if (end) *end = (char *)after;
  return negative ? -value : value;
}

double strtod(const char *restrict s, char **restrict end) {
  static const struct format format = {53, -1074, 1024};
  return (double)convert(s, end, &format);
}

float strtof(const char *restrict s, char **restrict end) {
  static const struct format format = {24, -149, 128};
  return (float)convert(s, end, &format);
}

long double strtold(const char *restrict s, char **restrict end) {
  static const struct format format = {64, -16445, 16384};
  return convert(s, end, &format);
}

double atof(const char *s) {
  return strtod(s, 0);
}
