/* The order of names with version numbers in them. (GNU coreutils manual, "Version sort ordering"; Debian
 * policy, 5.6.12) */
#include <ctype.h>
#include <string.h>
#include <tool.h>

struct text {
  const char *at, *end;
};

/* Rank of the next byte outside of numbers: '~', then the end, then a number's begin, letters, all others. */
static int rank(struct text text) {
  if (text.at == text.end) return -1;
  int c = (unsigned char)*text.at;
  return isdigit(c) ? 0 : isalpha(c) ? c : c == '~' ? -2 : c + 256;
}

static int is_digit_next(struct text text) {
  return text.at < text.end && isdigit((unsigned char)*text.at);
}

/* Takes a number; its digits without leading zeros remain in the result. */
static struct text take_number(struct text *text) {
  while (text->at < text->end && *text->at == '0') text->at++;
  struct text digits = {text->at, text->at};
  while (is_digit_next(*text)) digits.end = ++text->at;
  return digits;
}

static int compare_parts(struct text a, struct text b) {
  while (a.at < a.end || b.at < b.end) {
    while ((a.at < a.end && !is_digit_next(a)) || (b.at < b.end && !is_digit_next(b))) {
      int difference = rank(a) - rank(b);
      if (difference) return difference;
      a.at++;
      b.at++;
    }
    struct text x = take_number(&a), y = take_number(&b);
    if (x.end - x.at != y.end - y.at) return x.end - x.at < y.end - y.at ? -1 : 1;
    int difference = memcmp(x.at, y.at, (size_t)(x.end - x.at));
    if (difference) return difference;
  }
  return 0;
}

/* Without suffixes like ".tar.gz": dots, each with a letter or '~' and then letters, digits and '~'. */
static struct text without_suffix(struct text name) {
  const char *cut = name.end;
  for (const char *at = name.end; at > name.at;) {
    const char *dot = at;
    while (dot > name.at && (isalnum((unsigned char)dot[-1]) || dot[-1] == '~')) dot--;
    if (dot == name.at || dot[-1] != '.' || dot == at || isdigit((unsigned char)*dot)) break;
    cut = at = dot - 1;
  }
  return (struct text){name.at, cut};
}

/* Names that come before all others, in this order: empty, ".", "..", hidden ones. */
static int group(struct text name) {
  size_t length = (size_t)(name.end - name.at);
  if (length == 0) return 0;
  if (*name.at != '.') return 4;
  return length == 1 ? 1 : length == 2 && name.at[1] == '.' ? 2 : 3;
}

int compare_versions(const char *a, size_t a_length, const char *b, size_t b_length) {
  struct text x = {a, a + a_length}, y = {b, b + b_length};
  int x_group = group(x), y_group = group(y);
  if (x_group != y_group || x_group < 3) return x_group - y_group;
  int difference = compare_parts(without_suffix(x), without_suffix(y));
  return difference ? difference : compare_parts(x, y);
}
