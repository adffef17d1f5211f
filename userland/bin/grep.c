/* grep: lines that match patterns. (POSIX grep; -r -o -w -H -h -A -B -C … of GNU) */
#include <ctype.h>
#include <fnmatch.h>
#include <getopt.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <tool.h>

static const char help[] =
    "Usage: grep [-EFGHLRchilnoqrsvwxz] [-A N] [-B N] [-C N] [-m N] [--include=GLOB] PATTERNS [FILE]...\nPrint lines that match.\n"
    "  -E  extended expressions   -F  plain strings   -e PATTERN   -f FILE  patterns of a file\n"
    "  -i  blind to case   -v  lines that do not match   -w  whole words   -x  whole lines\n"
    "  -c  only how many   -l, -L  only names of files with, without a match   -q  nothing   -o  only what matches\n"
    "  -n  line numbers   -b  offsets   -H, -h  with, without names   -m N  stop after N   -s  no messages on files\n"
    "  -r, -R  directories with all in them   -A, -B, -C N  lines after, before, around\n";

struct pattern {
  char *text;
  size_t length;
  regex_t expression;
};

static struct pattern *patterns;
static size_t patternCount;
static int fixed, extended, foldCase, invert, wholeWords, wholeLines;
static int showCount, listMatching, listOthers, quiet, onlyMatching, showNumbers, showOffsets, showNames = -1, silent, recursive, followAll;
static long before, after, limit = -1;
static int delimiter = '\n', status = 1, failed;
static const char *included;

static void add_patterns(const char *text, size_t length) {
  for (;;) {
    const char *newline = memchr(text, '\n', length);
    size_t size = newline ? (size_t)(newline - text) : length;
    patterns = must_realloc(patterns, (patternCount + 1) * sizeof *patterns);
    char *copy = must_malloc(size + 1);
    memcpy(copy, text, size);
    copy[size] = 0;
    patterns[patternCount++] = (struct pattern){.text = copy, .length = size};
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
  for (ssize_t length; (length = getline(&line, &capacity, stream)) > 0;) add_patterns(line, (size_t)length - (line[length - 1] == '\n'));
  free(line);
  close_input_stream(stream);
}

/** Without special characters an expression is a plain string, which is found faster. */
static int is_plain(const char *text) {
  return !strpbrk(text, extended ? "\\[](){}.*+?^$|" : "\\[].*^$");
}

static void compile_patterns(void) {
  if (!fixed) {
    fixed = 1;
    for (size_t i = 0; i < patternCount; i++) fixed &= is_plain(patterns[i].text);
    if (fixed) return;
  }
  for (size_t i = 0; i < patternCount && !fixed; i++) {
    int flags = (extended ? REG_EXTENDED : 0) | (foldCase ? REG_ICASE : 0);
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

/** Leftmost and longest match of one pattern in [from, end). */
static int find_pattern(const struct pattern *pattern, const char *text, size_t from, size_t end, int needsPlace, regmatch_t *match) {
  if (fixed) {
    const char *found = foldCase ? find_folded(text + from, end - from, pattern->text, pattern->length)
                                 : memmem(text + from, end - from, pattern->text, pattern->length);
    if (!found) return 0;
    match->rm_so = (regoff_t)(found - text);
    match->rm_eo = match->rm_so + (regoff_t)pattern->length;
    return 1;
  }
  match->rm_so = (regoff_t)from;
  match->rm_eo = (regoff_t)end;
  return regexec(&pattern->expression, text, needsPlace ? 1 : 0, match, REG_STARTEND) == 0;
}

static int is_word(int c) {
  return isalnum(c) || c == '_';
}

static int is_whole_word(const char *text, size_t length, const regmatch_t *match) {
  int wordBefore = match->rm_so > 0 && is_word((unsigned char)text[match->rm_so - 1]);
  int wordAfter = (size_t)match->rm_eo < length && is_word((unsigned char)text[match->rm_eo]);
  return !wordBefore && !wordAfter;
}

/** As find_pattern, but the match must be a whole line or word if that is asked. */
static int find_limited(const struct pattern *pattern, const char *text, size_t from, size_t length, regmatch_t *match) {
  for (size_t start = from; start <= length; start = (size_t)match->rm_so + 1) {
    if (!find_pattern(pattern, text, start, length, 1, match)) return 0;
    if (wholeLines) {
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

/** The leftmost, then longest match of all patterns. */
static int find(const char *text, size_t from, size_t length, int needsPlace, regmatch_t *match) {
  int found = 0;
  for (size_t i = 0; i < patternCount; i++) {
    regmatch_t one;
    int here = wholeWords || wholeLines ? find_limited(&patterns[i], text, from, length, &one) : find_pattern(&patterns[i], text, from, length, needsPlace, &one);
    if (!here) continue;
    if (!found || one.rm_so < match->rm_so || (one.rm_so == match->rm_so && one.rm_eo > match->rm_eo)) *match = one;
    found = 1;
    if (!needsPlace) break;
  }
  return found;
}

/** State of one file's search. */
struct search {
  const char *name;
  char *text;
  size_t length;
  int named, binary;
  long matches;
  /** Lines printed up to here; where the next context may begin. */
  size_t printedTo;
  long printedLine;
  int anything;
};

static void print_prefix(const struct search *search, long number, size_t offset, char mark) {
  if (search->named) printf("%s%c", search->name, mark);
  if (showNumbers) printf("%ld%c", number, mark);
  if (showOffsets) printf("%zu%c", offset, mark);
}

static void print_line(const struct search *search, size_t start, size_t end, long number, char mark) {
  print_prefix(search, number, start, mark);
  fwrite(search->text + start, 1, end - start, stdout);
  putchar(delimiter);
}

static void print_matches(const struct search *search, size_t start, size_t end, long number) {
  const char *text = search->text + start;
  size_t length = end - start;
  regmatch_t match;
  for (size_t from = 0; from <= length && find(text, from, length, 1, &match);) {
    if (match.rm_eo > match.rm_so) {
      print_prefix(search, number, start + (size_t)match.rm_so, ':');
      fwrite(text + match.rm_so, 1, (size_t)(match.rm_eo - match.rm_so), stdout);
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

/** Prints the lines before a match that have not been printed, after a separator if there is a gap. */
static void print_before(struct search *search, size_t start, long number) {
  static int anythingAtAll;
  size_t from = start;
  long line = number;
  for (long left = before; left > 0 && from > search->printedTo; left--) {
    const char *newline = from > 1 ? memrchr(search->text, delimiter, from - 1) : 0;
    from = newline ? (size_t)(newline - search->text) + 1 : 0;
    line--;
  }
  if ((before || after) && anythingAtAll && (from > search->printedTo || !search->anything)) puts("--");
  anythingAtAll = search->anything = 1;
  while (from < start) {
    size_t end = line_end(search, from);
    if (!onlyMatching) print_line(search, from, end, line, '-');
    from = end + 1;
    line++;
  }
}

static void search_text(struct search *search) {
  long number = 0, trailing = 0;
  int printing = !showCount && !listMatching && !listOthers && !quiet;
  for (size_t start = 0; start < search->length;) {
    size_t end = line_end(search, start);
    regmatch_t match;
    number++;
    if (limit >= 0 && search->matches >= limit && trailing <= 0) break;
    int selected = limit < 0 || search->matches < limit ? find(search->text + start, 0, end - start, 0, &match) != invert : 0;
    if (selected) {
      search->matches++;
      if (!printing) {
        if (!showCount) break;
      } else if (search->binary) {
        break;
      } else {
        print_before(search, start, number);
        if (!onlyMatching) print_line(search, start, end, number, ':');
        else if (!invert) print_matches(search, start, end, number);
        search->printedTo = end + 1;
        trailing = after;
      }
    } else if (printing && trailing > 0) {
      trailing--;
      if (!onlyMatching) print_line(search, start, end, number, '-');
      search->printedTo = end + 1;
    }
    start = end + 1;
  }
}

static void report(const struct search *search) {
  if (search->matches) status = 0;
  if (quiet) return;
  if (search->binary && search->matches && !showCount && !listMatching && !listOthers) complain("%s: binary file matches", search->name);
  if (showCount && !listMatching && !listOthers) {
    if (search->named) printf("%s:", search->name);
    printf("%ld\n", search->matches);
  }
  if ((listMatching && search->matches) || (listOthers && !search->matches)) {
    puts(search->name);
  }
}

static void search_stream(FILE *stream, const char *name) {
  static char *text;
  static size_t capacity;
  struct search search = {.name = name, .named = showNames > 0};
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
  search.binary = delimiter && memchr(text, 0, search.length) != 0;
  search_text(&search);
  report(&search);
}

static int is_included(const char *path) {
  char *name = last_component(path);
  int result = !included || fnmatch(included, name, 0) == 0;
  free(name);
  return result;
}

static void search_path(const char *path, int isOperand) {
  struct stat info;
  if (isOperand || followAll ? stat(path, &info) : lstat(path, &info)) {
    if (!silent) complain_errno("%s", path);
    failed = 1;
    return;
  }
  struct name_list list;
  if (S_ISDIR(info.st_mode)) {
    if (!recursive) {
      if (!silent) complain("%s: Is a directory", path);
      failed = 1;
      return;
    }
    if (!list_directory(path, &list)) {
      if (!silent) complain_errno("%s", path);
      failed = 1;
      return;
    }
    for (size_t i = 0; i < list.count; i++) {
      char *inner = join_path(path, list.names[i]);
      search_path(inner, 0);
      free(inner);
    }
    free_names(&list);
    return;
  }
  /* In trees only files are searched: a device or a pipe could wait for ever. */
  if (!isOperand && (!S_ISREG(info.st_mode) || !is_included(path))) return;
  FILE *stream = fopen(path, "r");
  if (!stream) {
    if (!silent) complain_errno("%s", path);
    failed = 1;
    return;
  }
  search_stream(stream, path);
  fclose(stream);
}

static long count_argument(const char *text, const char *what) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*end || end == text || value < 0) die(2, "%s: invalid %s argument", text, what);
  return value;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"extended-regexp", 0, 0, 'E'}, {"fixed-strings", 0, 0, 'F'}, {"ignore-case", 0, 0, 'i'}, {"invert-match", 0, 0, 'v'},
                                        {"count", 0, 0, 'c'}, {"files-with-matches", 0, 0, 'l'}, {"files-without-match", 0, 0, 'L'}, {"quiet", 0, 0, 'q'},
                                        {"silent", 0, 0, 'q'}, {"only-matching", 0, 0, 'o'}, {"line-number", 0, 0, 'n'}, {"with-filename", 0, 0, 'H'},
                                        {"no-filename", 0, 0, 'h'}, {"no-messages", 0, 0, 's'}, {"recursive", 0, 0, 'r'}, {"word-regexp", 0, 0, 'w'},
                                        {"line-regexp", 0, 0, 'x'}, {"regexp", 1, 0, 'e'}, {"file", 1, 0, 'f'}, {"after-context", 1, 0, 'A'},
                                        {"before-context", 1, 0, 'B'}, {"context", 1, 0, 'C'}, {"max-count", 1, 0, 'm'}, {"include", 1, 0, 'I'},
                                        {"color", 2, 0, 'K'}, {"null-data", 0, 0, 'z'}, {"byte-offset", 0, 0, 'b'}, {"text", 0, 0, 'a'}, {0}};
  static const struct command_line line = {"A:B:C:EFGHLRabce:f:hilm:noqrsvwxyz0123456789", names, help, 2};
  int havePatterns = 0;
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
      case 'H': showNames = 1; break;
      case 'h': showNames = 0; break;
      case 'I': included = optarg; break;
      case 'K':
      case 'a': break;
      case 'L': listOthers = 1; break;
      case 'R':
      case 'r':
        recursive = 1;
        followAll = letter == 'R';
        break;
      case 'b': showOffsets = 1; break;
      case 'c': showCount = 1; break;
      case 'e':
        add_patterns(optarg, strlen(optarg));
        havePatterns = 1;
        break;
      case 'f':
        add_pattern_file(optarg);
        havePatterns = 1;
        break;
      case 'i':
      case 'y': foldCase = 1; break;
      case 'l': listMatching = 1; break;
      case 'm': limit = count_argument(optarg, "max count"); break;
      case 'n': showNumbers = 1; break;
      case 'o': onlyMatching = 1; break;
      case 'q': quiet = 1; break;
      case 's': silent = 1; break;
      case 'v': invert = 1; break;
      case 'w': wholeWords = 1; break;
      case 'x': wholeLines = 1; break;
      case 'z': delimiter = 0; break;
      default: before = after = before * 10 + letter - '0';
    }
  if (!havePatterns) {
    if (optind == argc) {
      fprintf(stderr, "Usage: %s [OPTION]... PATTERNS [FILE]...\n", program_name);
      usage_error(2);
    }
    add_patterns(argv[optind], strlen(argv[optind]));
    optind++;
  }
  compile_patterns();
  int files = argc - optind;
  if (showNames < 0) showNames = files > 1 || recursive;
  if (files == 0 && recursive) {
    struct name_list list;
    if (!list_directory(".", &list)) die_errno(2, ".");
    for (size_t i = 0; i < list.count; i++) search_path(list.names[i], 0);
  } else if (files == 0) {
    search_stream(stdin, "(standard input)");
  }
  for (; optind < argc && !(quiet && status == 0); optind++) {
    if (strcmp(argv[optind], "-") == 0) search_stream(stdin, "(standard input)");
    else search_path(argv[optind], 1);
  }
  int result = failed && !(quiet && status == 0) ? 2 : status;
  return finish_with(result, 2);
}
