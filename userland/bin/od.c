/* od: bytes as octal, hexadecimal, decimal or characters. (POSIX od) */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: od [-v] [-A dox n] [-j SKIP] [-N COUNT] [-w[BYTES]] [-t TYPE]... [-abcdfosx] [FILE]...\nShow bytes.\n"
    "  TYPE: a, c, or d o u x f with a size 1 2 4 8 or C S I L, and z for text   -b is -t o1, -c -t c, -d -t u2, -o -t o2, -s -t d2, -x -t x2\n";

/** One -t: how to show `size` bytes, in `width` columns. */
struct format {
  char letter;
  int size, width, text;
};

#define FORMATS 16
#define LINE 4096
static struct format formats[FORMATS];
static int formatCount, lineBytes = 16, addressBase = 8;
static char **files;
static FILE *stream;
static int status;

static void add_format(char letter, int size, int text) {
  static const struct {
    char letter;
    int widths[4];
  } widths[] = {{'o', {3, 6, 11, 22}}, {'x', {2, 4, 8, 16}}, {'u', {3, 5, 10, 20}}, {'d', {4, 6, 11, 20}}, {'c', {3}}, {'a', {3}}, {'f', {0, 0, 15, 24}}};
  int log = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  if (formatCount == FORMATS) die(1, "too many types");
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (widths[i].letter == letter) formats[formatCount++] = (struct format){letter, size, widths[i].widths[log], text};
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
        if ((size != 1 && size != 2 && size != 4 && size != 8) || (letter == 'f' && size < 4)) die(1, "invalid type string %s;\nthis system doesn't provide a %d-byte %s type", quoted(start), size, letter == 'f' ? "floating point" : "integral");
        text = end;
      }
    }
    int shown = *text == 'z';
    text += shown;
    add_format(letter, size, shown);
  }
}

static const char *character_text(int c, char letter, char text[8]) {
  static const char *const names[] = {"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr", "so", "si", "dle",
                                      "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us", "sp"};
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

/** Shortest text that reads back as the same number. */
static void float_text(double value, int size, char *text) {
  for (int digits = size == 4 ? 6 : 15; digits <= 17; digits++) {
    sprintf(text, "%.*g", digits, value);
    if (size == 4 ? strtof(text, 0) == (float)value : strtod(text, 0) == value) return;
  }
}

static void print_item(const struct format *format, const unsigned char *bytes, int width) {
  char text[64];
  unsigned long long value = 0;
  for (int i = format->size; i-- > 0;) value = value << 8 | bytes[i];
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
  if (addressBase == 8) printf("%07llo", address);
  else if (addressBase == 10) printf("%07llu", address);
  else if (addressBase == 16) printf("%06llx", address);
}

/** Formats of different widths are lined up: every item gets its share of the widest format's width. */
static void print_line(unsigned long long address, unsigned char *bytes, int size) {
  int perEight = 0;
  for (int i = 0; i < formatCount; i++) {
    int width = (formats[i].width + 1) * 8 / formats[i].size;
    if (width > perEight) perEight = width;
  }
  for (int i = 0; i < formatCount; i++) {
    const struct format *format = &formats[i];
    if (i == 0) print_address(address);
    else printf("%*s", addressBase == 16 ? 6 : addressBase ? 7 : 0, "");
    int items = lineBytes / format->size, total = perEight * lineBytes / 8, padding = total - items * (format->width + 1), used = 0;
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

/** Next byte of all files. */
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

static unsigned long long number(const char *text) {
  char *end;
  unsigned long long value = strtoull(text, &end, 0), factor = *end == 'b' ? 512 : *end == 'k' || *end == 'K' ? 1024 : *end == 'm' || *end == 'M' ? 1 << 20 : 1;
  if (end == text || (*end && factor == 1)) die(1, "invalid argument %s", quoted(text));
  return value * factor;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"address-radix", 1, 0, 'A'}, {"skip-bytes", 1, 0, 'j'}, {"read-bytes", 1, 0, 'N'}, {"format", 1, 0, 't'}, {"output-duplicates", 0, 0, 'v'}, {"width", 2, 0, 'w'}, {0}};
  static const struct command_line line = {"A:abcdfj:N:ost:vw::x", names, help, 1};
  unsigned long long skip = 0, limit = ~0ULL, address = 0;
  int all = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'A': {
        static const char letters[] = "odxn";
        static const int bases[] = {8, 10, 16, 0};
        const char *found = *optarg ? strchr(letters, *optarg) : 0;
        if (!found) die(1, "invalid output address radix '%c'; it must be one character from [doxn]", *optarg);
        addressBase = bases[found - letters];
        break;
      }
      case 'a': parse_types("a"); break;
      case 'b': parse_types("o1"); break;
      case 'c': parse_types("c"); break;
      case 'd': parse_types("u2"); break;
      case 'f': parse_types("fF"); break;
      case 'o': parse_types("o2"); break;
      case 's': parse_types("d2"); break;
      case 'x': parse_types("x2"); break;
      case 't': parse_types(optarg); break;
      case 'j': skip = number(optarg); break;
      case 'N': limit = number(optarg); break;
      case 'v': all = 1; break;
      case 'w': lineBytes = optarg ? (int)number(optarg) : 32; break;
    }
  if (!formatCount) parse_types("o2");
  if (lineBytes < 1 || lineBytes > LINE / 2 || lineBytes % 8 > 0) {
    for (int i = 0; i < formatCount; i++)
      if (lineBytes < 1 || lineBytes > LINE / 2 || lineBytes % formats[i].size) die(1, "invalid width %d", lineBytes);
  }
  static char *standardInput[] = {"-", 0};
  files = optind < argc ? argv + optind : standardInput;
  for (; address < skip; address++)
    if (next_byte() == EOF) die(1, "cannot skip past end of combined input");
  static unsigned char bytes[LINE + 8], previous[LINE];
  int starred = 0, first = 1, size = 0;
  unsigned long long read = 0;
  do {
    for (size = 0; size < lineBytes && read < limit; size++, read++) {
      int c = next_byte();
      if (c == EOF) break;
      bytes[size] = (unsigned char)c;
    }
    if (!size) break;
    memset(bytes + size, 0, 8);
    /* Lines equal to the one before are a star. */
    if (!all && !first && size == lineBytes && memcmp(bytes, previous, (size_t)size) == 0) {
      if (!starred) puts("*");
      starred = 1;
    } else {
      print_line(address, bytes, size);
      starred = 0;
    }
    memcpy(previous, bytes, (size_t)size);
    first = 0;
    address += (unsigned)size;
  } while (size == lineBytes);
  if (addressBase) {
    print_address(address);
    putchar('\n');
  }
  return finish(status);
}
