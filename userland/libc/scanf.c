/* Formatted input: the scanf family. (ISO C 7.21.6.2) */
#include "internal.h"
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Input with one byte of look-ahead: a stream, or a string when stream is null. */
struct source {
  FILE *stream;
  const char *text;
  int count;
};

static int next(struct source *source) {
  int c = source->stream ? fgetc(source->stream) : *source->text ? (unsigned char)*source->text++ : EOF;
  if (c != EOF) source->count++;
  return c;
}

static void back(struct source *source, int c) {
  if (c == EOF) return;
  source->count--;
  if (source->stream) ungetc(c, source->stream);
  else source->text--;
}

static void skip_space(struct source *source) {
  int c;
  do c = next(source);
  while (isspace(c));
  back(source, c);
}

/* Collects at most `width` bytes that `accept` likes; the state is the text so far. */
static int collect(struct source *source, char *to, int width,
                   int (*accept)(const char *text, int length, int c, int base), int base) {
  int length = 0;
  while (length < width) {
    int c = next(source);
    if (c == EOF) break;
    if (!accept(to, length, c, base)) {
      back(source, c);
      break;
    }
    to[length++] = (char)c;
  }
  to[length] = 0;
  return length;
}

static int accept_integer(const char *text, int length, int c, int base) {
  int sign = length > 0 && (text[0] == '-' || text[0] == '+');
  int digits = length - sign;
  const char *number = text + sign;
  if (c == '-' || c == '+') return length == 0;
  if ((c | 32) == 'x') return digits == 1 && number[0] == '0' && (base == 16 || base == 0);
  int hex = base == 16 || (base == 0 && digits >= 2 && (number[1] | 32) == 'x');
  if (base == 8) return c >= '0' && c < '8';
  return isdigit(c) || (hex && isxdigit(c));
}

static int accept_float(const char *text, int length, int c, int base) {
  (void)base;
  if (c == '-' || c == '+') return length == 0 || (text[length - 1] | 32) == 'e';
  if (c == '.') return !memchr(text, '.', (size_t)length) && !memchr(text, 'e', (size_t)length);
  if ((c | 32) == 'e') return length > 0 && !memchr(text, 'e', (size_t)length) && !memchr(text, 'E', (size_t)length);
  return isdigit(c) || strchr("infatyINFATY", c) != 0;
}

/* Parses "[^]a-z]" after its bracket into a table of accepted bytes. */
static const char *parse_set(const char *format, char accepted[256]) {
  int negated = *format == '^';
  if (negated) format++;
  memset(accepted, negated, 256);
  const char *start = format;
  for (; *format && (*format != ']' || format == start); format++) {
    unsigned char from = (unsigned char)*format, to = from;
    if (format[1] == '-' && format[2] && format[2] != ']') {
      to = (unsigned char)format[2];
      format += 2;
    }
    for (unsigned c = from; c <= to; c++) accepted[c] = !negated;
  }
  return *format ? format + 1 : format;
}

static void store_integer(void *target, char size, uintmax_t value) {
  switch (size) {
    case 'H': *(char *)target = (char)value; break;
    case 'h': *(short *)target = (short)value; break;
    case 'L': *(long long *)target = (long long)value; break;
    default: *(int *)target = (int)value;
  }
}

/* -1 at the end of the input, 0 if it does not match, 1 if it does. */
static int scan_bytes(struct source *source, char letter, const char accepted[256], int width, char *to) {
  int length = 0, c = EOF;
  if (!width) width = letter == 'c' ? 1 : INT_MAX;
  while (length < width) {
    c = next(source);
    if (c == EOF) break;
    if (letter == 's' ? isspace(c) : letter == '[' && !accepted[c]) {
      back(source, c);
      break;
    }
    if (to) to[length] = (char)c;
    length++;
  }
  if (length == 0 || (letter == 'c' && length < width)) return c == EOF ? -1 : 0;
  if (to && letter != 'c') to[length] = 0;
  return 1;
}

static int scan(struct source *source, const char *format, va_list arguments) {
  int assigned = 0;
  for (; *format; format++) {
    if (isspace((unsigned char)*format)) {
      skip_space(source);
      continue;
    }
    if (*format != '%' || format[1] == '%') {
      if (*format == '%') {
        format++;
        skip_space(source);
      }
      int c = next(source);
      if (c != (unsigned char)*format) {
        back(source, c);
        return c == EOF && !assigned ? EOF : assigned;
      }
      continue;
    }
    format++;
    int suppress = *format == '*';
    if (suppress) format++;
    int width = 0;
    for (; isdigit((unsigned char)*format); format++) width = width * 10 + *format - '0';
    char size = 0;
    for (; strchr("hljztqL", *format) && *format; format++) {
      if (*format == 'h') size = size == 'h' ? 'H' : 'h';
      else if (*format == 'l') size = size == 'l' ? 'L' : 'l';
      else if (*format != 'z' && *format != 't') size = 'L';
    }
    char letter = *format;
    if (letter == 'n') {
      if (!suppress) store_integer(va_arg(arguments, void *), size, (uintmax_t)source->count);
      continue;
    }
    if (letter != 'c' && letter != '[') skip_space(source);
    if (letter == 'c' || letter == 's' || letter == '[') {
      char accepted[256];
      if (letter == '[') format = parse_set(format + 1, accepted) - 1;
      int result = scan_bytes(source, letter, accepted, width, suppress ? 0 : va_arg(arguments, char *));
      if (result <= 0) return result < 0 && !assigned ? EOF : assigned;
      assigned += !suppress;
      continue;
    }
    char text[400], *end;
    int is_float = strchr("aefgAEFG", letter) != 0;
    int base = letter == 'i' ? 0 : (letter | 32) == 'x' || letter == 'p' ? 16 : letter == 'o' ? 8 : 10;
    if (!width || width > (int)sizeof text - 1) width = (int)sizeof text - 1;
    int length = collect(source, text, width, is_float ? accept_float : accept_integer, base);
    if (length == 0) {
      int c = next(source);
      back(source, c);
      return c == EOF && !assigned ? EOF : assigned;
    }
    if (is_float) {
      long double value = strtold(text, &end);
      if (end == text) return assigned;
      void *target = suppress ? 0 : va_arg(arguments, void *);
      if (!target) continue;
      if (size == 'L') *(long double *)target = value;
      else if (size == 'l') *(double *)target = strtod(text, 0);
      else *(float *)target = strtof(text, 0);
    } else {
      uintmax_t value = letter == 'd' || letter == 'i' ? (uintmax_t)strtoll(text, &end, base)
                                                       : strtoull(text, &end, base);
      if (end == text) return assigned;
      if (suppress) continue;
      store_integer(va_arg(arguments, void *), size, value);
    }
    assigned++;
  }
  return assigned;
}

int vfscanf(FILE *restrict stream, const char *restrict format, va_list arguments) {
  struct source source = {.stream = stream};
  return scan(&source, format, arguments);
}

int vsscanf(const char *restrict s, const char *restrict format, va_list arguments) {
  struct source source = {.text = s};
  return scan(&source, format, arguments);
}

int scanf(const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vfscanf(stdin, format, arguments));
}

int fscanf(FILE *restrict stream, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vfscanf(stream, format, arguments));
}

int sscanf(const char *restrict s, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vsscanf(s, format, arguments));
}
