/* sort: sorts, merges or checks lines by keys. (POSIX sort; -g -h -M -V -s -z as in GNU) */
#include <ctype.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tool.h>

static const char help[] =
    "Usage: sort [-bcCdfghiMmnrsuVz] [-k KEY]... [-o FILE] [-t CHAR] [FILE]...\nSort lines.\n"
    "  -k F[.C][OPTS][,F[.C][OPTS]]  key from one field (and byte) to another   -t CHAR  fields end at CHAR\n"
    "  -n  by number  -g  by floating number  -h  by 2K, 1G  -M  by month  -V  by version  -r  backward\n"
    "  -f  upper case as lower  -d  only letters, digits, blanks\n"
    "  -b  ignore leading blanks  -i  ignore unprintable bytes  -u  only one of equal lines  -s  stable\n"
    "  -c, -C  check only  -m  merge sorted files  -o FILE  output  -z  lines end with NUL\n";

struct order {
  int numeric, floating, human, month, version, reverse, fold, dictionary, printable, skip_blanks, skip_end_blanks;
};
struct key {
  /* Field and byte, from 0; an end field of -1 is the end of the line, an end byte of 0 the end of its field. */
  long start_field, start_byte, end_field, end_byte;
  struct order order;
  struct key *next;
};
struct line {
  char *text;
  size_t length;
};

static struct key *keys;
static struct order global;
static int unique, stable, delimiter = '\n', separator = -1;

static int is_plain(const struct order *order) {
  return !order->numeric && !order->floating && !order->human && !order->month && !order->version && !order->reverse &&
         !order->fold && !order->dictionary && !order->printable && !order->skip_blanks && !order->skip_end_blanks;
}

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && isblank((unsigned char)*at)) at++;
  return at;
}

/* Start of field n (from 0). Without a separator a field begins with the blanks before it. */
static const char *field_start(const char *at, const char *end, long n) {
  for (; n > 0 && at < end; n--) {
    if (separator >= 0) {
      const char *found = memchr(at, separator, (size_t)(end - at));
      at = found ? found + 1 : end;
    } else {
      at = skip_blanks(at, end);
      while (at < end && !isblank((unsigned char)*at)) at++;
    }
  }
  return at;
}

static const char *field_end(const char *at, const char *end) {
  if (separator >= 0) {
    const char *found = memchr(at, separator, (size_t)(end - at));
    return found ? found : end;
  }
  at = skip_blanks(at, end);
  while (at < end && !isblank((unsigned char)*at)) at++;
  return at;
}

static void find_key(const struct line *line, const struct key *key, const char **from, const char **to) {
  const char *end = line->text + line->length;
  const char *start = field_start(line->text, end, key->start_field);
  if (key->order.skip_blanks) start = skip_blanks(start, end);
  start = end - start < key->start_byte ? end : start + key->start_byte;
  const char *stop = end;
  if (key->end_field >= 0) {
    stop = field_start(line->text, end, key->end_field);
    if (key->end_byte == 0) {
      stop = field_end(stop, end);
    } else {
      if (key->order.skip_end_blanks) stop = skip_blanks(stop, end);
      stop = end - stop < key->end_byte ? end : stop + key->end_byte;
    }
  }
  *from = start;
  *to = stop < start ? start : stop;
}

/* Digits are compared as text, so that numbers may have any length. */
static int compare_numbers(const char *a, const char *a_end, const char *b, const char *b_end) {
  a = skip_blanks(a, a_end);
  b = skip_blanks(b, b_end);
  int a_minus = a < a_end && *a == '-', b_minus = b < b_end && *b == '-';
  a += a_minus;
  b += b_minus;
  while (a < a_end && *a == '0') a++;
  while (b < b_end && *b == '0') b++;
  const char *a_digits = a, *b_digits = b;
  while (a < a_end && isdigit((unsigned char)*a)) a++;
  while (b < b_end && isdigit((unsigned char)*b)) b++;
  long a_count = a - a_digits, b_count = b - b_digits;
  int order = a_count != b_count ? (a_count < b_count ? -1 : 1) : memcmp(a_digits, b_digits, (size_t)a_count);
  int a_zero = a_count == 0, b_zero = b_count == 0;
  const char *a_point = a < a_end && *a == '.' ? a + 1 : a_end, *b_point = b < b_end && *b == '.' ? b + 1 : b_end;
  int fraction = 0;
  for (;;) {
    int x = a_point < a_end && isdigit((unsigned char)*a_point) ? *a_point++ : 0,
        y = b_point < b_end && isdigit((unsigned char)*b_point) ? *b_point++ : 0;
    if (!x && !y) break;
    if (x > '0') a_zero = 0;
    if (y > '0') b_zero = 0;
    if (!fraction) fraction = (x ? x : '0') - (y ? y : '0');
  }
  if (order == 0) order = fraction;
  if (a_zero) a_minus = 0;
  if (b_zero) b_minus = 0;
  if (a_minus != b_minus) return a_minus ? -1 : 1;
  return a_minus ? -order : order;
}

static int suffix_power(const char *at, const char *end) {
  at = skip_blanks(at, end);
  if (at < end && *at == '-') at++;
  int digits = 0;
  for (; at < end && (isdigit((unsigned char)*at) || *at == '.'); at++) digits |= *at > '0';
  const char *found = at < end && *at ? strchr("KMGTPEZY", *at == 'k' ? 'K' : *at) : 0;
  return digits && found ? (int)(found - "KMGTPEZY") + 1 : 0;
}

static int is_negative(const char *at, const char *end) {
  at = skip_blanks(at, end);
  return at < end && *at == '-';
}

static int compare_human(const char *a, const char *a_end, const char *b, const char *b_end) {
  int x = suffix_power(a, a_end), y = suffix_power(b, b_end);
  if (is_negative(a, a_end)) x = -x;
  if (is_negative(b, b_end)) y = -y;
  return x != y ? x - y : compare_numbers(a, a_end, b, b_end);
}

static long double float_value(const char *at, const char *end, int *is_number) {
  char text[400], *stop;
  size_t length = (size_t)(end - at) < sizeof text - 1 ? (size_t)(end - at) : sizeof text - 1;
  memcpy(text, at, length);
  text[length] = 0;
  long double value = strtold(text, &stop);
  *is_number = stop != text;
  return value;
}

/* What is no number comes before NaN, and that before all others. */
static int compare_floats(const char *a, const char *a_end, const char *b, const char *b_end) {
  int a_number, b_number;
  long double x = float_value(a, a_end, &a_number), y = float_value(b, b_end, &b_number);
  if (a_number != b_number || !a_number) return a_number - b_number;
  if (isnan(x) || isnan(y)) {
    if (!isnan(x) || !isnan(y)) return isnan(y) - isnan(x);
    return signbit(x) == signbit(y) ? 0 : signbit(x) ? 1 : -1;
  }
  return x < y ? -1 : x > y;
}

/* 1 to 12, or 0 for what does not begin with a month's name. */
static int month_number(const char *at, const char *end) {
  static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  at = skip_blanks(at, end);
  for (int month = 0; end - at >= 3 && month < 12; month++)
    if (strncasecmp(at, names + month * 3, 3) == 0) return month + 1;
  return 0;
}

static int counts(int c, const struct order *order) {
  if (order->dictionary && !isalnum(c) && !isblank(c)) return 0;
  return !order->printable || isprint(c);
}

static int compare_text(const char *a, const char *a_end, const char *b, const char *b_end, const struct order *order) {
  if (!order->fold && !order->dictionary && !order->printable) {
    size_t a_length = (size_t)(a_end - a), b_length = (size_t)(b_end - b);
    int result = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return result ? result : a_length < b_length ? -1 : a_length > b_length;
  }
  for (;; a++, b++) {
    while (a < a_end && !counts((unsigned char)*a, order)) a++;
    while (b < b_end && !counts((unsigned char)*b, order)) b++;
    if (a == a_end || b == b_end) return (a < a_end) - (b < b_end);
    int x = (unsigned char)*a, y = (unsigned char)*b;
    if (order->fold) {
      x = toupper(x);
      y = toupper(y);
    }
    if (x != y) return x - y;
  }
}

static int compare_keys(const struct line *a, const struct line *b) {
  for (const struct key *key = keys; key; key = key->next) {
    const char *a_from, *a_to, *b_from, *b_to;
    find_key(a, key, &a_from, &a_to);
    find_key(b, key, &b_from, &b_to);
    const struct order *order = &key->order;
    int result = order->numeric    ? compare_numbers(a_from, a_to, b_from, b_to)
                 : order->human    ? compare_human(a_from, a_to, b_from, b_to)
                 : order->floating ? compare_floats(a_from, a_to, b_from, b_to)
                 : order->month    ? month_number(a_from, a_to) - month_number(b_from, b_to)
                 : order->version  ? compare_versions(a_from, (size_t)(a_to - a_from), b_from, (size_t)(b_to - b_from))
                                   : compare_text(a_from, a_to, b_from, b_to, order);
    if (result) return order->reverse ? -result : result;
  }
  return 0;
}

static int compare(const void *left, const void *right) {
  static const struct order bytes;
  const struct line *a = left, *b = right;
  int result = keys ? compare_keys(a, b) : 0;
  if (result || (keys && (unique || stable))) return result;
  result = compare_text(a->text, a->text + a->length, b->text, b->text + b->length, &bytes);
  return global.reverse ? -result : result;
}

/* Sets the order named by a letter; false if it names none. */
static int set_order(struct order *order, char letter, int at_end) {
  switch (letter) {
    case 'n': order->numeric = 1; break;
    case 'g': order->floating = 1; break;
    case 'h': order->human = 1; break;
    case 'M': order->month = 1; break;
    case 'V': order->version = 1; break;
    case 'r': order->reverse = 1; break;
    case 'f': order->fold = 1; break;
    case 'd': order->dictionary = 1; break;
    case 'i': order->printable = 1; break;
    case 'b': at_end ? (order->skip_end_blanks = 1) : (order->skip_blanks = 1); break;
    default: return 0;
  }
  return 1;
}

static void bad_key(const char *what, const char *text) {
  die(2, "%s: invalid field specification %s", what, quoted(text));
}

static void add_key(const char *text) {
  struct key *key = must_malloc(sizeof *key), **last = &keys;
  *key = (struct key){.end_field = -1};
  char *at;
  key->start_field = strtol(text, &at, 10);
  if (key->start_field <= 0) {
    if (at == text) die(2, "invalid number at field start: invalid count at start of %s", quoted(text));
    bad_key("field number is zero", text);
  }
  key->start_field--;
  if (*at == '.') {
    char *start = at + 1;
    key->start_byte = strtol(start, &at, 10);
    if (key->start_byte <= 0) bad_key("character offset is zero", text);
    key->start_byte--;
  }
  while (set_order(&key->order, *at, 0)) at++;
  if (*at == ',') {
    char *start = at + 1;
    key->end_field = strtol(start, &at, 10);
    if (key->end_field <= 0) {
      if (at == start) die(2, "invalid number after ',': invalid count at start of %s", quoted(start));
      bad_key("field number is zero", text);
    }
    key->end_field--;
    if (*at == '.') {
      start = at + 1;
      key->end_byte = strtol(start, &at, 10);
    }
    while (set_order(&key->order, *at, 1)) at++;
  }
  if (*at) bad_key("stray character in field spec", text);
  while (*last) last = &(*last)->next;
  *last = key;
}

/* Orders of different kinds for one key contradict each other. */
static void check_order(const struct order *order) {
  int ignores = order->dictionary || order->printable;
  if (order->numeric + order->floating + order->human + order->month + (order->version || ignores) < 2) return;
  const struct {
    int is_set;
    char letter;
  } all[] = {{order->dictionary, 'd'}, {order->floating, 'g'},
             {order->human, 'h'},      {order->printable && !order->dictionary, 'i'},
             {order->month, 'M'},      {order->numeric, 'n'},
             {order->version, 'V'}};
  char letters[8], *to = letters;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].is_set) *to++ = all[i].letter;
  *to = 0;
  die(2, "options '-%s' are incompatible", letters);
}

static struct line *lines;
static size_t line_count;

static void add_lines(char *text, size_t length) {
  for (char *at = text, *end = text + length; at < end;) {
    char *stop = memchr(at, delimiter, (size_t)(end - at));
    if (!stop) stop = end;
    if ((line_count & (line_count - 1)) == 0)
      lines = must_realloc(lines, (line_count ? line_count * 2 : 64) * sizeof *lines);
    lines[line_count++] = (struct line){at, (size_t)(stop - at)};
    at = stop + 1;
  }
}

/* A file as a whole: the lines point into it. */
static void read_file(const char *name) {
  FILE *stream = strcmp(name, "-") ? fopen(name, "r") : stdin;
  if (!stream) die_errno(2, "cannot read: %s", quoted_if_needed(name));
  char *text = 0;
  size_t length = 0, capacity = 0;
  for (size_t got = 1; got; length += got) {
    if (length == capacity) text = must_realloc(text, capacity = capacity ? capacity * 2 : 16384);
    got = fread(text + length, 1, capacity - length, stream);
  }
  if (ferror(stream)) die_errno(2, "read failed: %s", quoted_if_needed(name));
  close_input_stream(stream);
  if (length) add_lines(text, length);
}

static int check(const char *name, int silent) {
  for (size_t i = 1; i < line_count; i++) {
    int order = compare(&lines[i - 1], &lines[i]);
    if (order < 0 || (order == 0 && !unique)) continue;
    if (!silent) complain("%s:%zu: disorder: %.*s", name, i + 1, (int)lines[i].length, lines[i].text);
    return 1;
  }
  return 0;
}

/* Takes the least first line of the files again and again; ends[i] is where file i's lines end. */
static void merge(const size_t *ends, int files) {
  struct line *merged = must_malloc((line_count + 1) * sizeof *merged);
  size_t *next = must_malloc((size_t)(files + 1) * sizeof *next);
  for (int i = 0; i < files; i++) next[i] = i ? ends[i - 1] : 0;
  for (size_t k = 0; files && k < line_count; k++) {
    int least = -1;
    for (int i = 0; i < files; i++)
      if (next[i] < ends[i] && (least < 0 || compare(&lines[next[i]], &lines[next[least]]) < 0)) least = i;
    merged[k] = lines[next[least]++];
  }
  if (files) lines = merged;
}

static void write_lines(FILE *stream) {
  for (size_t i = 0; i < line_count; i++) {
    int same = i > 0 && (keys ? compare_keys(&lines[i - 1], &lines[i]) == 0 : compare(&lines[i - 1], &lines[i]) == 0);
    if (unique && same) {
      lines[i] = lines[i - 1];
      continue;
    }
    fwrite(lines[i].text, 1, lines[i].length, stream);
    putc(delimiter, stream);
  }
}

static int parse_separator(const char *text) {
  if (strcmp(text, "\\0") == 0) return 0;
  if (!*text) die(2, "empty tab");
  if (text[1]) die(2, "multi-character tab %s", quoted(text));
  return (unsigned char)*text;
}

/* The letter of a word in a table; the table ends with null. */
struct choice {
  const char *word;
  char letter;
};

static char choose(const char *word, const struct choice *choices, const char *option) {
  for (; choices->word; choices++)
    if (strcmp(word, choices->word) == 0) return choices->letter;
  complain("invalid argument %s for %s", quoted(word), quoted(option));
  usage_error(2);
}

int main(int argc, char **argv) {
  enum { LONG_SORT = 256, LONG_CHECK };
  static const struct choice orders[] = {{"general-numeric", 'g'}, {"human-numeric", 'h'}, {"month", 'M'},
                                         {"numeric", 'n'},         {"version", 'V'},       {0}};
  static const struct choice checks[] = {{"quiet", 'C'}, {"silent", 'C'}, {"diagnose-first", 'c'}, {0}};
  static const struct option names[] = {{"numeric-sort", 0, 0, 'n'},
                                        {"reverse", 0, 0, 'r'},
                                        {"unique", 0, 0, 'u'},
                                        {"key", 1, 0, 'k'},
                                        {"field-separator", 1, 0, 't'},
                                        {"output", 1, 0, 'o'},
                                        {"stable", 0, 0, 's'},
                                        {"check", 2, 0, LONG_CHECK},
                                        {"ignore-case", 0, 0, 'f'},
                                        {"merge", 0, 0, 'm'},
                                        {"zero-terminated", 0, 0, 'z'},
                                        {"sort", 1, 0, LONG_SORT},
                                        {"dictionary-order", 0, 0, 'd'},
                                        {"general-numeric-sort", 0, 0, 'g'},
                                        {"human-numeric-sort", 0, 0, 'h'},
                                        {"ignore-nonprinting", 0, 0, 'i'},
                                        {"month-sort", 0, 0, 'M'},
                                        {"version-sort", 0, 0, 'V'},
                                        {"ignore-leading-blanks", 0, 0, 'b'},
                                        {"buffer-size", 1, 0, 'S'},
                                        {"temporary-directory", 1, 0, 'T'},
                                        {"parallel", 1, 0, 'S'},
                                        {"batch-size", 1, 0, 'S'},
                                        {0}};
  static const struct command_line line = {"bcCdfghiMk:mno:rst:uVzS:T:", names, help, 2};
  int checking = 0, silent = 0, merging = 0;
  const char *output = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'c': checking = 1; break;
      case 'C': checking = silent = 1; break;
      case LONG_CHECK:
        checking = 1;
        silent = optarg && choose(optarg, checks, "--check") == 'C';
        break;
      case LONG_SORT: set_order(&global, choose(optarg, orders, "--sort"), 0); break;
      case 'k': add_key(optarg); break;
      case 'm': merging = 1; break;
      case 'S':
      case 'T': break; /* all is in memory */
      case 'o': output = optarg; break;
      case 's': stable = 1; break;
      case 't': separator = parse_separator(optarg); break;
      case 'u': unique = 1; break;
      case 'z': delimiter = 0; break;
      default: set_order(&global, (char)letter, 0);
    }
  global.skip_end_blanks = global.skip_blanks;
  check_order(&global);
  for (struct key *key = keys; key; key = key->next) {
    check_order(&key->order);
    if (is_plain(&key->order)) key->order = global;
  }
  struct order apart = global;
  apart.reverse = 0;
  static struct key whole = {.end_field = -1};
  if (!keys && !is_plain(&apart)) {
    whole.order = global;
    keys = &whole;
  }
  if (checking && argc - optind > 1)
    die(2, "extra operand %s not allowed with -%c", quoted(argv[optind + 1]), silent ? 'C' : 'c');
  const char *first = optind < argc ? argv[optind] : "-";
  if (optind == argc) read_file("-");
  int files = argc - optind;
  size_t *ends = must_malloc((size_t)(files + 1) * sizeof *ends);
  for (int i = 0; i < files; i++) {
    read_file(argv[optind + i]);
    ends[i] = line_count;
  }
  if (checking) return check(first, silent);
  if (merging) merge(ends, files);
  else qsort(lines, line_count, sizeof *lines, compare);
  /* Opened only now: it may be one of the inputs. */
  if (output && !freopen(output, "w", stdout)) die_errno(2, "open failed: %s", quoted_if_needed(output));
  write_lines(stdout);
  return finish_with(0, 2);
}
