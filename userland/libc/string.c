/* Strings. Order and case are those of bytes: the only locale is C. (ISO C 7.24, POSIX <string.h>) */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *stpcpy(char *restrict to, const char *restrict from) {
  size_t length = strlen(from);
  memcpy(to, from, length + 1);
  return to + length;
}

char *strcpy(char *restrict to, const char *restrict from) {
  stpcpy(to, from);
  return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t size) {
  size_t length = strnlen(from, size);
  memcpy(to, from, length);
  memset(to + length, 0, size - length);
  return to;
}

size_t strlcpy(char *restrict to, const char *restrict from, size_t size) {
  size_t length = strlen(from);
  if (size) {
    size_t copied = length < size ? length : size - 1;
    memcpy(to, from, copied);
    to[copied] = 0;
  }
  return length;
}

char *strcat(char *restrict to, const char *restrict from) {
  stpcpy(to + strlen(to), from);
  return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t size) {
  char *end = to + strlen(to);
  size_t length = strnlen(from, size);
  memcpy(end, from, length);
  end[length] = 0;
  return to;
}

int strcmp(const char *a, const char *b) {
  for (; *a && *a == *b; a++, b++) continue;
  return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size) {
  for (; size && *a && *a == *b; a++, b++, size--) continue;
  return size ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strcasecmp(const char *a, const char *b) {
  for (; *a && tolower((unsigned char)*a) == tolower((unsigned char)*b); a++, b++) continue;
  return tolower((unsigned char)*a) - tolower((unsigned char)*b);
}

int strncasecmp(const char *a, const char *b, size_t size) {
  for (; size && *a && tolower((unsigned char)*a) == tolower((unsigned char)*b); a++, b++, size--) continue;
  return size ? tolower((unsigned char)*a) - tolower((unsigned char)*b) : 0;
}

int strcoll(const char *a, const char *b) {
  return strcmp(a, b);
}

char *strchrnul(const char *s, int c) {
  while (*s && *s != (char)c) s++;
  return (char *)s;
}

char *strchr(const char *s, int c) {
  s = strchrnul(s, c);
  return *s == (char)c ? (char *)s : 0;
}

char *strrchr(const char *s, int c) {
  return memrchr(s, c, strlen(s) + 1);
}

char *strstr(const char *s, const char *needle) {
  return memmem(s, strlen(s), needle, strlen(needle));
}

size_t strspn(const char *s, const char *accept) {
  size_t length = 0;
  while (s[length] && strchr(accept, s[length])) length++;
  return length;
}

size_t strcspn(const char *s, const char *reject) {
  size_t length = 0;
  while (s[length] && !strchr(reject, s[length])) length++;
  return length;
}

char *strpbrk(const char *s, const char *accept) {
  s += strcspn(s, accept);
  return *s ? (char *)s : 0;
}

char *strsep(char **s, const char *separators) {
  char *start = *s;
  if (!start) return 0;
  char *end = start + strcspn(start, separators);
  *s = *end ? end + 1 : 0;
  *end = 0;
  return start;
}

char *strtok_r(char *restrict s, const char *restrict separators, char **restrict state) {
  if (!s) s = *state;
  if (!s) return 0;
  s += strspn(s, separators);
  *state = s;
  return *s ? strsep(state, separators) : 0;
}

char *strtok(char *restrict s, const char *restrict separators) {
  static char *state;
  return strtok_r(s, separators, &state);
}

char *strndup(const char *s, size_t size) {
  size_t length = strnlen(s, size);
  char *copy = malloc(length + 1);
  if (!copy) return 0;
  memcpy(copy, s, length);
  copy[length] = 0;
  return copy;
}

char *strdup(const char *s) {
  return strndup(s, (size_t)-1 >> 1);
}

int ffs(int value) {
  return __builtin_ffs(value);
}
