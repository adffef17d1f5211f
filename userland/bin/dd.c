/* dd: copies blocks. (POSIX dd; status= iflag= oflag= in part as GNU's) */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: dd [if=FILE] [of=FILE] [bs=N] [ibs=N] [obs=N] [count=N] [skip=N] [seek=N] [conv=LIST] [status=none|noxfer]\n"
    "Copy blocks. conv: notrunc, noerror, sync, ucase, lcase, swab, excl, nocreat, fsync, fdatasync. iflag: fullblock, count_bytes, skip_bytes.\n";

enum conversion {
  NOTRUNC = 1,
  NOERROR = 2,
  SYNC = 4,
  UCASE = 8,
  LCASE = 16,
  SWAB = 32,
  EXCL = 64,
  NOCREAT = 128,
  FSYNC = 256
};
enum flag { FULLBLOCK = 1, COUNT_BYTES = 2, SKIP_BYTES = 4, APPEND = 8 };
struct word {
  const char *name;
  int value;
};
static const struct word conversion_names[] = {{"notrunc", NOTRUNC},
                                               {"noerror", NOERROR},
                                               {"sync", SYNC},
                                               {"ucase", UCASE},
                                               {"lcase", LCASE},
                                               {"swab", SWAB},
                                               {"excl", EXCL},
                                               {"nocreat", NOCREAT},
                                               {"fsync", FSYNC},
                                               {"fdatasync", FSYNC},
                                               {0}};
static const struct word flag_names[] = {
    {"fullblock", FULLBLOCK}, {"count_bytes", COUNT_BYTES}, {"skip_bytes", SKIP_BYTES}, {"append", APPEND}, {0}};

static unsigned long long input_block = 512, output_block = 512, block_size, count = ~0ULL, skip, seek;
static const char *input_name, *output_name, *show_status = "";
static int conversions, input_flags, output_flags;
static unsigned long long full_in, part_in, full_out, part_out, bytes_out;
static struct timespec started;
static char *pending;
static size_t pending_size;

static int parse_words(const char *text, const struct word *table, const char *what) {
  int result = 0;
  while (*text) {
    size_t length = strcspn(text, ",");
    const struct word *word = table;
    while (word->name && (strncmp(word->name, text, length) || word->name[length])) word++;
    if (!word->name) {
      complain("invalid %s: %s", what, quoted(must_format("%.*s", (int)length, text)));
      usage_error(1);
    }
    result |= word->value;
    text += length + (text[length] == ',');
  }
  return result;
}

/* Factors joined by x: "2x512". */
static unsigned long long parse_number(const char *text) {
  unsigned long long product = 1;
  char *copy = must_strdup(text), *rest = copy;
  for (char *factor; (factor = strsep(&rest, "x"));) {
    unsigned long long value;
    if (!parse_size(factor, &value) || __builtin_mul_overflow(product, value, &product))
      die(1, "invalid number: %s", quoted(text));
  }
  free(copy);
  return product;
}

static void report(void) {
  if (strcmp(show_status, "none") == 0) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double seconds = (double)(now.tv_sec - started.tv_sec) + (double)(now.tv_nsec - started.tv_nsec) / 1e9;
  fprintf(stderr, "%llu+%llu records in\n%llu+%llu records out\n", full_in, part_in, full_out, part_out);
  if (strcmp(show_status, "noxfer") == 0) return;
  double speed = seconds > 0 ? (double)bytes_out / seconds : 0;
  int unit = 0;
  while (speed >= 1000 && unit < 4) {
    speed /= 1000;
    unit++;
  }
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  fprintf(stderr, "%llu byte%s copied, %g s, %.1f %s/s\n", bytes_out, bytes_out == 1 ? "" : "s", seconds, speed,
          units[unit]);
}

static void on_interrupt(int number) {
  report();
  signal(number, SIG_DFL);
  raise(number);
}

static void write_out(const char *from, size_t size) {
  if (!write_all(STDOUT_FILENO, from, size)) {
    complain_errno("error writing %s", quoted(output_name ? output_name : "standard output"));
    report();
    exit(1);
  }
  bytes_out += size;
  if (size == output_block) full_out++;
  else part_out++;
}

/* Gathers output blocks; with bs= every input block is written as it came. */
static void put(const char *from, size_t size) {
  if (block_size) {
    write_out(from, size);
    return;
  }
  while (size) {
    size_t part = output_block - pending_size < size ? (size_t)output_block - pending_size : size;
    memcpy(pending + pending_size, from, part);
    pending_size += part;
    from += part;
    size -= part;
    if (pending_size == output_block) {
      write_out(pending, pending_size);
      pending_size = 0;
    }
  }
}

static void convert(char *block, size_t size) {
  if (conversions & SWAB)
    for (size_t i = 0; i + 1 < size; i += 2) {
      char c = block[i];
      block[i] = block[i + 1];
      block[i + 1] = c;
    }
  if (!(conversions & (UCASE | LCASE))) return;
  for (size_t i = 0; i < size; i++)
    block[i] = (char)(conversions & UCASE ? toupper((unsigned char)block[i]) : tolower((unsigned char)block[i]));
}

static ssize_t read_block(char *block, size_t size) {
  ssize_t got = read(STDIN_FILENO, block, size);
  while (input_flags & FULLBLOCK && got > 0 && (size_t)got < size) {
    ssize_t more = read(STDIN_FILENO, block + got, size - (size_t)got);
    if (more <= 0) break;
    got += more;
  }
  return got;
}

static void skip_input(char *block) {
  unsigned long long bytes = input_flags & SKIP_BYTES ? skip : skip * input_block;
  if (!bytes) return;
  off_t reached = lseek(STDIN_FILENO, (off_t)bytes, SEEK_CUR);
  if (reached >= 0) {
    struct stat info;
    bytes = fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode) && reached > info.st_size;
  }
  while (reached < 0 && bytes) {
    ssize_t got = read(STDIN_FILENO, block, bytes < input_block ? (size_t)bytes : (size_t)input_block);
    if (got <= 0) break;
    bytes -= (unsigned long long)got;
  }
  if (bytes)
    complain("%s: cannot skip to specified offset", quoted_if_needed(input_name ? input_name : "standard input"));
}

static void open_files(void) {
  if (input_name) {
    int fd = open(input_name, O_RDONLY);
    if (fd < 0) die_errno(1, "failed to open %s", quoted(input_name));
    dup2(fd, STDIN_FILENO);
    close(fd);
  }
  if (output_name) {
    int flags = O_WRONLY | (conversions & NOCREAT ? 0 : O_CREAT) | (conversions & EXCL ? O_EXCL : 0) |
                (output_flags & APPEND ? O_APPEND : 0);
    if (!(conversions & NOTRUNC) && !seek) flags |= O_TRUNC;
    int fd = open(output_name, flags, 0666);
    if (fd < 0) die_errno(1, "failed to open %s", quoted(output_name));
    dup2(fd, STDOUT_FILENO);
    close(fd);
    if (seek && !(conversions & NOTRUNC) && ftruncate(STDOUT_FILENO, (off_t)(seek * output_block)) && errno != EINVAL)
      die_errno(1, "failed to truncate to %llu bytes in output file %s", seek * output_block, quoted(output_name));
  }
  if (seek && lseek(STDOUT_FILENO, (off_t)(seek * output_block), SEEK_CUR) < 0)
    die_errno(1, "%s: cannot seek", quoted(output_name ? output_name : "standard output"));
}

static void parse_operand(const char *operand) {
  const char *equals = strchr(operand, '=');
  if (!equals) {
    complain("unrecognized operand %s", quoted(operand));
    usage_error(1);
  }
  const char *value = equals + 1;
  static const struct {
    const char *name;
    unsigned long long *number;
  } numbers[] = {{"bs", &block_size}, {"ibs", &input_block}, {"obs", &output_block}, {"count", &count},
                 {"skip", &skip},     {"iseek", &skip},      {"seek", &seek},        {"oseek", &seek}};
  static const struct {
    const char *name;
    const char **text;
  } texts[] = {{"if", &input_name}, {"of", &output_name}, {"status", &show_status}};
  size_t length = (size_t)(equals - operand);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (strlen(numbers[i].name) == length && strncmp(operand, numbers[i].name, length) == 0) {
      *numbers[i].number = parse_number(value);
      return;
    }
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strlen(texts[i].name) == length && strncmp(operand, texts[i].name, length) == 0) {
      *texts[i].text = value;
      return;
    }
  if (strncmp(operand, "conv=", 5) == 0) conversions |= parse_words(value, conversion_names, "conversion");
  else if (strncmp(operand, "iflag=", 6) == 0) input_flags |= parse_words(value, flag_names, "input flag");
  else if (strncmp(operand, "oflag=", 6) == 0) output_flags |= parse_words(value, flag_names, "output flag");
  else {
    complain("unrecognized operand %s", quoted(operand));
    usage_error(1);
  }
}

int main(int argc, char **argv) {
  int status = 0;
  for (int i = no_options(argc, argv, help); i < argc; i++) parse_operand(argv[i]);
  if (block_size) input_block = output_block = block_size;
  if (!input_block || !output_block) die(1, "invalid number: %s", quoted("0"));
  open_files();
  clock_gettime(CLOCK_MONOTONIC, &started);
  signal(SIGINT, on_interrupt);
  char *block = must_malloc((size_t)input_block);
  pending = must_malloc((size_t)output_block);
  skip_input(block);
  unsigned long long bytes_left = input_flags & COUNT_BYTES ? count : ~0ULL;
  while (input_flags & COUNT_BYTES ? bytes_left > 0 : full_in + part_in < count) {
    size_t wanted = bytes_left < input_block ? (size_t)bytes_left : (size_t)input_block;
    ssize_t got = read_block(block, wanted);
    if (got == 0) break;
    if (got < 0) {
      complain_errno("error reading %s", quoted(input_name ? input_name : "standard input"));
      status = 1;
      if (!(conversions & NOERROR)) break;
      if (lseek(STDIN_FILENO, (off_t)input_block, SEEK_CUR) < 0) break;
      got = 0;
    }
    bytes_left -= (unsigned long long)got;
    if ((size_t)got == input_block) full_in++;
    else part_in++;
    if (conversions & SYNC && (size_t)got < input_block) {
      memset(block + got, 0, (size_t)input_block - (size_t)got);
      got = (ssize_t)input_block;
    }
    convert(block, (size_t)got);
    put(block, (size_t)got);
  }
  if (pending_size) write_out(pending, pending_size);
  if (conversions & FSYNC && fsync(STDOUT_FILENO)) {
    complain_errno("fsync failed for %s", quoted(output_name ? output_name : "standard output"));
    status = 1;
  }
  if (close(STDOUT_FILENO)) {
    complain_errno("closing output file");
    status = 1;
  }
  report();
  return status;
}
