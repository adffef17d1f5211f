/* cut: parts of lines. (POSIX cut; --complement and --output-delimiter of GNU) */
#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: cut {-b LIST | -c LIST | -f LIST} [-d CHAR] [-nsz] [--complement] [--output-delimiter=STRING] [FILE]...\n"
    "Print parts of lines: bytes or characters (-b, -c), or fields (-f) that CHAR ends.\n"
    "  LIST is N, N-, N-M, -M, joined by commas   -s  no lines without CHAR\n";

struct range {
  unsigned long from, to;
};
static struct range *ranges;
static size_t range_count;
static int by_fields, only_delimited, complement, delimiter = '\t', line_end = '\n';
/* Between parts; of no length for bytes unless it is given. */
static const char *between;
static size_t between_length;

static void add_range(unsigned long from, unsigned long to) {
  ranges = must_realloc(ranges, (range_count + 1) * sizeof *ranges);
  ranges[range_count++] = (struct range){from, to};
}

static _Noreturn void bad_list(const char *message) {
  complain("%s", message);
  usage_error(1);
}

static void parse_list(const char *list) {
  for (;;) {
    char *end;
    unsigned long from = 1, to;
    int have_from = isdigit((unsigned char)*list);
    const char *start = list;
    if (have_from) {
      from = strtoul(list, &end, 10);
      list = end;
      if (from == 0)
        bad_list(by_fields ? "fields are numbered from 1" : "byte/character positions are numbered from 1");
    }
    to = from;
    if (*list == '-') {
      list++;
      to = ULONG_MAX;
      if (isdigit((unsigned char)*list)) {
        to = strtoul(list, &end, 10);
        list = end;
      } else if (!have_from) {
        bad_list("invalid range with no endpoint: -");
      }
      if (to < from) bad_list("invalid decreasing range");
    } else if (!have_from) {
      if (!*start || *start == ',')
        bad_list(by_fields ? "fields are numbered from 1" : "byte/character positions are numbered from 1");
      bad_list(must_format("invalid %s value %s", by_fields ? "field" : "byte or character", quoted(start)));
    }
    add_range(from, to);
    if (!*list) break;
    if (*list != ',' && !isblank((unsigned char)*list))
      bad_list(must_format("invalid %s value %s", by_fields ? "field" : "byte/character position", quoted(start)));
    list++;
  }
}

static int compare(const void *a, const void *b) {
  const struct range *x = a, *y = b;
  return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorts and joins the ranges, so that one look forward decides. */
static void normalize(void) {
  qsort(ranges, range_count, sizeof *ranges, compare);
  size_t kept = 0;
  for (size_t i = 1; i < range_count; i++) {
    if (ranges[i].from <= ranges[kept].to) {
      if (ranges[i].to > ranges[kept].to) ranges[kept].to = ranges[i].to;
    } else {
      ranges[++kept] = ranges[i];
    }
  }
  range_count = kept + 1;
  if (!complement) return;
  struct range *old = ranges;
  size_t old_count = range_count;
  ranges = 0;
  range_count = 0;
  unsigned long next = 1;
  for (size_t i = 0; i < old_count; i++) {
    if (old[i].from > next) add_range(next, old[i].from - 1);
    if (old[i].to == ULONG_MAX) return;
    next = old[i].to + 1;
  }
  add_range(next, ULONG_MAX);
}

static void cut_bytes(const char *line, size_t length) {
  for (size_t i = 0; i < range_count && ranges[i].from <= length; i++) {
    if (i > 0) fwrite(between, 1, between_length, stdout);
    size_t to = ranges[i].to < length ? ranges[i].to : length;
    fwrite(line + ranges[i].from - 1, 1, to - ranges[i].from + 1, stdout);
  }
  putchar(line_end);
}

static void cut_fields(const char *line, size_t length, int is_delimited) {
  const char *end = line + length, *at = line;
  if (!is_delimited) {
    if (only_delimited) return;
    fwrite(line, 1, length, stdout);
    putchar(line_end);
    return;
  }
  size_t range = 0;
  int printed = 0;
  for (unsigned long field = 1; at <= end && range < range_count; field++) {
    const char *stop = memchr(at, delimiter, (size_t)(end - at));
    if (!stop) stop = end;
    if (field >= ranges[range].from) {
      if (printed) fwrite(between, 1, between_length, stdout);
      fwrite(at, 1, (size_t)(stop - at), stdout);
      printed = 1;
      if (field == ranges[range].to) range++;
    }
    at = stop + 1;
  }
  putchar(line_end);
}

/* Reads up to the next end of a line; all that is there if lines are the fields. */
static ssize_t read_record(char **text, size_t *capacity, FILE *stream) {
  if (!by_fields || delimiter != line_end) return getdelim(text, capacity, line_end, stream);
  size_t length = 0;
  for (size_t got = 1; got; length += got) {
    if (length == *capacity) *text = must_realloc(*text, *capacity = *capacity ? *capacity * 2 : 16384);
    got = fread(*text + length, 1, *capacity - length, stream);
  }
  return length ? (ssize_t)length : -1;
}

static void set_mode(const char *list, int fields) {
  if (range_count) bad_list("only one list may be specified");
  by_fields = fields;
  parse_list(list);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"bytes", 1, 0, 'b'},
                                        {"characters", 1, 0, 'c'},
                                        {"fields", 1, 0, 'f'},
                                        {"delimiter", 1, 0, 'd'},
                                        {"only-delimited", 0, 0, 's'},
                                        {"complement", 0, 0, 'C'},
                                        {"output-delimiter", 1, 0, 'o'},
                                        {"zero-terminated", 0, 0, 'z'},
                                        {0}};
  static const struct command_line line = {"b:c:d:f:nsz", names, help, 1};
  int have_delimiter = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'b':
      case 'c':
      case 'f': set_mode(optarg, letter == 'f'); break;
      case 'd':
        if (*optarg && optarg[1]) bad_list("the delimiter must be a single character");
        delimiter = (unsigned char)*optarg;
        have_delimiter = 1;
        break;
      case 's': only_delimited = 1; break;
      case 'z': line_end = 0; break;
      case 'C': complement = 1; break;
      case 'o':
        between = optarg;
        /* As GNU's: an empty string stands for NUL. */
        between_length = *optarg ? strlen(optarg) : 1;
        break;
    }
  if (!range_count) bad_list("you must specify a list of bytes, characters, or fields");
  if (!by_fields && have_delimiter) bad_list("an input delimiter may be specified only when operating on fields");
  if (!by_fields && only_delimited)
    bad_list("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
  normalize();
  const char delimiter_text = (char)delimiter;
  if (!between && by_fields) {
    between = &delimiter_text;
    between_length = 1;
  }
  static char *standard_input[] = {"-", 0};
  int status = 0;
  char *text = 0;
  size_t capacity = 0;
  for (char **name = optind < argc ? argv + optind : standard_input; *name; name++) {
    FILE *stream = open_input_stream(*name);
    if (!stream) {
      status = 1;
      continue;
    }
    for (ssize_t length; (length = read_record(&text, &capacity, stream)) > 0;) {
      size_t size = (size_t)length - (text[length - 1] == (char)line_end);
      /* An end of a line that is a delimiter makes even a single field a delimited one. */
      if (by_fields) cut_fields(text, size, memchr(text, delimiter, (size_t)length) != 0);
      else cut_bytes(text, size);
    }
    if (ferror(stream)) {
      complain_errno("%s", quoted_if_needed(*name));
      status = 1;
    }
    close_input_stream(stream);
  }
  return finish(status);
}
