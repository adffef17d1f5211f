/* Backslash escapes of echo and printf. (POSIX printf, "EXTENDED DESCRIPTION") */
#include <ctype.h>
#include <string.h>
#include <tool.h>

static int read_digits(const char **at, int base, int limit) {
  int value = 0;
  for (int i = 0; i < limit; i++, (*at)++) {
    int c = (unsigned char)**at;
    int digit = isdigit(c) ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : base;
    if (digit >= base) break;
    value = value * base + digit;
  }
  return value & 0xff;
}

int read_escape(const char **at, int echo_form) {
  static const char letters[] = "\\\\a\ab\be\033f\fn\nr\rt\tv\v\"\"";
  char c = **at;
  if (!c) return -2;
  if (c == 'c') {
    (*at)++;
    return -1;
  }
  if (c == 'x' && isxdigit((unsigned char)(*at)[1])) {
    (*at)++;
    return read_digits(at, 16, 2);
  }
  if (c >= '0' && c <= '7') {
    if (echo_form && c == '0') (*at)++;
    return read_digits(at, 8, 3);
  }
  for (const char *pair = letters; *pair; pair += 2)
    if (*pair == c && !(echo_form && c == '"')) {
      (*at)++;
      return (unsigned char)pair[1];
    }
  return -2;
}
