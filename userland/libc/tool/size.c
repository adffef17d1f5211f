/* Sizes as text, in both directions, and the width of terminals. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <tool.h>

int parse_size(const char *text, unsigned long long *value) {
  char *end;
  if (!isdigit((unsigned char)*text)) return 0;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (errno) return 0;
  unsigned long long factor = 1;
  if (*end == 'b') {
    factor = 512;
    end++;
  } else if (*end == 'c') {
    end++;
  } else if (*end == 'w') {
    factor = 2;
    end++;
  } else if (*end && strchr("kKMGTPE", *end)) {
    const char *letters = "KMGTPE";
    int power = (int)(strchr(letters, toupper((unsigned char)*end)) - letters) + 1;
    end++;
    unsigned base = *end == 'B' ? 1000 : 1024;
    if (*end == 'B') end++;
    else if (end[0] == 'i' && end[1] == 'B') end += 2;
    while (power--) factor *= base;
  }
  if (*end) return 0;
  return !__builtin_mul_overflow(number, factor, value);
}

void human_size(unsigned long long bytes, char text[8]) {
  if (bytes < 1024) {
    sprintf(text, "%llu", bytes);
    return;
  }
  int unit = 0;
  unsigned long long scale = 1024;
  while (bytes / scale >= 1024 && unit < 5) {
    scale *= 1024;
    unit++;
  }
  /* Tenths below ten, whole units above, both rounded up; rounding may reach the next unit. */
  unsigned long long whole = bytes / scale, rest = bytes % scale;
  unsigned long long tenths =
      whole * 10 + (unsigned long long)(((rest >> unit * 10) * 10 + ((rest & ((scale >> 10) - 1)) != 0) + 1023) / 1024);
  if (tenths < 100) {
    sprintf(text, "%llu.%llu%c", tenths / 10, tenths % 10, "KMGTPE"[unit]);
    return;
  }
  whole += rest != 0;
  if (whole >= 1024 && unit < 5) sprintf(text, "1.0%c", "KMGTPE"[unit + 1]);
  else sprintf(text, "%llu%c", whole, "KMGTPE"[unit]);
}

int terminal_width(int fd) {
  struct winsize window;
  const char *columns = getenv("COLUMNS");
  if (columns && atoi(columns) > 0) return atoi(columns);
  return ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col ? window.ws_col : 80;
}

int answered_yes(void) {
  int first = getchar();
  for (int c = first; c != '\n' && c != EOF;) c = getchar();
  return first == 'y' || first == 'Y';
}
