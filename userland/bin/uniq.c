/* uniq: one of several equal lines in a row. (POSIX uniq) */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tool.h>

static const char help[] =
    "Usage: uniq [-cdDiuz] [-f FIELDS] [-s BYTES] [-w BYTES] [INPUT [OUTPUT]]\nPrint one of equal lines that follow each other.\n"
    "  -c  with how many   -d  only repeated ones   -D  all repeated ones   -u  only those not repeated   -i  blind to case\n";

static unsigned long long skip_fields, skip_bytes, limit = ~0ULL;
static int fold_case, show_count, show_unique = 1, show_repeated = 1, show_all, delimiter = '\n';

struct line {
  char *text;
  size_t capacity;
  /* Without the delimiter. */
  size_t length;
};

static int read_line(struct line *line, FILE *stream) {
  ssize_t length = getdelim(&line->text, &line->capacity, delimiter, stream);
  if (length < 0) return 0;
  line->length = (size_t)length - (line->text[length - 1] == (char)delimiter);
  return 1;
}

static void find_key(const struct line *line, const char **key, size_t *size) {
  size_t at = 0;
  for (unsigned long long i = 0; i < skip_fields && at < line->length; i++) {
    while (at < line->length && isblank((unsigned char)line->text[at])) at++;
    while (at < line->length && !isblank((unsigned char)line->text[at])) at++;
  }
  at = skip_bytes < line->length - at ? at + (size_t)skip_bytes : line->length;
  *key = line->text + at;
  *size = line->length - at < limit ? line->length - at : (size_t)limit;
}

static int same(const struct line *a, const struct line *b) {
  const char *left, *right;
  size_t left_size, right_size;
  find_key(a, &left, &left_size);
  find_key(b, &right, &right_size);
  if (left_size != right_size) return 0;
  return (fold_case ? strncasecmp(left, right, left_size) : memcmp(left, right, left_size)) == 0;
}

static void print(const struct line *line, unsigned long long count) {
  if (count == 1 ? !show_unique : !show_repeated) return;
  if (show_count) printf("%7llu ", count);
  fwrite(line->text, 1, line->length, stdout);
  putchar(delimiter);
}

static unsigned long long number(const char *text, const char *what) {
  char *end;
  unsigned long long value = strtoull(text, &end, 10);
  if (*end || end == text || !isdigit((unsigned char)*text))
    die(1, "%s: invalid number of %s", quoted_if_needed(text), what);
  return value;
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"count", 0, 0, 'c'},       {"repeated", 0, 0, 'd'},        {"unique", 0, 0, 'u'},
      {"ignore-case", 0, 0, 'i'}, {"skip-fields", 1, 0, 'f'},     {"skip-chars", 1, 0, 's'},
      {"check-chars", 1, 0, 'w'}, {"zero-terminated", 0, 0, 'z'}, {0}};
  static const struct command_line line = {"cdDf:is:uw:z", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'c': show_count = 1; break;
      case 'd': show_unique = 0; break;
      case 'D': show_all = 1; break;
      case 'u': show_repeated = 0; break;
      case 'i': fold_case = 1; break;
      case 'z': delimiter = 0; break;
      case 'f': skip_fields = number(optarg, "fields to skip"); break;
      case 's': skip_bytes = number(optarg, "bytes to skip"); break;
      case 'w': limit = number(optarg, "bytes to compare"); break;
    }
  if (argc - optind > 2) {
    complain("extra operand %s", quoted(argv[optind + 2]));
    usage_error(1);
  }
  FILE *input = optind < argc ? open_input_stream(argv[optind]) : stdin;
  if (!input) return 1;
  if (argc - optind == 2 && strcmp(argv[optind + 1], "-") && !freopen(argv[optind + 1], "w", stdout))
    die_errno(1, "%s", quoted_if_needed(argv[optind + 1]));
  struct line lines[2] = {0}, *previous = &lines[0], *current = &lines[1];
  unsigned long long count = 0;
  while (read_line(current, input)) {
    int repeated = count > 0 && same(previous, current);
    if (show_all && repeated) {
      if (count == 1) print(previous, 2);
      print(current, 2);
    }
    if (count > 0 && !repeated && !show_all) print(previous, count);
    /* The first of equal lines is the one to print. */
    if (repeated) {
      count++;
      continue;
    }
    count = 1;
    struct line *swap = previous;
    previous = current;
    current = swap;
  }
  if (count > 0 && !show_all) print(previous, count);
  if (ferror(input)) die_errno(1, "error reading %s", quoted(optind < argc ? argv[optind] : "-"));
  return finish(0);
}
