/*
 * Options. Operands before options are moved behind them (unless the option string begins with "+" or POSIXLY_CORRECT
 * is set); long names may be shortened while they are unique. (POSIX getopt; GNU's getopt_long)
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;
/* Rest of a group of letters that is being read. */
static char *group;

/* Operands [skipped_start, skipped_end) that the current option comes after. */
static int skipped_start, skipped_end;

/* Result for a wrong option; the format has the program's name and what is wrong. */
static int complain(const char *options, char *const argv[], const char *format, const char *what) {
  if (opterr && options[*options == '+'] != ':') fprintf(stderr, format, argv[0], what);
  return '?';
}

static int complain_missing(const char *options, char *const argv[], const char *format, const char *what) {
  complain(options, argv, format, what);
  return options[*options == '+'] == ':' ? ':' : '?';
}

/* Moves argv[from, to) behind argv[to, end). */
static void rotate(char **argv, int from, int to, int end) {
  if (from == to) return;
  for (; to < end; from++, to++) {
    char *moved = argv[to];
    memmove(argv + from + 1, argv + from, (size_t)(to - from) * sizeof *argv);
    argv[from] = moved;
  }
}

/* When an option is read completely, the operands before it go behind it. */
static int settle(char **argv, int result) {
  if (group) return result;
  rotate(argv, skipped_start, skipped_end, optind);
  optind -= skipped_end - skipped_start;
  skipped_start = skipped_end = 0;
  return result;
}

static int is_option(const char *argument) {
  return argument[0] == '-' && argument[1];
}

static int short_option(int argc, char *const argv[], const char *options) {
  char letter = *group++;
  const char *found = letter == ':' || letter == ';' ? 0 : strchr(options + (*options == '+'), letter);
  char name[2] = {letter, 0};
  if (!*group) {
    group = 0;
    optind++;
  }
  if (!found) {
    optopt = letter;
    return complain(options, argv, "%s: invalid option -- '%s'\n", name);
  }
  if (found[1] != ':') return letter;
  if (group) {
    optarg = group;
    group = 0;
    optind++;
  } else if (found[2] != ':') {
    if (optind >= argc) {
      optopt = letter;
      return complain_missing(options, argv, "%s: option requires an argument -- '%s'\n", name);
    }
    optarg = argv[optind++];
  }
  return letter;
}

static int long_option(int argc, char *const argv[], const char *options, const struct option *table, int *index) {
  char *name = argv[optind++] + 2;
  size_t length = strcspn(name, "=");
  int found = -1, ambiguous = 0;
  for (int i = 0; table[i].name; i++) {
    if (strncmp(table[i].name, name, length)) continue;
    if (!table[i].name[length]) {
      found = i;
      ambiguous = 0;
      break;
    }
    if (found >= 0 && (table[found].val != table[i].val || table[found].flag != table[i].flag)) ambiguous = 1;
    if (found < 0) found = i;
  }
  optopt = 0;
  if (ambiguous) return complain(options, argv, "%s: option '--%s' is ambiguous\n", name);
  if (found < 0) return complain(options, argv, "%s: unrecognized option '--%s'\n", name);
  const struct option *option = &table[found];
  if (name[length]) {
    optopt = option->val;
    if (option->has_arg == no_argument)
      return complain(options, argv, "%s: option '--%s' doesn't allow an argument\n", option->name);
    optarg = name + length + 1;
  } else if (option->has_arg == required_argument) {
    optopt = option->val;
    if (optind >= argc)
      return complain_missing(options, argv, "%s: option '--%s' requires an argument\n", option->name);
    optarg = argv[optind++];
  }
  if (index) *index = found;
  if (!option->flag) return option->val;
  *option->flag = option->val;
  return 0;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *table, int *index) {
  optarg = 0;
  if (optind == 0) {
    optind = 1;
    group = 0;
  }
  if (group) return settle((char **)argv, short_option(argc, argv, options));
  if (optind >= argc) return -1;
  int start = optind, next = start;
  if (*options != '+' && !getenv("POSIXLY_CORRECT"))
    while (next < argc && !is_option(argv[next])) next++;
  if (next >= argc || !is_option(argv[next])) return -1;
  optind = next;
  int result = -1;
  if (strcmp(argv[optind], "--") == 0) {
    optind++;
  } else if (table && argv[optind][1] == '-') {
    result = long_option(argc, argv, options, table, index);
  } else {
    group = argv[optind] + 1;
    result = short_option(argc, argv, options);
  }
  skipped_start = start;
  skipped_end = next;
  return settle((char **)argv, result);
}

int getopt(int argc, char *const argv[], const char *options) {
  return getopt_long(argc, argv, options, 0, 0);
}
