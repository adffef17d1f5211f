/* echo: its arguments, with -n and -e as GNU's. (POSIX echo, XSI escapes under -e) */
#include <stdio.h>
#include <string.h>
#include <tool.h>

/* Prints with escapes; false after \c. */
static int print_escaped(const char *s) {
  while (*s) {
    if (*s != '\\' || !s[1]) {
      putchar((unsigned char)*s++);
      continue;
    }
    s++;
    int c = read_escape(&s, 1);
    if (c == -1) return 0;
    putchar(c == -2 ? '\\' : c);
  }
  return 1;
}

int main(int argc, char **argv) {
  int newline = 1, escapes = 0, first = 1;
  for (; first < argc && argv[first][0] == '-' && argv[first][1] && !argv[first][1 + strspn(argv[first] + 1, "neE")];
       first++)
    for (const char *letter = argv[first] + 1; *letter; letter++) {
      if (*letter == 'n') newline = 0;
      else escapes = *letter == 'e';
    }
  for (int i = first; i < argc; i++) {
    if (i > first) putchar(' ');
    if (!escapes) fputs(argv[i], stdout);
    else if (!print_escaped(argv[i])) return finish(0);
  }
  if (newline) putchar('\n');
  return finish(0);
}
