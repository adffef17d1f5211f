/* wc: counts lines, words and bytes. (POSIX wc; -L of GNU) */
#include <ctype.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: wc [-clmwL] [FILE]...\nCount lines (-l), words (-w), bytes (-c, -m) and the longest line (-L).\n";

struct counts {
  unsigned long long lines, words, bytes, longest;
};
static int show_lines, show_words, show_bytes, show_characters, show_longest;

static int count(int fd, struct counts *counts) {
  static unsigned char buffer[65536];
  ssize_t got;
  int in_word = 0;
  unsigned long long column = 0;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) {
    counts->bytes += (unsigned long long)got;
    if (!show_words && !show_longest) {
      if (!show_lines) continue;
      for (unsigned char *at = buffer; (at = memchr(at, '\n', (size_t)(buffer + got - at))); at++) counts->lines++;
      continue;
    }
    for (ssize_t i = 0; i < got; i++) {
      int c = buffer[i];
      if (c == '\n') counts->lines++;
      if (c == '\n' || c == '\r' || c == '\f') {
        if (column > counts->longest) counts->longest = column;
        column = 0;
      } else {
        column = c == '\t' ? column + 8 - column % 8 : column + (isprint(c) != 0);
      }
      /* As in GNU's C locale, a byte that does not print neither begins nor ends a word. */
      if (isspace(c)) in_word = 0;
      else if (!in_word && isprint(c)) {
        in_word = 1;
        counts->words++;
      }
    }
  }
  if (column > counts->longest) counts->longest = column;
  return got == 0;
}

static void print(const struct counts *counts, const char *name, int width) {
  const struct {
    int shown;
    unsigned long long value;
  } columns[] = {{show_lines, counts->lines},
                 {show_words, counts->words},
                 {show_characters, counts->bytes},
                 {show_bytes, counts->bytes},
                 {show_longest, counts->longest}};
  const char *separator = "";
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    if (!columns[i].shown) continue;
    printf("%s%*llu", separator, width, columns[i].value);
    separator = " ";
  }
  if (name) printf(" %s", name);
  putchar('\n');
}

/* As GNU's: wide enough for the sum of the sizes, 7 if a size is not known. */
static int column_width(char **names, int files) {
  unsigned long long total = 0;
  int width = 1, least = 1;
  if (files <= 1 && show_lines + show_words + show_bytes + show_characters + show_longest == 1) return 1;
  for (int i = 0; i < files || i == 0; i++) {
    struct stat info;
    int known = files == 0 || strcmp(names[i], "-") == 0 ? fstat(STDIN_FILENO, &info) : stat(names[i], &info);
    if (known) continue;
    if (S_ISREG(info.st_mode)) total += (unsigned long long)info.st_size;
    else least = 7;
  }
  for (; total >= 10; total /= 10) width++;
  return width < least ? least : width;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"lines", 0, 0, 'l'}, {"words", 0, 0, 'w'},           {"bytes", 0, 0, 'c'},
                                        {"chars", 0, 0, 'm'}, {"max-line-length", 0, 0, 'L'}, {0}};
  static const struct command_line line = {"clmwL", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    show_lines |= letter == 'l';
    show_words |= letter == 'w';
    show_bytes |= letter == 'c';
    show_characters |= letter == 'm';
    show_longest |= letter == 'L';
  }
  if (!show_lines && !show_words && !show_bytes && !show_characters && !show_longest)
    show_lines = show_words = show_bytes = 1;
  int files = argc - optind, status = 0;
  int width = column_width(argv + optind, files);
  struct counts total = {0};
  for (int i = 0; i < files || (i == 0 && files == 0); i++) {
    const char *name = files ? argv[optind + i] : 0;
    int fd = open_input(name ? name : "-");
    struct counts counts = {0};
    if (fd < 0) {
      status = 1;
      continue;
    }
    if (!count(fd, &counts)) {
      complain_errno("%s", quoted_if_needed(name ? name : "-"));
      status = 1;
    }
    print(&counts, name, width);
    total.lines += counts.lines;
    total.words += counts.words;
    total.bytes += counts.bytes;
    if (counts.longest > total.longest) total.longest = counts.longest;
    if (fd > 0) close(fd);
  }
  if (files > 1) print(&total, "total", width);
  return finish(status);
}
