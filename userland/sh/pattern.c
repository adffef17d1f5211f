/* Pattern matching with one point of return, at the last star; see pattern.h. */
#include "pattern.h"

#include <ctype.h>
#include <string.h>

struct class {
  const char *name;
  int (*contains)(int c);
};

static const struct class classes[] = {
    {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
    {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
    {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

/* Behind "[:name:]" at text, or NULL if none is there. */
static const char *match_class(const char *text, unsigned char c, bool *matched) {
  for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
    size_t length = strlen(classes[i].name);
    if (strncmp(text + 2, classes[i].name, length) != 0 || strncmp(text + 2 + length, ":]", 2) != 0) continue;
    if (classes[i].contains(c)) *matched = true;
    return text + length + 4;
  }
  return NULL;
}

/*
 * Reads an element of a bracket expression: a character, perhaps behind a backslash, or [.c.] or [=c=], which
 * are the character c in the only locale there is. Returns behind it.
 */
static const char *read_element(const char *text, unsigned char *element) {
  bool named = text[0] == '[' && (text[1] == '.' || text[1] == '=') && text[2] && text[3] == text[1] && text[4] == ']';
  if (named) {
    *element = (unsigned char)text[2];
    return text + 5;
  }
  if (*text == '\\' && text[1]) text++;
  *element = (unsigned char)*text;
  return text + 1;
}

/* Behind the bracket expression that begins at text, or NULL if it has no end: then "[" is itself. */
static const char *match_bracket(const char *text, unsigned char c, bool *matched) {
  bool inverted = text[1] == '!' || text[1] == '^';
  bool found = false;
  const char *first = text + 1 + inverted;
  const char *next = first;
  while (*next != ']' || next == first) {
    if (!*next) return NULL;
    if (next[0] == '[' && next[1] == ':') {
      const char *behind = match_class(next, c, &found);
      if (behind) {
        next = behind;
        continue;
      }
    }
    unsigned char low;
    next = read_element(next, &low);
    unsigned char high = low;
    if (next[0] == '-' && next[1] && next[1] != ']') next = read_element(next + 1, &high);
    if (low <= c && c <= high) found = true;
  }
  *matched = found != inverted;
  return next + 1;
}

/* Matches one character; behind its pattern, or NULL. */
static const char *match_one(const char *pattern, char c) {
  switch (*pattern) {
    case 0: return NULL;
    case '?': return pattern + 1;
    case '[': {
      bool matched = false;
      const char *behind = match_bracket(pattern, (unsigned char)c, &matched);
      if (behind) return matched ? behind : NULL;
      return c == '[' ? pattern + 1 : NULL;
    }
    case '\\':
      if (pattern[1]) pattern++;
      break;
    default: break;
  }
  return *pattern == c ? pattern + 1 : NULL;
}

bool pattern_match(const char *pattern, const char *text, size_t length) {
  const char *end = text + length;
  const char *star = NULL;
  const char *retry = NULL;
  while (text < end) {
    if (*pattern == '*') {
      while (*pattern == '*') pattern++;
      if (!*pattern) return true;
      star = pattern;
      retry = text;
      continue;
    }
    const char *behind = match_one(pattern, *text);
    if (behind) {
      pattern = behind;
      text++;
    } else if (star) {
      pattern = star;
      text = ++retry;
    } else return false;
  }
  while (*pattern == '*') pattern++;
  return !*pattern;
}

bool pattern_is_active(const char *pattern) {
  for (; *pattern; pattern++) {
    if (*pattern == '\\' && pattern[1]) pattern++;
    else if (*pattern == '*' || *pattern == '?' || (*pattern == '[' && strchr(pattern, ']'))) return true;
  }
  return false;
}
