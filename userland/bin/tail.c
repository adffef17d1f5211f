/* tail: the last lines or bytes of files, or all from one on; -f waits for more. (POSIX tail) */
#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: tail [-fqv] [-n [+]LINES | -c [+]BYTES] [FILE]...\nPrint the last 10 lines; with '+' before a count, all from that one on.\n"
    "  -f  go on with what is appended   -s SECONDS  between looks   -q  no names   -v  names always\n";

static unsigned long long count = 10;
static int bytes, from_start, follow, quiet, loud, status;
static double interval = 1;
static char block[65536];

static void put(const char *from, size_t size) {
  if (!write_all(STDOUT_FILENO, from, size)) die_errno(1, "write error");
}

static ssize_t read_block(int fd, const char *name) {
  ssize_t got = read(fd, block, sizeof block);
  if (got < 0) {
    complain_errno("error reading %s", quoted(name));
    status = 1;
  }
  return got;
}

static void copy_rest(int fd, const char *name) {
  for (ssize_t got; (got = read_block(fd, name)) > 0;) put(block, (size_t)got);
}

static void print_from(int fd, const char *name) {
  unsigned long long skip = count ? count - 1 : 0;
  for (ssize_t got; (got = read_block(fd, name)) > 0;) {
    size_t at = 0, size = (size_t)got;
    while (skip && at < size) {
      char *newline = bytes ? block + at : memchr(block + at, '\n', size - at);
      at = newline ? (size_t)(newline - block) + 1 : size;
      if (newline) skip--;
    }
    put(block + at, size - at);
    if (!skip) break;
  }
  copy_rest(fd, name);
}

/* Where the last `count` lines of text begin. */
static size_t last_lines(const char *text, size_t length) {
  if (!count) return length;
  unsigned long long left = count;
  size_t end = length && text[length - 1] == '\n' ? length - 1 : length;
  for (;;) {
    const char *newline = memrchr(text, '\n', end);
    if (!newline) return 0;
    end = (size_t)(newline - text);
    if (--left == 0) return end + 1;
  }
}

/* Of a large file only the end is read. */
static void skip_start(int fd, off_t size) {
  off_t step = sizeof block, start = size;
  unsigned long long lines = 0;
  while (start > 0 && lines <= count) {
    off_t from = start > step ? start - step : 0;
    ssize_t got = pread(fd, block, (size_t)(start - from), from);
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; i++) lines += block[i] == '\n';
    start = from;
  }
  lseek(fd, start, SEEK_SET);
}

static void print_last(int fd, const char *name) {
  struct stat info;
  off_t at = lseek(fd, 0, SEEK_CUR);
  if (at == 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > (off_t)sizeof block) {
    if (!bytes) skip_start(fd, info.st_size);
    else if ((unsigned long long)info.st_size > count) lseek(fd, info.st_size - (off_t)count, SEEK_SET);
  }
  char *text = 0;
  size_t length = 0, capacity = 0;
  for (ssize_t got; (got = read_block(fd, name)) > 0; length += (size_t)got) {
    if (length + (size_t)got > capacity) text = must_realloc(text, capacity = (length + (size_t)got) * 2);
    memcpy(text + length, block, (size_t)got);
  }
  size_t start = bytes ? (count < length ? length - (size_t)count : 0) : last_lines(text, length);
  put(text + start, length - start);
  free(text);
}

static void set_count(const char *text, int is_bytes) {
  bytes = is_bytes;
  from_start = *text == '+';
  if (!parse_size(text + (*text == '-' || *text == '+'), &count))
    die(1, "invalid number of %s: %s", is_bytes ? "bytes" : "lines", quoted(text));
}

static void print_name(const char *name) {
  static int printed;
  printf("%s==> %s <==\n", printed ? "\n" : "", strcmp(name, "-") ? name : "standard input");
  printed = 1;
  fflush(stdout);
}

/* Looks for more at the end of each file, for ever. */
static void watch(char **names, int *fds, int files, int show_names) {
  int last = files - 1;
  for (;;) {
    for (int i = 0; i < files; i++) {
      struct stat info;
      if (fds[i] < 0) continue;
      off_t at = lseek(fds[i], 0, SEEK_CUR);
      if (at >= 0 && fstat(fds[i], &info) == 0 && S_ISREG(info.st_mode) && info.st_size < at) {
        complain("%s: file truncated", quoted_if_needed(names[i]));
        lseek(fds[i], 0, SEEK_SET);
      }
      ssize_t got = read_block(fds[i], names[i]);
      if (got <= 0) continue;
      if (show_names && i != last) print_name(names[i]);
      last = i;
      put(block, (size_t)got);
      copy_rest(fds[i], names[i]);
    }
    struct timespec pause = {(time_t)interval, (long)((interval - (double)(time_t)interval) * 1e9), 0};
    nanosleep(&pause, 0);
  }
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"lines", 1, 0, 'n'}, {"bytes", 1, 0, 'c'},   {"follow", 0, 0, 'f'},
                                        {"quiet", 0, 0, 'q'}, {"verbose", 0, 0, 'v'}, {0}};
  static const struct command_line line = {"c:fFn:qs:v", names, help, 1};
  /* "tail -5" and "tail +5" are old forms of -n. */
  if (argc > 1 && (argv[1][0] == '-' || argv[1][0] == '+') && isdigit((unsigned char)argv[1][1])) {
    set_count(argv[1], 0);
    argv[1] = argv[0];
    argv++;
    argc--;
  }
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'n':
      case 'c': set_count(optarg, letter == 'c'); break;
      case 'f':
      case 'F': follow = 1; break;
      case 'q': quiet = 1; break;
      case 's': interval = strtod(optarg, 0); break;
      default: loud = 1;
    }
  static char *standard_input[] = {"-", 0};
  char **files = optind < argc ? argv + optind : standard_input;
  int file_count = optind < argc ? argc - optind : 1, show_names = loud || (file_count > 1 && !quiet);
  int *fds = must_malloc((size_t)file_count * sizeof *fds);
  for (int i = 0; i < file_count; i++) {
    fds[i] = strcmp(files[i], "-") ? open(files[i], O_RDONLY) : STDIN_FILENO;
    if (fds[i] < 0) {
      complain_errno("cannot open %s for reading", quoted(files[i]));
      status = 1;
      continue;
    }
    if (show_names) print_name(files[i]);
    if (from_start) print_from(fds[i], files[i]);
    else print_last(fds[i], files[i]);
    if (!follow && fds[i] > 0) close(fds[i]);
  }
  if (follow) watch(files, fds, file_count, show_names);
  return finish(status);
}
