/* Regular expressions, patterns of the shell. */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>

int main(void) {
  static const struct {
    const char *pattern, *text;
    int flags;
  } cases[] = {
      {"a*", "baaa", 0},
      {"a\\+", "baaa", 0},
      {"\\(a*\\)b\\1", "aabaab", 0},
      {"^\\(.*\\)-\\(.*\\)$", "left-mid-right", 0},
      {"a\\{2,3\\}", "aaaa", 0},
      {"[[:alpha:]_][[:alnum:]_]*", "9 foo_1", 0},
      {"(foo|foobar)(bar)?", "foobarbar", REG_EXTENDED},
      {"(a|ab)(c|bcd)", "abcd", REG_EXTENDED},
      {"x*", "aaa", REG_EXTENDED},
      {"(a+)(b+)?", "caab", REG_EXTENDED},
      {"^$", "", REG_EXTENDED},
      {"([0-9]+)\\.([0-9]+)", "v12.34", REG_EXTENDED},
      {"(a*)*", "b", REG_EXTENDED},
      {"(a*)+", "aab", REG_EXTENDED},
      {"a{0}b", "ab", REG_EXTENDED},
      {"(ab){2}", "ababab", REG_EXTENDED},
      {"HeLLo", "say hello", REG_ICASE},
      {"[^A-C]+", "ABCdefABC", REG_EXTENDED | REG_ICASE},
      {"^b", "a\nb", REG_NEWLINE},
      {"a.b", "a\nb", REG_NEWLINE},
      {"a$", "a\nb", REG_NEWLINE},
      {"[]x]+", "a]x]", REG_EXTENDED},
      {"[a-]+", "b-a-", REG_EXTENDED},
      {"a\\|b", "xb", 0},
      {"\\<w", "a w", 0},
      {"d\\>", "dd d", 0},
      {"(.)(.)\\2\\1", "xabbay", REG_EXTENDED},
      {"((a)(b))((c))", "abc", REG_EXTENDED},
      {"(a*)*", "aab", REG_EXTENDED},
      {"(a|b*)*c", "abbc", REG_EXTENDED},
      {"*a", "*a", 0},
      {"\\(*a\\)", "x*a", 0},
      {"^*a", "*a", 0},
      {"a^b$c", "a^b$c", 0},
      {"(^a|b$)", "cb", REG_EXTENDED},
      {"[[.a.]-c]+", "xabc", REG_EXTENDED},
      {"[[=b=]]", "abc", REG_EXTENDED},
      {"a{1,2}{2}", "aaaaa", REG_EXTENDED},
      {"\\w+\\s\\W", "ab !", REG_EXTENDED},
      {"x{,2}y", "xxxy", REG_EXTENDED},
      {"(a?)(ab)?", "ab", REG_EXTENDED},
      {"(|a)b", "ab", REG_EXTENDED},
      {"a|b|", "c", REG_EXTENDED},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    regex_t expression;
    regmatch_t matches[4];
    if (regcomp(&expression, cases[i].pattern, cases[i].flags)) {
      printf("%s: bad\n", cases[i].pattern);
      continue;
    }
    int result = regexec(&expression, cases[i].text, 4, matches, 0);
    printf("%s on %s: %d groups %d", cases[i].pattern, cases[i].text, result, (int)expression.re_nsub);
    for (unsigned k = 0; !result && k < 4 && k <= expression.re_nsub; k++)
      printf(" (%d,%d)", (int)matches[k].rm_so, (int)matches[k].rm_eo);
    printf("\n");
    regfree(&expression);
  }
  static const struct {
    const char *pattern, *text;
    int flags;
  } globs[] = {
      {"*.c", "a.c", 0},
      {"*.c", ".c", FNM_PERIOD},
      {"*", ".x", FNM_PERIOD},
      {"?x", ".x", FNM_PERIOD},
      {"[.]x", ".x", FNM_PERIOD},
      {"a*b*c", "aXbYbZc", 0},
      {"a*/b", "a/x/b", FNM_PATHNAME},
      {"a*b", "a/b", FNM_PATHNAME},
      {"*/b", "a/b", FNM_PATHNAME},
      {"[a-c]x", "bx", 0},
      {"[!a-c]x", "bx", 0},
      {"[]a]", "]", 0},
      {"[[:digit:]]*", "5x", 0},
      {"\\*", "*", 0},
      {"\\*", "\\x", FNM_NOESCAPE},
      {"[", "[", 0},
      {"a[", "a[", 0},
      {"", "", 0},
      {"*", "", 0},
      {"**a", "xxa", 0},
      {"[a", "[a", 0},
      {"x[\\]]y", "x]y", 0},
      {"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", 0},
      {"ABC", "abc", FNM_CASEFOLD},
      {"[A-C]", "b", FNM_CASEFOLD},
  };
  for (unsigned i = 0; i < sizeof globs / sizeof *globs; i++)
    printf("%s on %s: %d\n", globs[i].pattern, globs[i].text, fnmatch(globs[i].pattern, globs[i].text, globs[i].flags));
  return 0;
}
