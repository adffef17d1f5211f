/* Formatted output: the format string of the printf family. (ISO C 7.21.6.1) */
#include "format.h"
#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void put(struct sink *sink, const char *bytes, size_t size) {
  if (size) sink->put(sink, bytes, size);
  sink->count += (int)size;
}

void __sink_pad(struct sink *sink, char c, int count) {
  char block[64];
  if (count <= 0) return;
  memset(block, c, sizeof block);
  for (; count > (int)sizeof block; count -= (int)sizeof block) put(sink, block, sizeof block);
  put(sink, block, (size_t)count);
}

void __format_padded(struct sink *sink, const struct conversion *conversion, const char *prefix, const char *body,
                     int length) {
  int prefix_length = (int)strlen(prefix);
  int padding = conversion->width - prefix_length - length;
  if (!conversion->left && !conversion->zero) __sink_pad(sink, ' ', padding);
  put(sink, prefix, (size_t)prefix_length);
  if (!conversion->left && conversion->zero) __sink_pad(sink, '0', padding);
  put(sink, body, (size_t)length);
  if (conversion->left) __sink_pad(sink, ' ', padding);
}

static void format_integer(struct sink *sink, const struct conversion *conversion, uintmax_t value, int negative) {
  /* 64 binary digits, or any precision: longer ones are padded in front with the sink. */
  char digits[72], *end = digits + sizeof digits, *at = end;
  char letter = conversion->letter;
  unsigned base = letter == 'o' ? 8 : (letter | 32) == 'x' || letter == 'p' ? 16 : 10;
  const char *alphabet = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  int is_zero = value == 0;
  while (value >> 32) {
    *--at = alphabet[value % base];
    value /= base;
  }
  for (uint32_t rest = (uint32_t)value; rest; rest /= base) *--at = alphabet[rest % base];
  int length = (int)(end - at), zeros = conversion->precision - length;
  if (conversion->precision < 0) zeros = is_zero ? 1 : 0;
  if (letter == 'o' && conversion->alternative && zeros <= 0 && (length == 0 || *at != '0')) zeros = 1;
  if (zeros < 0) zeros = 0;
  const char *prefix = "";
  if (letter == 'd') prefix = negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
  if (letter == 'p' || (conversion->alternative && base == 16 && !is_zero)) prefix = letter == 'X' ? "0X" : "0x";
  struct conversion changed = *conversion;
  if (conversion->precision >= 0) changed.zero = 0;
  int padding = changed.width - (int)strlen(prefix) - zeros - length;
  if (!changed.left && !changed.zero) __sink_pad(sink, ' ', padding);
  put(sink, prefix, strlen(prefix));
  if (!changed.left && changed.zero) __sink_pad(sink, '0', padding);
  __sink_pad(sink, '0', zeros);
  put(sink, at, (size_t)length);
  if (changed.left) __sink_pad(sink, ' ', padding);
}

/* Length modifiers: number of h or l, or one of the letters. */
enum size { INT, CHAR, SHORT, LONG, LONG_LONG, LONG_DOUBLE };

static enum size parse_size(const char **format) {
  enum size size = INT;
  for (;; (*format)++) {
    switch (**format) {
      case 'h': size = size == SHORT ? CHAR : SHORT; break;
      case 'l': size = size == LONG ? LONG_LONG : LONG; break;
      case 'q':
      case 'j': size = LONG_LONG; break;
      case 'z':
      case 't': size = LONG; break;
      case 'L': size = LONG_DOUBLE; break;
      default: return size;
    }
  }
}

/* va_list as a parameter may decay to a pointer; in a structure it does not. */
struct arguments {
  va_list list;
};

static int parse_number(const char **format, struct arguments *arguments) {
  int value = 0;
  if (**format == '*') {
    (*format)++;
    return va_arg(arguments->list, int);
  }
  for (; isdigit((unsigned char)**format); (*format)++)
    value = value > INT_MAX / 10 - 9 ? INT_MAX : value * 10 + **format - '0';
  return value;
}

static void parse_conversion(const char **format, struct arguments *arguments, struct conversion *conversion) {
  *conversion = (struct conversion){.precision = -1};
  for (;; (*format)++) {
    if (**format == '-') conversion->left = 1;
    else if (**format == '+') conversion->plus = 1;
    else if (**format == ' ') conversion->space = 1;
    else if (**format == '#') conversion->alternative = 1;
    else if (**format == '0') conversion->zero = 1;
    else break;
  }
  conversion->width = parse_number(format, arguments);
  if (conversion->width < 0) {
    conversion->left = 1;
    conversion->width = -conversion->width;
  }
  if (**format == '.') {
    (*format)++;
    conversion->precision = parse_number(format, arguments);
  }
}

static intmax_t signed_argument(struct arguments *arguments, enum size size) {
  if (size == LONG_LONG || size == LONG_DOUBLE) return va_arg(arguments->list, long long);
  int value = va_arg(arguments->list, int);
  return size == CHAR ? (signed char)value : size == SHORT ? (short)value : value;
}

static uintmax_t unsigned_argument(struct arguments *arguments, enum size size) {
  if (size == LONG_LONG || size == LONG_DOUBLE) return va_arg(arguments->list, unsigned long long);
  unsigned value = va_arg(arguments->list, unsigned);
  return size == CHAR ? (unsigned char)value : size == SHORT ? (unsigned short)value : value;
}

static void store_count(struct arguments *arguments, enum size size, int count) {
  if (size == LONG_LONG) *va_arg(arguments->list, long long *) = count;
  else if (size == SHORT) *va_arg(arguments->list, short *) = (short)count;
  else if (size == CHAR) *va_arg(arguments->list, signed char *) = (signed char)count;
  else *va_arg(arguments->list, int *) = count;
}

void __format(struct sink *sink, const char *format, va_list list) {
  struct arguments arguments;
  va_copy(arguments.list, list);
  for (;;) {
    const char *percent = strchrnul(format, '%');
    put(sink, format, (size_t)(percent - format));
    if (!*percent) break;
    const char *start = percent;
    format = percent + 1;
    struct conversion conversion;
    parse_conversion(&format, &arguments, &conversion);
    enum size size = parse_size(&format);
    conversion.letter = *format;
    if (*format) format++;
    switch (conversion.letter) {
      case 'd':
      case 'i': {
        intmax_t value = signed_argument(&arguments, size);
        conversion.letter = 'd';
        format_integer(sink, &conversion, value < 0 ? -(uintmax_t)value : (uintmax_t)value, value < 0);
        break;
      }
      case 'u':
      case 'o':
      case 'x':
      case 'X': format_integer(sink, &conversion, unsigned_argument(&arguments, size), 0); break;
      case 'p': format_integer(sink, &conversion, (uintptr_t)va_arg(arguments.list, void *), 0); break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        __format_float(sink, &conversion,
                       size == LONG_DOUBLE ? va_arg(arguments.list, long double) : va_arg(arguments.list, double));
        break;
      case 'c': {
        char c = (char)va_arg(arguments.list, int);
        conversion.zero = 0;
        __format_padded(sink, &conversion, "", &c, 1);
        break;
      }
      case 's': {
        const char *s = va_arg(arguments.list, const char *);
        if (!s) s = "(null)";
        size_t limit = conversion.precision < 0 ? INT_MAX : (size_t)conversion.precision;
        conversion.zero = 0;
        __format_padded(sink, &conversion, "", s, (int)strnlen(s, limit));
        break;
      }
      case 'n': store_count(&arguments, size, sink->count); break;
      case '%': put(sink, "%", 1); break;
      default: put(sink, start, (size_t)(format - start));
    }
  }
  va_end(arguments.list);
}
