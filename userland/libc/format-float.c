/* The conversions %e %f %g %a of printf, exact at any precision. (ISO C 7.21.6.1) */
#include "decimal.h"
#include "format.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct text {
  char *bytes;
  int length;
};

static void put(struct text *text, char c) {
  text->bytes[text->length++] = c;
}

static void put_exponent(struct text *text, char letter, int exponent, int minimum) {
  char digits[8];
  int count = 0;
  put(text, letter);
  put(text, exponent < 0 ? '-' : '+');
  for (int rest = abs(exponent); rest || count < minimum; rest /= 10) digits[count++] = (char)('0' + rest % 10);
  while (count) put(text, digits[--count]);
}

/* Digits of weight 10^from down to 10^to, with the point after the units. */
static void put_digits(struct text *text, const struct decimal *number, int from, int to, int point_after,
                       int alternative) {
  for (int position = from; position >= to; position--) {
    put(text, (char)('0' + __decimal_digit(number, position)));
    if (position == point_after && (position > to || alternative)) put(text, '.');
  }
}

static void strip_zeros(struct text *text) {
  if (!memchr(text->bytes, '.', (size_t)text->length)) return;
  while (text->bytes[text->length - 1] == '0') text->length--;
  if (text->bytes[text->length - 1] == '.') text->length--;
}

static void format_decimal(struct text *text, const struct conversion *conversion, struct decimal *number) {
  char letter = (char)(conversion->letter | 32), exponent_letter = (char)(conversion->letter & 32 ? 'e' : 'E');
  int precision = conversion->precision < 0 ? 6 : conversion->precision;
  if (letter == 'f') {
    __decimal_round(number, precision);
    int top = __decimal_exponent(number);
    put_digits(text, number, top > 0 ? top : 0, -precision, 0, conversion->alternative);
    return;
  }
  int general = letter == 'g';
  if (general && precision == 0) precision = 1;
  int after = general ? precision - 1 : precision;
  __decimal_round(number, after - __decimal_exponent(number));
  int exponent = __decimal_exponent(number);
  if (general && exponent < precision && exponent >= -4) {
    put_digits(text, number, exponent > 0 ? exponent : 0, exponent - after < 0 ? exponent - after : 0, 0,
               conversion->alternative);
    if (!conversion->alternative) strip_zeros(text);
    return;
  }
  put_digits(text, number, exponent, exponent - after, exponent, conversion->alternative);
  if (general && !conversion->alternative) strip_zeros(text);
  put_exponent(text, exponent_letter, exponent, 2);
}

/* As C libraries for the 80-bit format do: the four leading bits of the mantissa are before the point. */
static void format_hex(struct text *text, const struct conversion *conversion, uint64_t mantissa, int exponent) {
  const char *digits = conversion->letter & 32 ? "0123456789abcdef" : "0123456789ABCDEF";
  int precision = conversion->precision;
  if (mantissa == 0) exponent = 0;
  else exponent += 60;
  if (precision >= 0 && precision < 15) {
    int drop = 60 - 4 * precision;
    uint64_t half = 1ULL << (drop - 1), rest = mantissa & (2 * half - 1);
    mantissa -= rest;
    uint64_t up = rest > half || (rest == half && (mantissa >> drop & 1)) ? 2 * half : 0;
    if (__builtin_add_overflow(mantissa, up, &mantissa)) {
      mantissa = 1ULL << 63;
      exponent++;
    }
  }
  put(text, digits[mantissa >> 60]);
  uint64_t rest = mantissa << 4;
  if (rest || precision > 0 || conversion->alternative) put(text, '.');
  for (int i = 0; precision < 0 ? rest != 0 : i < precision; i++, rest <<= 4) put(text, digits[rest >> 60]);
  put_exponent(text, (char)(conversion->letter & 32 ? 'p' : 'P'), exponent, 1);
}

void __format_float(struct sink *sink, const struct conversion *conversion, long double value) {
  struct conversion changed = *conversion;
  char prefix[4] = "";
  size_t signs = 0;
  if (signbit(value)) {
    value = -value;
    prefix[signs++] = '-';
  } else if (conversion->plus || conversion->space) {
    prefix[signs++] = conversion->plus ? '+' : ' ';
  }
  prefix[signs] = 0;
  if (isnan(value) || isinf(value)) {
    changed.zero = 0;
    int upper = !(conversion->letter & 32);
    __format_padded(sink, &changed, prefix, isnan(value) ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf", 3);
    return;
  }
  int exponent;
  uint64_t mantissa = (uint64_t)ldexpl(frexpl(value, &exponent), 64);
  exponent -= 64;
  struct text text = {malloc((size_t)(conversion->precision > 0 ? conversion->precision : 0) + 5000), 0};
  if (!text.bytes) return;
  if ((conversion->letter | 32) == 'a') {
    strcat(prefix, conversion->letter & 32 ? "0x" : "0X");
    format_hex(&text, conversion, mantissa, exponent);
  } else {
    struct decimal number;
    __decimal_set(&number, mantissa);
    if (mantissa) __decimal_scale(&number, exponent);
    format_decimal(&text, conversion, &number);
  }
  __format_padded(sink, &changed, prefix, text.bytes, text.length);
  free(text.bytes);
}
