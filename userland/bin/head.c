/* head: the first lines or bytes of files. (POSIX head; -c and negative counts of GNU) */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: head [-qv] [-n [-]LINES | -c [-]BYTES] [FILE]...\nPrint the first 10 lines; with '-' before a count, all but the last.\n"
    "  -q  no names   -v  names always\n";

static unsigned long long count = 10;
static int bytes, all_but, quiet, loud;

/* A short read would take more from a pipe than is printed: what was read too much is given back where that is
 * possible. */
static void print_first(FILE *stream) {
  unsigned long long left = count;
  for (int c; left && (c = getc(stream)) != EOF;) {
    putchar(c);
    if (bytes || c == '\n') left--;
  }
  fflush(stream);
}

static void print_all_but_last(FILE *stream) {
  char *text = 0;
  size_t length = 0, capacity = 0;
  for (size_t part = 1; part;) {
    if (length == capacity) text = must_realloc(text, capacity = capacity ? capacity * 2 : 65536);
    part = fread(text + length, 1, capacity - length, stream);
    length += part;
  }
  size_t end = length;
  if (bytes) {
    end = count < length ? length - (size_t)count : 0;
  } else {
    unsigned long long lines = count;
    if (end && text[end - 1] != '\n' && lines) lines--, end--;
    else if (lines) end--, lines--;
    while (lines && end) {
      char *newline = memrchr(text, '\n', end);
      end = newline ? (size_t)(newline - text) : 0;
      lines--;
    }
    if (count) {
      char *newline = memrchr(text, '\n', end);
      end = newline ? (size_t)(newline - text) + 1 : 0;
    }
  }
  fwrite(text, 1, end, stdout);
  free(text);
}

static void set_count(const char *text, int is_bytes) {
  bytes = is_bytes;
  all_but = *text == '-';
  if (!parse_size(text + (*text == '-' || *text == '+'), &count))
    die(1, "invalid number of %s: %s", is_bytes ? "bytes" : "lines", quoted(text));
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"lines", 1, 0, 'n'}, {"bytes", 1, 0, 'c'}, {"quiet", 0, 0, 'q'}, {"verbose", 0, 0, 'v'}, {0}};
  static const struct command_line line = {"c:n:qv0123456789", names, help, 1};
  /* "head -5" is the old form of -n 5. */
  if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1])) {
    set_count(argv[1] + 1, 0);
    argv[1] = argv[0];
    argv++;
    argc--;
  }
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'n':
      case 'c': set_count(optarg, letter == 'c'); break;
      case 'q': quiet = 1; break;
      case 'v': loud = 1; break;
      default: complain("invalid option -- '%c'", letter); usage_error(1);
    }
  static char *standard_input[] = {"-", 0};
  int status = 0, printed = 0, several = argc - optind > 1;
  for (char **name = optind < argc ? argv + optind : standard_input; *name; name++) {
    FILE *stream = strcmp(*name, "-") ? fopen(*name, "r") : stdin;
    if (!stream) {
      complain_errno("cannot open %s for reading", quoted(*name));
      status = 1;
      continue;
    }
    if (loud || (several && !quiet))
      printf("%s==> %s <==\n", printed ? "\n" : "", stream == stdin ? "standard input" : *name);
    printed = 1;
    if (all_but) print_all_but_last(stream);
    else print_first(stream);
    if (ferror(stream)) {
      complain_errno("error reading %s", quoted(*name));
      status = 1;
    }
    close_input_stream(stream);
  }
  return finish(status);
}
