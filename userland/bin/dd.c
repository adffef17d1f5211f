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

enum conversion { NOTRUNC = 1, NOERROR = 2, SYNC = 4, UCASE = 8, LCASE = 16, SWAB = 32, EXCL = 64, NOCREAT = 128, FSYNC = 256 };
enum flag { FULLBLOCK = 1, COUNT_BYTES = 2, SKIP_BYTES = 4, APPEND = 8 };
struct word {
  const char *name;
  int value;
};
static const struct word conversionNames[] = {{"notrunc", NOTRUNC}, {"noerror", NOERROR}, {"sync", SYNC}, {"ucase", UCASE}, {"lcase", LCASE}, {"swab", SWAB},
                                              {"excl", EXCL}, {"nocreat", NOCREAT}, {"fsync", FSYNC}, {"fdatasync", FSYNC}, {0}};
static const struct word flagNames[] = {{"fullblock", FULLBLOCK}, {"count_bytes", COUNT_BYTES}, {"skip_bytes", SKIP_BYTES}, {"append", APPEND}, {0}};

static unsigned long long inputBlock = 512, outputBlock = 512, blockSize, count = ~0ULL, skip, seek;
static const char *inputName, *outputName, *showStatus = "";
static int conversions, inputFlags, outputFlags;
static unsigned long long fullIn, partIn, fullOut, partOut, bytesOut;
static struct timespec started;
static char *pending;
static size_t pendingSize;

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

/** Factors joined by x: "2x512". */
static unsigned long long parse_number(const char *text) {
  unsigned long long product = 1;
  char *copy = must_strdup(text), *rest = copy;
  for (char *factor; (factor = strsep(&rest, "x"));) {
    unsigned long long value;
    if (!parse_size(factor, &value) || __builtin_mul_overflow(product, value, &product)) die(1, "invalid number: %s", quoted(text));
  }
  free(copy);
  return product;
}

static void report(void) {
  if (strcmp(showStatus, "none") == 0) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double seconds = (double)(now.tv_sec - started.tv_sec) + (double)(now.tv_nsec - started.tv_nsec) / 1e9;
  fprintf(stderr, "%llu+%llu records in\n%llu+%llu records out\n", fullIn, partIn, fullOut, partOut);
  if (strcmp(showStatus, "noxfer") == 0) return;
  double speed = seconds > 0 ? (double)bytesOut / seconds : 0;
  int unit = 0;
  while (speed >= 1000 && unit < 4) {
    speed /= 1000;
    unit++;
  }
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  fprintf(stderr, "%llu byte%s copied, %g s, %.1f %s/s\n", bytesOut, bytesOut == 1 ? "" : "s", seconds, speed, units[unit]);
}

static void on_interrupt(int number) {
  report();
  signal(number, SIG_DFL);
  raise(number);
}

static void write_out(const char *from, size_t size) {
  if (!write_all(STDOUT_FILENO, from, size)) {
    complain_errno("error writing %s", quoted(outputName ? outputName : "standard output"));
    report();
    exit(1);
  }
  bytesOut += size;
  if (size == outputBlock) fullOut++;
  else partOut++;
}

/** Gathers output blocks; with bs= every input block is written as it came. */
static void put(const char *from, size_t size) {
  if (blockSize) {
    write_out(from, size);
    return;
  }
  while (size) {
    size_t part = outputBlock - pendingSize < size ? (size_t)outputBlock - pendingSize : size;
    memcpy(pending + pendingSize, from, part);
    pendingSize += part;
    from += part;
    size -= part;
    if (pendingSize == outputBlock) {
      write_out(pending, pendingSize);
      pendingSize = 0;
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
  for (size_t i = 0; i < size; i++) block[i] = (char)(conversions & UCASE ? toupper((unsigned char)block[i]) : tolower((unsigned char)block[i]));
}

static ssize_t read_block(char *block, size_t size) {
  ssize_t got = read(STDIN_FILENO, block, size);
  while (inputFlags & FULLBLOCK && got > 0 && (size_t)got < size) {
    ssize_t more = read(STDIN_FILENO, block + got, size - (size_t)got);
    if (more <= 0) break;
    got += more;
  }
  return got;
}

static void skip_input(char *block) {
  unsigned long long bytes = inputFlags & SKIP_BYTES ? skip : skip * inputBlock;
  if (!bytes) return;
  off_t reached = lseek(STDIN_FILENO, (off_t)bytes, SEEK_CUR);
  if (reached >= 0) {
    struct stat info;
    bytes = fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode) && reached > info.st_size;
  }
  while (reached < 0 && bytes) {
    ssize_t got = read(STDIN_FILENO, block, bytes < inputBlock ? (size_t)bytes : (size_t)inputBlock);
    if (got <= 0) break;
    bytes -= (unsigned long long)got;
  }
  if (bytes) complain("%s: cannot skip to specified offset", quoted_if_needed(inputName ? inputName : "standard input"));
}

static void open_files(void) {
  if (inputName) {
    int fd = open(inputName, O_RDONLY);
    if (fd < 0) die_errno(1, "failed to open %s", quoted(inputName));
    dup2(fd, STDIN_FILENO);
    close(fd);
  }
  if (outputName) {
    int flags = O_WRONLY | (conversions & NOCREAT ? 0 : O_CREAT) | (conversions & EXCL ? O_EXCL : 0) | (outputFlags & APPEND ? O_APPEND : 0);
    if (!(conversions & NOTRUNC) && !seek) flags |= O_TRUNC;
    int fd = open(outputName, flags, 0666);
    if (fd < 0) die_errno(1, "failed to open %s", quoted(outputName));
    dup2(fd, STDOUT_FILENO);
    close(fd);
    if (seek && !(conversions & NOTRUNC) && ftruncate(STDOUT_FILENO, (off_t)(seek * outputBlock)) && errno != EINVAL)
      die_errno(1, "failed to truncate to %llu bytes in output file %s", seek * outputBlock, quoted(outputName));
  }
  if (seek && lseek(STDOUT_FILENO, (off_t)(seek * outputBlock), SEEK_CUR) < 0) die_errno(1, "%s: cannot seek", quoted(outputName ? outputName : "standard output"));
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
  } numbers[] = {{"bs", &blockSize}, {"ibs", &inputBlock}, {"obs", &outputBlock}, {"count", &count}, {"skip", &skip}, {"iseek", &skip}, {"seek", &seek}, {"oseek", &seek}};
  static const struct {
    const char *name;
    const char **text;
  } texts[] = {{"if", &inputName}, {"of", &outputName}, {"status", &showStatus}};
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
  if (strncmp(operand, "conv=", 5) == 0) conversions |= parse_words(value, conversionNames, "conversion");
  else if (strncmp(operand, "iflag=", 6) == 0) inputFlags |= parse_words(value, flagNames, "input flag");
  else if (strncmp(operand, "oflag=", 6) == 0) outputFlags |= parse_words(value, flagNames, "output flag");
  else {
    complain("unrecognized operand %s", quoted(operand));
    usage_error(1);
  }
}

int main(int argc, char **argv) {
  int status = 0;
  for (int i = no_options(argc, argv, help); i < argc; i++) parse_operand(argv[i]);
  if (blockSize) inputBlock = outputBlock = blockSize;
  if (!inputBlock || !outputBlock) die(1, "invalid number: %s", quoted("0"));
  open_files();
  clock_gettime(CLOCK_MONOTONIC, &started);
  signal(SIGINT, on_interrupt);
  char *block = must_malloc((size_t)inputBlock);
  pending = must_malloc((size_t)outputBlock);
  skip_input(block);
  unsigned long long bytesLeft = inputFlags & COUNT_BYTES ? count : ~0ULL;
  while (inputFlags & COUNT_BYTES ? bytesLeft > 0 : fullIn + partIn < count) {
    size_t wanted = bytesLeft < inputBlock ? (size_t)bytesLeft : (size_t)inputBlock;
    ssize_t got = read_block(block, wanted);
    if (got == 0) break;
    if (got < 0) {
      complain_errno("error reading %s", quoted(inputName ? inputName : "standard input"));
      status = 1;
      if (!(conversions & NOERROR)) break;
      if (lseek(STDIN_FILENO, (off_t)inputBlock, SEEK_CUR) < 0) break;
      got = 0;
    }
    bytesLeft -= (unsigned long long)got;
    if ((size_t)got == inputBlock) fullIn++;
    else partIn++;
    if (conversions & SYNC && (size_t)got < inputBlock) {
      memset(block + got, 0, (size_t)inputBlock - (size_t)got);
      got = (ssize_t)inputBlock;
    }
    convert(block, (size_t)got);
    put(block, (size_t)got);
  }
  if (pendingSize) write_out(pending, pendingSize);
  if (conversions & FSYNC && fsync(STDOUT_FILENO)) {
    complain_errno("fsync failed for %s", quoted(outputName ? outputName : "standard output"));
    status = 1;
  }
  if (close(STDOUT_FILENO)) {
    complain_errno("closing output file");
    status = 1;
  }
  report();
  return status;
}
