/* od: bytes as octal, hexadecimal, decimal or characters. (POSIX od, with its XSI letters and offsets; -S -w --endian
 * of GNU) */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: od [-v] [-A doxn] [-j SKIP] [-N COUNT] [-w[BYTES]] [-t TYPE]... [FILE]...\n   or: od [-abcd…] [FILE] [[+]OFFSET[.][b]]\nShow bytes.\n"
    "  TYPE: a, c, or d o u x f with a size 1 2 4 8 or C S I L, and z for text   --endian=little|big\n"
    "  -a is -t a, -b o1, -c c, -B -o o2, -O o4, -d u2, -D u4, -s d2, -i -I -l -L d4, -h -x x2, -H -X x4, -f fF, -e -F fD\n"
    "  -S N  strings of at least N printable bytes that NUL ends\n";

/* Types that have a letter of their own; long has 32 bits here. */
static const struct {
  char letter;
  const char *type;
} letters[] = {{'a', "a"},  {'b', "o1"}, {'c', "c"},  {'B', "o2"}, {'o', "o2"}, {'O', "o4"}, {'d', "u2"},
               {'D', "u4"}, {'s', "d2"}, {'i', "d4"}, {'I', "d4"}, {'l', "d4"}, {'L', "d4"}, {'h', "x2"},
               {'x', "x2"}, {'H', "x4"}, {'X', "x4"}, {'f', "fF"}, {'e', "fD"}, {'F', "fD"}};

/* One -t: how to show `size` bytes, in `width` columns. */
struct format {
  char letter;
  int size, width, text;
};

#define FORMATS 16
#define LINE 4096
static struct format formats[FORMATS];
static int format_count, line_bytes = 16, address_base = 8, big_endian;
static char **files;
static FILE *stream;
static int status;

static void add_format(char letter, int size, int text) {
  static const struct {
    char letter;
    int widths[4];
  } widths[] = {{'o', {3, 6, 11, 22}}, {'x', {2, 4, 8, 16}}, {'u', {3, 5, 10, 20}},
                {'d', {4, 6, 11, 20}}, {'c', {3}},           {'a', {3}},
                {'f', {0, 0, 15, 24}}};
  int log = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  if (format_count == FORMATS) die(1, "too many types");
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (widths[i].letter == letter)
      formats[format_count++] = (struct format){letter, size, widths[i].widths[log], text};
}

static void parse_types(const char *text) {
  const char *start = text;
  while (*text) {
    char letter = *text++;
    if (!strchr("acdfoux", letter)) die(1, "invalid character '%c' in type string %s", letter, quoted(start));
    int size = letter == 'a' || letter == 'c' ? 1 : letter == 'f' ? 8 : 4;
    if (letter != 'a' && letter != 'c') {
      static const char letters[] = "CSILFD";
      static const int sizes[] = {1, 2, 4, 4, 4, 8};
      const char *named = *text ? strchr(letters, *text) : 0;
      if (named && (letter == 'f') == (named - letters >= 4)) {
        size = sizes[named - letters];
        text++;
      } else if (isdigit((unsigned char)*text)) {
        char *end;
        size = (int)strtol(text, &end, 10);
        if ((size != 1 && size != 2 && size != 4 && size != 8) || (letter == 'f' && size < 4))
          die(1, "invalid type string %s;\nthis system doesn't provide a %d-byte %s type", quoted(start), size,
              letter == 'f' ? "floating point" : "integral");
        text = end;
      }
    }
    int shown = *text == 'z';
    text += shown;
    add_format(letter, size, shown);
  }
}

static const char *character_text(int c, char letter, char text[8]) {
  static const char *const names[] = {"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs",  "ht",  "nl",
                                      "vt",  "ff",  "cr",  "so",  "si",  "dle", "dc1", "dc2", "dc3", "dc4", "nak",
                                      "syn", "etb", "can", "em",  "sub", "esc", "fs",  "gs",  "rs",  "us",  "sp"};
  if (letter == 'a') {
    c &= 0x7f;
    if (c <= 32) return names[c];
    if (c == 127) return "del";
  } else {
    const char *escape = c < 14 ? memchr("\00\aa\bb\tt\nn\vv\ff\rr", c, 16) : 0;
    if (c == 0) return "\\0";
    if (escape) {
      sprintf(text, "\\%c", escape[1]);
      return text;
    }
    if (!isprint(c)) {
      sprintf(text, "%03o", (unsigned)c);
      return text;
    }
  }
  text[0] = (char)c;
  text[1] = 0;
  return text;
}

/* Shortest text that reads back as the same number. */
static void float_text(double value, int size, char *text) {
  double magnitude = fabs(value);
  int is_denormal = magnitude < (size == 4 ? 0x1p-126 : 0x1p-1022);
  for (int digits = is_denormal ? 1 : size == 4 ? 6 : 15; digits <= 17; digits++) {
    sprintf(text, "%.*g", digits, value);
    if (size == 4 ? strtof(text, 0) == (float)value : strtod(text, 0) == value) return;
  }
}

static void print_item(const struct format *format, const unsigned char *bytes, int width) {
  char text[64];
  unsigned long long value = 0;
  for (int i = 0; i < format->size; i++) value = value << 8 | bytes[big_endian ? i : format->size - 1 - i];
  int shift = 64 - 8 * format->size;
  switch (format->letter) {
    case 'o': sprintf(text, "%0*llo", format->width, value); break;
    case 'x': sprintf(text, "%0*llx", format->width, value); break;
    case 'u': sprintf(text, "%llu", value); break;
    case 'd': sprintf(text, "%lld", (long long)(value << shift) >> shift); break;
    case 'f': {
      union {
        float single;
        double full;
        unsigned long long bits;
      } number = {.bits = value};
      float_text(format->size == 4 ? (double)number.single : number.full, format->size, text);
      break;
    }
    default: {
      char buffer[8];
      strcpy(text, character_text(*bytes, format->letter, buffer));
    }
  }
  printf("%*s", width, text);
}

static void print_address(unsigned long long address) {
  if (address_base == 8) printf("%07llo", address);
  else if (address_base == 10) printf("%07llu", address);
  else if (address_base == 16) printf("%06llx", address);
}

/* Formats of different widths are lined up: every item gets its share of the widest format's width. */
static void print_line(unsigned long long address, unsigned char *bytes, int size) {
  int per_eight = 0;
  for (int i = 0; i < format_count; i++) {
    int width = (formats[i].width + 1) * 8 / formats[i].size;
    if (width > per_eight) per_eight = width;
  }
  for (int i = 0; i < format_count; i++) {
    const struct format *format = &formats[i];
    if (i == 0) print_address(address);
    else printf("%*s", address_base == 16 ? 6 : address_base ? 7 : 0, "");
    int items = line_bytes / format->size, total = per_eight * line_bytes / 8,
        padding = total - items * (format->width + 1), used = 0;
    for (int item = 0; item < items; item++) {
      if (item * format->size >= size) {
        used = item;
        break;
      }
      /* Padding is spread over the items, more of it first, as GNU does. */
      int before = padding * (items - item) / items, after = padding * (items - item - 1) / items;
      print_item(format, bytes + item * format->size, format->width + 1 + before - after);
      used = item + 1;
    }
    if (format->text) {
      int missing = items - used;
      printf("%*s  >", missing * (format->width + 1) + padding * missing / items, "");
      for (int k = 0; k < size; k++) putchar(isprint(bytes[k]) ? bytes[k] : '.');
      putchar('<');
    }
    putchar('\n');
  }
}

/* Next byte of all files. */
static int next_byte(void) {
  for (;;) {
    if (!stream) {
      if (!*files) return EOF;
      stream = open_input_stream(*files++);
      if (!stream) {
        status = 1;
        continue;
      }
    }
    int c = getc(stream);
    if (c != EOF) return c;
    if (ferror(stream)) {
      complain_errno("%s", quoted_if_needed(files[-1]));
      status = 1;
    }
    close_input_stream(stream);
    stream = 0;
  }
}

/* -S: runs of printable bytes up to a NUL. */
static void print_strings(size_t least, unsigned long long address, unsigned long long limit) {
  char *text = 0;
  size_t length = 0, capacity = 0;
  for (unsigned long long end = address + limit; end < address || address < end; address++) {
    int c = next_byte();
    if (c == EOF) break;
    if (isprint(c)) {
      if (length == capacity) text = must_realloc(text, capacity = capacity ? capacity * 2 : 256);
      text[length++] = (char)c;
      continue;
    }
    if (c == 0 && length >= least) {
      print_address(address - length);
      if (address_base) putchar(' ');
      for (size_t i = 0; i < length; i++) putchar(text[i]);
      putchar('\n');
    }
    length = 0;
  }
}

/* POSIX's older form, [+]OFFSET[.][b]: octal, hexadecimal with 0x, decimal with a point; b is for blocks. */
static int parse_offset(const char *text, unsigned long long *offset) {
  char *end;
  text += *text == '+';
  if (!isdigit((unsigned char)*text)) return 0;
  int hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char *point = strchr(text, '.');
  *offset = strtoull(text, &end, hexadecimal ? 16 : point ? 10 : 8);
  if (end == point) end++;
  if (*end == 'b' || *end == 'B') {
    *offset *= 512;
    end++;
  }
  return *end == 0;
}

static unsigned long long number(const char *text) {
  char *end;
  unsigned long long value = strtoull(text, &end, 0), factor = *end == 'b'                  ? 512
                                                               : *end == 'k' || *end == 'K' ? 1024
                                                               : *end == 'm' || *end == 'M' ? 1 << 20
                                                                                            : 1;
  if (end == text || (*end && factor == 1)) die(1, "invalid argument %s", quoted(text));
  return value * factor;
}

int main(int argc, char **argv) {
  enum { LONG_ENDIAN = 256, LONG_TRADITIONAL };
  static const struct option names[] = {{"address-radix", 1, 0, 'A'},
                                        {"skip-bytes", 1, 0, 'j'},
                                        {"read-bytes", 1, 0, 'N'},
                                        {"format", 1, 0, 't'},
                                        {"output-duplicates", 0, 0, 'v'},
                                        {"width", 2, 0, 'w'},
                                        {"strings", 2, 0, 'S'},
                                        {"endian", 1, 0, LONG_ENDIAN},
                                        {"traditional", 0, 0, LONG_TRADITIONAL},
                                        {0}};
  static const struct command_line line = {"A:BDFHILOS:XabcdefhiIj:lN:ost:vw::x", names, help, 1};
  unsigned long long skip = 0, limit = ~0ULL, address = 0;
  size_t least_string = 0;
  int all = 0, is_old_form = 1, traditional = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (strchr("AjNtvwS", letter)) is_old_form = 0;
    switch (letter) {
      case 'A': {
        static const char radixes[] = "odxn";
        static const int bases[] = {8, 10, 16, 0};
        const char *found = *optarg ? strchr(radixes, *optarg) : 0;
        if (!found) die(1, "invalid output address radix '%c'; it must be one character from [doxn]", *optarg);
        address_base = bases[found - radixes];
        break;
      }
      case 't': parse_types(optarg); break;
      case 'j': skip = number(optarg); break;
      case 'N': limit = number(optarg); break;
      case 'v': all = 1; break;
      case 'w': line_bytes = optarg ? (int)number(optarg) : 32; break;
      case 'S': least_string = optarg ? (size_t)number(optarg) : 3; break;
      case LONG_TRADITIONAL: traditional = 1; break;
      case LONG_ENDIAN:
        big_endian = strcmp(optarg, "big") == 0;
        if (!big_endian && strcmp(optarg, "little")) {
          complain("invalid argument %s for '--endian'", quoted(optarg));
          usage_error(1);
        }
        break;
      default:
        for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
          if (letters[i].letter == letter) parse_types(letters[i].type);
    }
  }
  int operands = argc - optind;
  const char *last = argv[argc - 1];
  if (operands > 0 && operands <= 2 && (is_old_form || traditional) &&
      (traditional || *last == '+' || (operands == 2 && isdigit((unsigned char)*last))) && parse_offset(last, &skip))
    argc--;
  if (!format_count) parse_types("o2");
  /* Sizes are powers of two, so that the largest is a multiple of all. */
  int largest = 1;
  for (int i = 0; i < format_count; i++)
    if (formats[i].size > largest) largest = formats[i].size;
  if (line_bytes < 1 || line_bytes > LINE / 2 || line_bytes % largest) {
    complain("warning: invalid width %d; using %d instead", line_bytes, largest);
    line_bytes = largest;
  }
  static char *standard_input[] = {"-", 0};
  files = optind < argc ? argv + optind : standard_input;
  argv[argc] = 0;
  for (; address < skip; address++)
    if (next_byte() == EOF) die(1, "cannot skip past end of combined input");
  if (least_string) {
    print_strings(least_string, address, limit);
    return finish(status);
  }
  static unsigned char bytes[LINE + 8], previous[LINE];
  int starred = 0, first = 1, size = 0;
  unsigned long long read = 0;
  do {
    for (size = 0; size < line_bytes && read < limit; size++, read++) {
      int c = next_byte();
      if (c == EOF) break;
      bytes[size] = (unsigned char)c;
    }
    if (!size) break;
    memset(bytes + size, 0, 8);
    /* Lines equal to the one before are a star. */
    if (!all && !first && size == line_bytes && memcmp(bytes, previous, (size_t)size) == 0) {
      if (!starred) puts("*");
      starred = 1;
    } else {
      print_line(address, bytes, size);
      starred = 0;
    }
    memcpy(previous, bytes, (size_t)size);
    first = 0;
    address += (unsigned)size;
  } while (size == line_bytes);
  if (address_base) {
    print_address(address);
    putchar('\n');
  }
  return finish(status);
}
