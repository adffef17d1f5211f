/* Shell patterns. (POSIX 2.13, fnmatch) */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

static int fold(int c, int flags) {
  return flags & FNM_CASEFOLD ? tolower(c) : c;
}

/*
 * Matches c with the bracket expression after its '['. Returns what follows the ']', or a null pointer if there is no
 * complete bracket; *matched tells the result.
 */
static const char *match_bracket(const char *pattern, int c, int flags, int *matched) {
  int negated = *pattern == '!' || *pattern == '^', found = 0;
  if (negated) pattern++;
  const char *start = pattern;
  while (*pattern != ']' || pattern == start) {
    if (!*pattern || (*pattern == '/' && flags & FNM_PATHNAME)) return 0;
    if (pattern[0] == '[' && pattern[1] == ':') {
      const char *end = strstr(pattern + 2, ":]");
      int (*class)(int) = end ? __class_named(pattern + 2, (int)(end - pattern - 2)) : 0;
      if (class) {
        if (class(c) || (flags & FNM_CASEFOLD && (class(tolower(c)) || class(toupper(c))))) found = 1;
        pattern = end + 2;
        continue;
      }
    }
    if (*pattern == '\\' && !(flags & FNM_NOESCAPE) && pattern[1]) pattern++;
    int from = (unsigned char)*pattern++, to = from;
    if (pattern[0] == '-' && pattern[1] && pattern[1] != ']') {
      pattern++;
      if (*pattern == '\\' && !(flags & FNM_NOESCAPE) && pattern[1]) pattern++;
      to = (unsigned char)*pattern++;
    }
    if (c >= from && c <= to) found = 1;
    if (flags & FNM_CASEFOLD && ((tolower(c) >= from && tolower(c) <= to) || (toupper(c) >= from && toupper(c) <= to)))
      found = 1;
  }
  *matched = found != negated;
  return pattern + 1;
}

/* A period that only an explicit period matches. */
static int hidden(const char *string, const char *start, int flags) {
  return *string == '.' && flags & FNM_PERIOD && (string == start || (flags & FNM_PATHNAME && string[-1] == '/'));
}

int fnmatch(const char *pattern, const char *string, int flags) {
  const char *start = string;
  /* After a mismatch the last star takes one byte more; earlier stars need not be tried again. */
  const char *star_pattern = 0, *star_string = 0;
  for (;;) {
    const char *next = 0;
    int c = (unsigned char)*string, matched = 0;
    switch (*pattern) {
      case 0:
        if (!c) return 0;
        break;
      case '?':
        matched = c && !hidden(string, start, flags) && !(c == '/' && flags & FNM_PATHNAME);
        next = pattern + 1;
        break;
      case '*':
        if (hidden(string, start, flags)) return FNM_NOMATCH;
        star_pattern = ++pattern;
        star_string = string;
        continue;
      case '[':
        next = c ? match_bracket(pattern + 1, c, flags, &matched) : 0;
        if (next) {
          if (hidden(string, start, flags) || (c == '/' && flags & FNM_PATHNAME)) matched = 0;
          break;
        }
        matched = c == '[';
        next = pattern + 1;
        break;
      case '\\':
        if (!(flags & FNM_NOESCAPE) && pattern[1]) pattern++;
        /* fall through */
      default: matched = c && fold((unsigned char)*pattern, flags) == fold(c, flags); next = pattern + 1;
    }
    if (matched) {
      pattern = next;
      string++;
      continue;
    }
    if (!star_pattern || !*star_string || (*star_string == '/' && flags & FNM_PATHNAME)) return FNM_NOMATCH;
    pattern = star_pattern;
    string = ++star_string;
  }
}
