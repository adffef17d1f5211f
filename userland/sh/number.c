/* Reading numbers; see number.h. */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "error.h"

bool is_number(const char *text) {
  if (!*text) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
  }
  return true;
}

int parse_number(const char *text) {
  long value = 0;
  if (!is_number(text)) fail("Illegal number: %s", text);
  for (const char *digit = text; *digit; digit++) {
    if (value > (INT_MAX - (*digit - '0')) / 10) fail("Illegal number: %s", text);
    value = value * 10 + (*digit - '0');
  }
  return (int)value;
}

long long parse_integer(const char *text, int base) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, base);
  bool empty = end == text;
  while (isspace((unsigned char)*end)) end++;
  if (*end || (empty && (base == 10 || *text))) fail("Illegal number: %s", text);
  return value;
}
