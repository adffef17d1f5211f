/* grep: lines that match patterns. (POSIX grep; -r -o -w -H -h -a -A -B -C … of GNU) */
#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <place.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: grep [-EFGHILRTZabchilnoqrsvwxz] [-A N] [-B N] [-C N] [-m N] PATTERNS [FILE]...\nPrint lines that match.\n"
    "  -E  extended expressions   -F  plain strings   -e PATTERN   -f FILE  patterns of a file\n"
    "  -i  blind to case   -v  lines that do not match   -w  whole words   -x  whole lines\n"
    "  -c  only how many   -l, -L  only names of files with, without a match   -q  nothing   -o  only what matches\n"
    "  -n  line numbers   -b  offsets   -H, -h  with, without names   -m N  stop after N   -s  no messages on files\n"
    "  -r, -R  directories with all in them (-R: links too)   -A, -B, -C N  lines after, before, around\n"
    "  --include=GLOB, --exclude=GLOB, --exclude-dir=GLOB  of the names in trees   -d read|skip|recurse  directories\n"
    "  -a  binary files as text   -I  as if nothing matched   --binary-files=text|without-match|binary\n"
    "  -z  lines end with NUL   -Z  names end with NUL   -T  tabs before lines   --label=NAME  of standard input   --color[=always]\n";

struct pattern {
  char *text;
  size_t length;
  regex_t expression;
};

static struct pattern *patterns;
static size_t pattern_count;
static int fixed, extended, fold_case, invert, whole_words, whole_lines;
static int show_count, list_matching, list_others, quiet, only_matching, show_numbers, show_offsets, silent, follow_all,
    coloured, align_with_tabs;
static long before, after, limit = -1;
static int delimiter = '\n', status = 1, failed, ends_names;
static const char *input_label = "(standard input)";

/* Names of files: never, where they were found in trees, always. */
static enum { NAMES_NEVER, NAMES_IN_TREES, NAMES_ALWAYS } show_names;
/* What is done with binary files, that is, those that hold a NUL. */
static enum { BINARY_TOLD, BINARY_TEXT, BINARY_WITHOUT_MATCH } binary_files;
static enum { DIRECTORIES_READ, DIRECTORIES_SKIP, DIRECTORIES_RECURSE } directories;

/* --include, --exclude and --exclude-dir, in their order. */
static struct glob {
  const char *pattern;
  enum { GLOB_INCLUDE, GLOB_EXCLUDE, GLOB_EXCLUDE_DIRECTORY } kind;
} *globs;
static size_t glob_count;

static void add_patterns(const char *text, size_t length) {
  for (;;) {
    const char *newline = memchr(text, '\n', length);
    size_t size = newline ? (size_t)(newline - text) : length;
    patterns = must_realloc(patterns, (pattern_count + 1) * sizeof *patterns);
    char *copy = must_malloc(size + 1);
    memcpy(copy, text, size);
    copy[size] = 0;
    patterns[pattern_count++] = (struct pattern){.text = copy, .length = size};
    if (!newline) break;
    text += size + 1;
    length -= size + 1;
  }
}

static void add_pattern_file(const char *name) {
  FILE *stream = strcmp(name, "-") ? fopen(name, "r") : stdin;
  if (!stream) die_errno(2, "%s", name);
  char *line = 0;
  size_t capacity = 0;
  for (ssize_t length; (length = getline(&line, &capacity, stream)) > 0;)
    add_patterns(line, (size_t)length - (line[length - 1] == '\n'));
  free(line);
  close_input_stream(stream);
}

/* Without special characters an expression is a plain string, which is found faster. */
static int is_plain(const char *text) {
  return !strpbrk(text, extended ? "\\[](){}.*+?^$|" : "\\[].*^$");
}

static void compile_patterns(void) {
  if (!fixed) {
    fixed = 1;
    for (size_t i = 0; i < pattern_count; i++) fixed &= is_plain(patterns[i].text);
    if (fixed) return;
  }
  for (size_t i = 0; i < pattern_count && !fixed; i++) {
    int flags = (extended ? REG_EXTENDED : 0) | (fold_case ? REG_ICASE : 0);
    int error = regcomp(&patterns[i].expression, patterns[i].text, flags);
    if (!error) continue;
    char message[100];
    regerror(error, &patterns[i].expression, message, sizeof message);
    die(2, "%s", message);
  }
}

static const char *find_folded(const char *text, size_t size, const char *needle, size_t length) {
  for (; size >= length; text++, size--)
    if (strncasecmp(text, needle, length) == 0) return text;
  return 0;
}

/* Leftmost and longest match of one pattern in [from, end). */
static int find_pattern(const struct pattern *pattern, const char *text, size_t from, size_t end, int needs_place,
                        regmatch_t *match) {
  if (fixed) {
    const char *found = fold_case ? find_folded(text + from, end - from, pattern->text, pattern->length)
                                  : memmem(text + from, end - from, pattern->text, pattern->length);
    if (!found) return 0;
    match->rm_so = (regoff_t)(found - text);
    match->rm_eo = match->rm_so + (regoff_t)pattern->length;
    return 1;
  }
  match->rm_so = (regoff_t)from;
  match->rm_eo = (regoff_t)end;
  return regexec(&pattern->expression, text, needs_place ? 1 : 0, match, REG_STARTEND) == 0;
}

static int is_word(int c) {
  return isalnum(c) || c == '_';
}

static int is_whole_word(const char *text, size_t length, const regmatch_t *match) {
  int word_before = match->rm_so > 0 && is_word((unsigned char)text[match->rm_so - 1]);
  int word_after = (size_t)match->rm_eo < length && is_word((unsigned char)text[match->rm_eo]);
  return !word_before && !word_after;
}

/* As find_pattern, but the match must be a whole line or word if that is asked. */
static int find_limited(const struct pattern *pattern, const char *text, size_t from, size_t length,
                        regmatch_t *match) {
  for (size_t start = from; start <= length; start = (size_t)match->rm_so + 1) {
    if (!find_pattern(pattern, text, start, length, 1, match)) return 0;
    if (whole_lines) {
      if (match->rm_so != 0) return 0;
      if ((size_t)match->rm_eo == length) return 1;
      continue;
    }
    /* A shorter match at the same place may be a word. */
    regmatch_t shorter = *match;
    for (;;) {
      if (is_whole_word(text, length, &shorter)) {
        *match = shorter;
        return 1;
      }
      size_t end = (size_t)shorter.rm_eo;
      if (end <= (size_t)match->rm_so + (fixed ? pattern->length : 0) || fixed) break;
      regmatch_t next;
      if (!find_pattern(pattern, text, (size_t)match->rm_so, end - 1, 1, &next) || next.rm_so != match->rm_so) break;
      shorter = next;
    }
  }
  return 0;
}

/* The leftmost, then longest match of all patterns. */
static int find(const char *text, size_t from, size_t length, int needs_place, regmatch_t *match) {
  int found = 0;
  for (size_t i = 0; i < pattern_count; i++) {
    regmatch_t one;
    int here = whole_words || whole_lines ? find_limited(&patterns[i], text, from, length, &one)
                                          : find_pattern(&patterns[i], text, from, length, needs_place, &one);
    if (!here) continue;
    if (!found || one.rm_so < match->rm_so || (one.rm_so == match->rm_so && one.rm_eo > match->rm_eo)) *match = one;
    found = 1;
    if (!needs_place) break;
  }
  return found;
}

/* State of one file's search. */
struct search {
  const char *name;
  char *text;
  size_t length;
  int named, binary;
  long matches;
  /* Lines printed up to here; where the next context may begin. */
  size_t printed_to;
  long printed_line;
  int anything;
};

/* The colours of GNU's grep. */
#define COLOUR_MATCH "01;31"
#define COLOUR_NAME "35"
#define COLOUR_NUMBER "32"
#define COLOUR_MARK "36"

static void begin_colour(const char *colour) {
  if (coloured) printf("\33[%sm\33[K", colour);
}

static void end_colour(void) {
  if (coloured) fputs("\33[m\33[K", stdout);
}

static void print_coloured(const char *colour, const char *text, size_t length) {
  begin_colour(colour);
  fwrite(text, 1, length, stdout);
  end_colour();
}

static void print_mark(char mark) {
  print_coloured(COLOUR_MARK, &mark, 1);
}

static void print_name(const struct search *search, char mark) {
  print_coloured(COLOUR_NAME, search->name, strlen(search->name));
  if (ends_names) putchar(0);
  else if (mark) print_mark(mark);
}

/* With -T as wide as the largest offset, so that all of a file's numbers have one width. */
static void print_number(const struct search *search, size_t value, char mark) {
  int width = 0;
  for (size_t rest = align_with_tabs ? search->length : 0; rest; rest /= 10) width++;
  begin_colour(COLOUR_NUMBER);
  printf("%*zu", width, value);
  end_colour();
  print_mark(mark);
}

static void print_prefix(const struct search *search, long number, size_t offset, char mark) {
  if (search->named) print_name(search, mark);
  if (show_numbers) print_number(search, (size_t)number, mark);
  if (show_offsets) print_number(search, offset, mark);
  if (align_with_tabs && (search->named || show_numbers || show_offsets)) fputs("\t", stdout);
}

static void print_line(const struct search *search, size_t start, size_t end, long number, char mark) {
  print_prefix(search, number, start, mark);
  const char *text = search->text + start;
  size_t length = end - start, from = 0;
  regmatch_t match;
  /* Only what was looked for is shown in colour: matches in selected lines, or in context around lines without. */
  if (coloured && (mark == ':') != invert)
    while (from < length && find(text, from, length, 1, &match)) {
      size_t match_end = (size_t)match.rm_eo, next = match_end > (size_t)match.rm_so ? match_end : match_end + 1;
      fwrite(text + from, 1, (size_t)match.rm_so - from, stdout);
      if (match_end > (size_t)match.rm_so)
        print_coloured(COLOUR_MATCH, text + match.rm_so, match_end - (size_t)match.rm_so);
      else if (next <= length) fwrite(text + match_end, 1, 1, stdout);
      from = next;
    }
  if (from < length) fwrite(text + from, 1, length - from, stdout);
  putchar(delimiter);
}

static void print_matches(const struct search *search, size_t start, size_t end, long number) {
  const char *text = search->text + start;
  size_t length = end - start;
  regmatch_t match;
  for (size_t from = 0; from <= length && find(text, from, length, 1, &match);) {
    if (match.rm_eo > match.rm_so) {
      print_prefix(search, number, start + (size_t)match.rm_so, ':');
      print_coloured(COLOUR_MATCH, text + match.rm_so, (size_t)(match.rm_eo - match.rm_so));
      putchar(delimiter);
      from = (size_t)match.rm_eo;
    } else {
      from = (size_t)match.rm_so + 1;
    }
  }
}

static size_t line_end(const struct search *search, size_t start) {
  const char *found = memchr(search->text + start, delimiter, search->length - start);
  return found ? (size_t)(found - search->text) : search->length;
}

/* Prints the lines before a match that have not been printed, after a separator if there is a gap. */
static void print_before(struct search *search, size_t start, long number) {
  static int anything_at_all;
  size_t from = start;
  long line = number;
  for (long left = before; left > 0 && from > search->printed_to; left--) {
    const char *newline = from > 1 ? memrchr(search->text, delimiter, from - 1) : 0;
    from = newline ? (size_t)(newline - search->text) + 1 : 0;
    line--;
  }
  if ((before || after) && anything_at_all && (from > search->printed_to || !search->anything)) {
    print_coloured(COLOUR_MARK, "--", 2);
    putchar('\n');
  }
  anything_at_all = search->anything = 1;
  while (from < start) {
    size_t end = line_end(search, from);
    if (!only_matching) print_line(search, from, end, line, '-');
    from = end + 1;
    line++;
  }
}

static void search_text(struct search *search) {
  long number = 0, trailing = 0;
  int printing = !show_count && !list_matching && !list_others && !quiet;
  for (size_t start = 0; start < search->length;) {
    size_t end = line_end(search, start);
    regmatch_t match;
    number++;
    if (limit >= 0 && search->matches >= limit && trailing <= 0) break;
    int selected = limit < 0 || search->matches < limit
                       ? find(search->text + start, 0, end - start, 0, &match) != invert
                       : 0;
    if (selected) {
      search->matches++;
      if (!printing) {
        if (!show_count) break;
      } else if (search->binary) {
        break;
      } else {
        print_before(search, start, number);
        if (!only_matching) print_line(search, start, end, number, ':');
        else if (!invert) print_matches(search, start, end, number);
        search->printed_to = end + 1;
        trailing = after;
      }
    } else if (printing && trailing > 0) {
      trailing--;
      if (!only_matching) print_line(search, start, end, number, '-');
      search->printed_to = end + 1;
    }
    start = end + 1;
  }
}

static void report(const struct search *search) {
  if (search->matches) status = 0;
  if (quiet) return;
  if (search->binary && search->matches && !show_count && !list_matching && !list_others)
    complain("%s: binary file matches", search->name);
  if (show_count && !list_matching && !list_others) {
    if (search->named) print_name(search, ':');
    printf("%ld\n", search->matches);
  }
  if ((list_matching && search->matches) || (list_others && !search->matches)) {
    print_name(search, 0);
    if (!ends_names) putchar('\n');
  }
}

static void search_stream(FILE *stream, const char *name, int in_tree) {
  static char *text;
  static size_t capacity;
  struct search search = {.name = name,
                          .named = show_names == NAMES_ALWAYS || (in_tree && show_names == NAMES_IN_TREES)};
  for (size_t got = 1; got; search.length += got) {
    if (search.length + 1 >= capacity) text = must_realloc(text, capacity = capacity ? capacity * 2 : 32768);
    got = fread(text + search.length, 1, capacity - 1 - search.length, stream);
    /* One match is enough to know, without the rest of an endless input. */
    if (quiet && status == 0) return;
  }
  if (ferror(stream)) {
    if (!silent) complain_errno("%s", name);
    failed = 1;
    return;
  }
  search.text = text;
  search.binary = binary_files != BINARY_TEXT && delimiter && memchr(text, 0, search.length) != 0;
  if (!search.binary || binary_files != BINARY_WITHOUT_MATCH) search_text(&search);
  report(&search);
}

/* An operand is matched as it was given, what is found in a tree by its name. The last option that matches decides. */
static int is_excluded(const char *name, int is_directory) {
  int excluded = 0, includes = 0, decided = 0;
  for (size_t i = 0; i < glob_count; i++) {
    if ((globs[i].kind == GLOB_EXCLUDE_DIRECTORY) != is_directory) continue;
    includes |= globs[i].kind == GLOB_INCLUDE;
    if (fnmatch(globs[i].pattern, name, 0)) continue;
    decided = 1;
    excluded = globs[i].kind != GLOB_INCLUDE;
  }
  return decided ? excluded : includes;
}

static void add_glob(const char *pattern, int kind) {
  globs = must_realloc(globs, (glob_count + 1) * sizeof *globs);
  globs[glob_count].pattern = pattern;
  globs[glob_count++].kind = kind;
}

/* The directories in which one is. */
struct chain {
  const struct chain *above;
  dev_t device;
  ino_t inode;
};

/* @param name in the place's directory; its path leads there */
static void search_any(struct place *place, const char *name, int is_operand, const struct chain *chain) {
  struct stat info;
  int follows = is_operand || follow_all;
  const char *path = place->path;
  if (fstatat(place->directory, name, &info, follows ? 0 : AT_SYMLINK_NOFOLLOW)) {
    if (!silent) complain_errno("%s", path);
    failed = 1;
    return;
  }
  struct name_list list;
  struct way_back back;
  if (is_excluded(name, S_ISDIR(info.st_mode))) return;
  if (S_ISDIR(info.st_mode)) {
    if (directories == DIRECTORIES_SKIP) return;
    if (directories == DIRECTORIES_READ) {
      if (!silent) complain("%s: Is a directory", path);
      failed = 1;
      return;
    }
    /* Behind links a tree may hold itself. */
    for (const struct chain *above = chain; above; above = above->above)
      if (above->device == info.st_dev && above->inode == info.st_ino) {
        if (!silent) complain("%s: warning: recursive directory loop", path);
        return;
      }
    if (!enter_directory(place, name, &info, follows, &list, &back)) {
      if (!silent) complain_errno("%s", path);
      failed = 1;
      return;
    }
    struct chain here = {chain, info.st_dev, info.st_ino};
    for (size_t i = 0; i < list.count; i++) {
      size_t length = look_at(place, list.names[i]);
      search_any(place, list.names[i], 0, &here);
      look_back(place, length);
    }
    leave_directory(place, &back);
    free_names(&list);
    return;
  }
  /* In trees only files are searched: a device or a pipe could wait for ever. */
  if (!is_operand && !S_ISREG(info.st_mode)) return;
  int fd = openat(place->directory, name, O_RDONLY | O_CLOEXEC);
  FILE *stream = fd < 0 ? 0 : fdopen(fd, "r");
  if (!stream) {
    if (!silent) complain_errno("%s", path);
    failed = 1;
    return;
  }
  search_stream(stream, path, !is_operand);
  fclose(stream);
}

static void search_path(const char *path, int is_operand) {
  struct place place;
  begin_walk(&place, path);
  search_any(&place, path, is_operand, 0);
  end_walk(&place);
}

static long count_argument(const char *text, const char *what) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*end || end == text || value < 0) die(2, "%s: invalid %s argument", text, what);
  return value;
}

/* Index of a word in a list that ends with null. */
static int choose(const char *word, const char *const *choices, const char *option) {
  for (int i = 0; choices[i]; i++)
    if (strcmp(word, choices[i]) == 0) return i;
  if (!option) die(2, "unknown binary-files type");
  complain("invalid argument %s for %s", quoted(word), quoted(option));
  usage_error(2);
}

static int choose_colour(const char *when) {
  static const char *const choices[] = {"never", "no", "none", "always", "yes", "force", "auto", "tty", "if-tty", 0};
  int choice = when ? choose(when, choices, "--color") / 3 : 2;
  const char *terminal = getenv("TERM");
  return choice == 2 ? isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") : choice;
}

int main(int argc, char **argv) {
  static const char *const binary_choices[] = {"binary", "text", "without-match", 0};
  static const char *const directory_choices[] = {"read", "skip", "recurse", 0};
  enum { LONG_INCLUDE = 256, LONG_EXCLUDE, LONG_EXCLUDE_DIRECTORY, LONG_COLOUR, LONG_BINARY_FILES, LONG_LABEL };
  static const struct option names[] = {{"extended-regexp", 0, 0, 'E'},
                                        {"fixed-strings", 0, 0, 'F'},
                                        {"ignore-case", 0, 0, 'i'},
                                        {"invert-match", 0, 0, 'v'},
                                        {"count", 0, 0, 'c'},
                                        {"files-with-matches", 0, 0, 'l'},
                                        {"files-without-match", 0, 0, 'L'},
                                        {"quiet", 0, 0, 'q'},
                                        {"silent", 0, 0, 'q'},
                                        {"only-matching", 0, 0, 'o'},
                                        {"line-number", 0, 0, 'n'},
                                        {"with-filename", 0, 0, 'H'},
                                        {"no-filename", 0, 0, 'h'},
                                        {"no-messages", 0, 0, 's'},
                                        {"recursive", 0, 0, 'r'},
                                        {"word-regexp", 0, 0, 'w'},
                                        {"line-regexp", 0, 0, 'x'},
                                        {"regexp", 1, 0, 'e'},
                                        {"file", 1, 0, 'f'},
                                        {"after-context", 1, 0, 'A'},
                                        {"before-context", 1, 0, 'B'},
                                        {"context", 1, 0, 'C'},
                                        {"max-count", 1, 0, 'm'},
                                        {"include", 1, 0, LONG_INCLUDE},
                                        {"exclude", 1, 0, LONG_EXCLUDE},
                                        {"exclude-dir", 1, 0, LONG_EXCLUDE_DIRECTORY},
                                        {"color", 2, 0, LONG_COLOUR},
                                        {"colour", 2, 0, LONG_COLOUR},
                                        {"null-data", 0, 0, 'z'},
                                        {"byte-offset", 0, 0, 'b'},
                                        {"text", 0, 0, 'a'},
                                        {"binary-files", 1, 0, LONG_BINARY_FILES},
                                        {"label", 1, 0, LONG_LABEL},
                                        {"null", 0, 0, 'Z'},
                                        {"directories", 1, 0, 'd'},
                                        {"dereference-recursive", 0, 0, 'R'},
                                        {"initial-tab", 0, 0, 'T'},
                                        {"no-ignore-case", 0, 0, 'N'},
                                        {0}};
  static const struct command_line line = {"A:B:C:EFGHILRTZabcd:e:f:hilm:noqrsvwxyz0123456789", names, help, 2};
  int have_patterns = 0, names_asked = -1;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'A': after = count_argument(optarg, "context length"); break;
      case 'B': before = count_argument(optarg, "context length"); break;
      case 'C': before = after = count_argument(optarg, "context length"); break;
      case 'E':
      case 'F':
      case 'G':
        extended = letter == 'E';
        fixed = letter == 'F';
        break;
      case 'H': names_asked = NAMES_ALWAYS; break;
      case 'h': names_asked = NAMES_NEVER; break;
      case 'I': binary_files = BINARY_WITHOUT_MATCH; break;
      case 'T': align_with_tabs = 1; break;
      case 'Z': ends_names = 1; break;
      case 'a': binary_files = BINARY_TEXT; break;
      case 'd': directories = choose(optarg, directory_choices, "--directories"); break;
      case LONG_BINARY_FILES: binary_files = choose(optarg, binary_choices, 0); break;
      case LONG_COLOUR: coloured = choose_colour(optarg); break;
      case LONG_INCLUDE: add_glob(optarg, GLOB_INCLUDE); break;
      case LONG_EXCLUDE: add_glob(optarg, GLOB_EXCLUDE); break;
      case LONG_EXCLUDE_DIRECTORY: add_glob(optarg, GLOB_EXCLUDE_DIRECTORY); break;
      case LONG_LABEL: input_label = optarg; break;
      case 'L': list_others = 1; break;
      case 'R':
      case 'r':
        directories = DIRECTORIES_RECURSE;
        follow_all = letter == 'R';
        break;
      case 'b': show_offsets = 1; break;
      case 'c': show_count = 1; break;
      case 'e':
        add_patterns(optarg, strlen(optarg));
        have_patterns = 1;
        break;
      case 'f':
        add_pattern_file(optarg);
        have_patterns = 1;
        break;
      case 'N': fold_case = 0; break;
      case 'i':
      case 'y': fold_case = 1; break;
      case 'l': list_matching = 1; break;
      case 'm': limit = count_argument(optarg, "max count"); break;
      case 'n': show_numbers = 1; break;
      case 'o': only_matching = 1; break;
      case 'q': quiet = 1; break;
      case 's': silent = 1; break;
      case 'v': invert = 1; break;
      case 'w': whole_words = 1; break;
      case 'x': whole_lines = 1; break;
      case 'z': delimiter = 0; break;
      default: before = after = before * 10 + letter - '0';
    }
  if (!have_patterns) {
    if (optind == argc) {
      fprintf(stderr, "Usage: %s [OPTION]... PATTERNS [FILE]...\n", program_name);
      usage_error(2);
    }
    add_patterns(argv[optind], strlen(argv[optind]));
    optind++;
  }
  compile_patterns();
  int files = argc - optind;
  int recursive = directories == DIRECTORIES_RECURSE;
  show_names = names_asked >= 0 ? (unsigned)names_asked
               : files > 1      ? NAMES_ALWAYS
               : recursive      ? NAMES_IN_TREES
                                : NAMES_NEVER;
  if (files == 0 && recursive) {
    struct name_list list;
    if (!list_directory(".", &list)) die_errno(2, ".");
    for (size_t i = 0; i < list.count; i++) search_path(list.names[i], 0);
  } else if (files == 0) {
    search_stream(stdin, input_label, 0);
  }
  for (; optind < argc && !(quiet && status == 0); optind++) {
    if (strcmp(argv[optind], "-") == 0) search_stream(stdin, input_label, 0);
    else search_path(argv[optind], 1);
  }
  int result = failed && !(quiet && status == 0) ? 2 : status;
  return finish_with(result, 2);
}
