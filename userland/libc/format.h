/* Where formatted output goes. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

struct sink {
  void (*put)(struct sink *sink, const char *bytes, size_t size);
  void *target;
  /* Of the target, if it is an array. */
  size_t room;
  int count;
};
void __format(struct sink *sink, const char *format, va_list arguments);

struct conversion {
  int left, plus, space, alternative, zero;
  int width, precision;
  char letter;
};
void __sink_pad(struct sink *sink, char c, int count);
/* Prints with width, given sign or prefix and body; zero padding comes between them. */
void __format_padded(struct sink *sink, const struct conversion *conversion, const char *prefix, const char *body,
                     int length);
void __format_float(struct sink *sink, const struct conversion *conversion, long double value);
