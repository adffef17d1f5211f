/* tr: translates, squeezes or deletes bytes. (POSIX tr) */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: tr [-cCdst] SET1 [SET2]\nTranslate, squeeze or delete bytes.\n"
    "  -c, -C  the complement of SET1   -d  delete   -s  one of several equal ones   -t  cut SET1 to SET2's length\n"
    "Sets: a-z, [:class:], [=c=], [c*n], and the escapes of printf.\n";

#define SET_LIMIT 4096
struct set {
  unsigned char bytes[SET_LIMIT];
  int length;
  /* Where "[c*]" stands, to be repeated as needed; -1 if nowhere. */
  int fill;
  /* Number of bytes that come from classes: these may not be a target, except for case. */
  int has_class;
  const char *case_class;
};

static void add(struct set *set, int c) {
  if (set->length < SET_LIMIT) set->bytes[set->length++] = (unsigned char)c;
}

static int read_byte(const char **at) {
  if (**at == '\\' && (*at)[1]) {
    const char *escape = *at + 1;
    int c = *escape == 'x' || *escape == 'e' || *escape == 'c' || *escape == '"' ? -2 : read_escape(&escape, 0);
    if (c >= 0) {
      *at = escape;
      return c;
    }
    (*at)++;
  }
  return (unsigned char)*(*at)++;
}

static int parse_class(const char **at, struct set *set) {
  const char *end = strstr(*at + 2, ":]");
  if (!end) return 0;
  int (*test)(int) = __class_named(*at + 2, (int)(end - *at - 2));
  if (!test) die(1, "invalid character class %s", quoted(must_format("%.*s", (int)(end - *at - 2), *at + 2)));
  for (int c = 0; c < 256; c++)
    if (test(c)) add(set, c);
  set->has_class = 1;
  if (test == isupper || test == islower) set->case_class = test == isupper ? "upper" : "lower";
  *at = end + 2;
  return 1;
}

/* "[c*n]" or "[c*]"; false if it is none. */
static int parse_repeat(const char **at, struct set *set, int is_second) {
  const char *p = *at + 1;
  if (!*p) return 0;
  int c = read_byte(&p);
  if (*p != '*') return 0;
  char *end;
  long count = strtol(p + 1, &end, p[1] == '0' ? 8 : 10);
  if (*end != ']') return 0;
  if (!is_second) die(1, "the [c*] repeat construct may not appear in string1");
  if (count == 0) set->fill = set->length;
  for (long i = 0; i < (count ? count : 1); i++) add(set, c);
  *at = end + 1;
  return 1;
}

static void parse_set(const char *text, struct set *set, int is_second) {
  *set = (struct set){.fill = -1};
  for (const char *at = text; *at;) {
    if (at[0] == '[' && at[1] == ':' && parse_class(&at, set)) continue;
    if (at[0] == '[' && at[1] == '=' && at[2] && at[3] == '=' && at[4] == ']') {
      add(set, (unsigned char)at[2]);
      at += 5;
      continue;
    }
    if (at[0] == '[' && parse_repeat(&at, set, is_second)) continue;
    const char *start = at;
    int from = read_byte(&at), to = from;
    if (at[0] == '-' && at[1]) {
      at++;
      to = read_byte(&at);
      if (to < from)
        die(1, "range-endpoints of '%.*s' are in reverse collating sequence order", (int)(at - start), start);
    }
    for (int c = from; c <= to; c++) add(set, c);
  }
}

static void complement_set(struct set *set) {
  char present[256] = {0};
  for (int i = 0; i < set->length; i++) present[set->bytes[i]] = 1;
  set->length = 0;
  for (int c = 0; c < 256; c++)
    if (!present[c]) add(set, c);
}

/* Makes the second set as long as the first. */
static void extend(struct set *second, int length) {
  if (second->fill >= 0) {
    int missing = length - second->length + 1, tail = second->length - second->fill - 1;
    if (missing > 0) {
      int c = second->bytes[second->fill];
      memmove(second->bytes + second->fill + missing, second->bytes + second->fill + 1, (size_t)tail);
      memset(second->bytes + second->fill, c, (size_t)missing);
      second->length += missing - 1;
    } else {
      memmove(second->bytes + second->fill, second->bytes + second->fill + 1, (size_t)tail);
      second->length--;
    }
  }
  while (second->length && second->length < length) add(second, second->bytes[second->length - 1]);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"complement", 0, 0, 'c'},
                                        {"delete", 0, 0, 'd'},
                                        {"squeeze-repeats", 0, 0, 's'},
                                        {"truncate-set1", 0, 0, 't'},
                                        {0}};
  static const struct command_line line = {"+cCdst", names, help, 1};
  int complement = 0, delete = 0, squeeze = 0, truncate = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    complement |= letter == 'c' || letter == 'C';
    delete |= letter == 'd';
    squeeze |= letter == 's';
    truncate |= letter == 't';
  }
  int sets = argc - optind, least = (delete == squeeze) ? 2 : 1, most = delete && !squeeze ? 1 : 2;
  if (sets < 1) {
    complain("missing operand");
    usage_error(1);
  }
  if (sets < least) {
    complain("missing operand after %s", quoted(argv[optind]));
    fprintf(stderr, "Two strings must be given when %s.\n",
            delete ? "both deleting and squeezing repeats" : "translating");
    usage_error(1);
  }
  if (sets > most) {
    complain("extra operand %s", quoted(argv[optind + most]));
    if (most == 1 && sets == 2)
      fprintf(stderr, "Only one string may be given when deleting without squeezing repeats.\n");
    usage_error(1);
  }
  static struct set first, second;
  parse_set(argv[optind], &first, 0);
  if (sets == 2) parse_set(argv[optind + 1], &second, 1);
  int translate = sets == 2 && !delete;
  if (complement) complement_set(&first);
  if (translate) {
    if (second.has_class && !(second.case_class && first.case_class) && !complement)
      die(1, "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'");
    if (truncate && second.fill < 0 && first.length > second.length) first.length = second.length;
    if (second.length == 0 && first.length > 0) die(1, "when not truncating set1, string2 must be non-empty");
    extend(&second, first.length);
  }
  unsigned char map[256];
  char deleted[256] = {0}, squeezed[256] = {0};
  for (int c = 0; c < 256; c++) map[c] = (unsigned char)c;
  for (int i = 0; i < first.length; i++) {
    if (translate) map[first.bytes[i]] = second.bytes[i];
    if (delete) deleted[first.bytes[i]] = 1;
  }
  const struct set *repeated = sets == 2 ? &second : &first;
  for (int i = 0; squeeze && i < repeated->length; i++) squeezed[repeated->bytes[i]] = 1;
  static unsigned char buffer[65536];
  int last = -1;
  for (ssize_t got; (got = read(STDIN_FILENO, buffer, sizeof buffer)) != 0;) {
    if (got < 0) die_errno(1, "read error");
    size_t size = 0;
    for (ssize_t i = 0; i < got; i++) {
      int c = buffer[i];
      if (deleted[c]) continue;
      c = map[c];
      if (squeezed[c] && c == last) continue;
      last = c;
      buffer[size++] = (unsigned char)c;
    }
    if (!write_all(STDOUT_FILENO, buffer, size)) die_errno(1, "write error");
  }
  return 0;
}
