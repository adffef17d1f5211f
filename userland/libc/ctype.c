/* Character classes of the C locale. (ISO C 7.4) */
#include <ctype.h>
#include <string.h>

int isdigit(int c) {
  return (unsigned)c - '0' < 10;
}

int islower(int c) {
  return (unsigned)c - 'a' < 26;
}

int isupper(int c) {
  return (unsigned)c - 'A' < 26;
}

int isalpha(int c) {
  return ((unsigned)c | 32) - 'a' < 26;
}

int isalnum(int c) {
  return isalpha(c) || isdigit(c);
}

int isblank(int c) {
  return c == ' ' || c == '\t';
}

int iscntrl(int c) {
  return (unsigned)c < 32 || c == 127;
}

int isgraph(int c) {
  return (unsigned)c - 33 < 94;
}

int isprint(int c) {
  return (unsigned)c - 32 < 95;
}

int ispunct(int c) {
  return isgraph(c) && !isalnum(c);
}

int isspace(int c) {
  return c == ' ' || (unsigned)c - '\t' < 5;
}

int isxdigit(int c) {
  return isdigit(c) || ((unsigned)c | 32) - 'a' < 6;
}

int tolower(int c) {
  return isupper(c) ? c + 32 : c;
}

int toupper(int c) {
  return islower(c) ? c - 32 : c;
}

static const struct {
  const char *name;
  int (*test)(int);
} classes[] = {
    {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
    {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
    {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

int (*__class_named(const char *name, int length))(int) {
  for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
    if ((int)strlen(classes[i].name) == length && strncmp(name, classes[i].name, (size_t)length) == 0)
      return classes[i].test;
  return 0;
}
