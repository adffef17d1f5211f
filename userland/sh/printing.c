/* echo and printf (POSIX XCU); see printing.h. */
#include "printing.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "builtins.h"
#include "error.h"
#include "output.h"

/* Arguments of printf that have not been used yet. */
struct arguments {
  char **next;
  int status;
};

struct escape {
  char letter;
  char meaning;
};

static const struct escape escapes[] = {
    {'a', '\a'}, {'b', '\b'}, {'e', '\033'}, {'f', '\f'},  {'n', '\n'},
    {'r', '\r'}, {'t', '\t'}, {'v', '\v'},   {'\\', '\\'},
};

static bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/*
 * Appends what the escape behind a backslash at text means; returns behind it, or NULL for \c, which ends all
 * output. In arguments (%b, echo) a 0 may stand in front of the three digits of an octal number.
 */
static const char *append_escape(struct buffer *to, const char *text, bool argument) {
  for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
    if (escapes[i].letter != *text) continue;
    buffer_char(to, escapes[i].meaning);
    return text + 1;
  }
  if (argument && *text == 'c') return NULL;
  if (is_octal(*text)) {
    int value = 0;
    if (argument && *text == '0') text++;
    for (int i = 0; i < 3 && is_octal(*text); i++) value = value * 8 + (*text++ - '0');
    buffer_char(to, (char)value);
    return text;
  }
  buffer_char(to, '\\');
  return text;
}

/* Appends text with its escapes replaced; false if \c ended it. */
static bool append_escaped(struct buffer *to, const char *text) {
  while (*text) {
    if (*text != '\\') {
      buffer_char(to, *text++);
      continue;
    }
    text = append_escape(to, text + 1, true);
    if (!text) return false;
  }
  return true;
}

int builtin_echo(int argc, char **argv) {
  (void)argc;
  char **word = argv + 1;
  bool newline = true;
  struct buffer text = buffer_new(&scratch);
  if (*word && strcmp(*word, "-n") == 0) {
    newline = false;
    word++;
  }
  for (; *word; word++) {
    if (!append_escaped(&text, *word)) {
      newline = false;
      break;
    }
    if (word[1]) buffer_char(&text, ' ');
  }
  if (newline) buffer_char(&text, '\n');
  out_bytes(text.text, text.length);
  return 0;
}

static const char *take_string(struct arguments *arguments) {
  return *arguments->next ? *arguments->next++ : "";
}

/* Complains about what strtoll and the like did not read. */
static void check_number(struct arguments *arguments, const char *text, const char *end) {
  if (*end || (end == text && *text)) {
    warn(end == text ? "%s: expected numeric value" : "%s: not completely converted", text);
    arguments->status = 1;
  } else if (errno == ERANGE) {
    warn("%s: %s", text, strerror(ERANGE));
    arguments->status = 1;
  }
}

static bool is_character_constant(const char *text) {
  return *text == '"' || *text == '\'';
}

static long long take_integer(struct arguments *arguments, bool is_signed) {
  const char *text = take_string(arguments);
  char *end;
  if (is_character_constant(text)) return (unsigned char)text[1];
  errno = 0;
  long long value = is_signed ? strtoll(text, &end, 0) : (long long)strtoull(text, &end, 0);
  check_number(arguments, text, end);
  return value;
}

static double take_double(struct arguments *arguments) {
  const char *text = take_string(arguments);
  char *end;
  if (is_character_constant(text)) return (unsigned char)text[1];
  errno = 0;
  double value = strtod(text, &end);
  check_number(arguments, text, end);
  return value;
}

/* A conversion specification: flags, width and precision as text for snprintf. */
struct specification {
  char text[48];
  size_t length;
  int width;
  int precision; /* -1: none */
  bool left;
};

static void append_letter(struct specification *specification, char c) {
  if (specification->length < sizeof specification->text - 4) specification->text[specification->length++] = c;
}

/* Reads a number or "*"; a huge one is cut, so that nobody asks for gigabytes. */
static int read_size(const char **format, struct arguments *arguments) {
  enum { LARGEST = 1 << 20 };
  long size = 0;
  if (**format == '*') {
    ++*format;
    size = (long)take_integer(arguments, true);
  } else {
    while (isdigit((unsigned char)**format) && size < LARGEST) size = size * 10 + (*(*format)++ - '0');
  }
  return size > LARGEST ? LARGEST : size < -LARGEST ? -LARGEST : (int)size;
}

static const char *read_specification(struct specification *specification, const char *format,
                                      struct arguments *arguments) {
  *specification = (struct specification){.text = "%", .length = 1, .precision = -1};
  for (; *format && strchr("-+ #0", *format); format++) {
    if (*format == '-') specification->left = true;
    append_letter(specification, *format);
  }
  specification->width = read_size(&format, arguments);
  if (specification->width < 0) {
    specification->width = -specification->width;
    specification->left = true;
    append_letter(specification, '-');
  }
  if (*format == '.') {
    format++;
    specification->precision = read_size(&format, arguments);
  }
  append_letter(specification, '*');
  append_letter(specification, '.');
  append_letter(specification, '*');
  return format;
}

static void print_text(const struct specification *specification, const char *text, size_t length) {
  size_t width = (size_t)specification->width;
  if (specification->precision >= 0 && length > (size_t)specification->precision)
    length = (size_t)specification->precision;
  size_t padding = width > length ? width - length : 0;
  for (size_t i = 0; i < padding && !specification->left; i++) out_char(' ');
  out_bytes(text, length);
  for (size_t i = 0; i < padding && specification->left; i++) out_char(' ');
}

static void print_integer(struct specification *specification, char letter, long long value) {
  char *format = specification->text;
  memcpy(format + specification->length, "ll", 2);
  format[specification->length + 2] = letter;
  format[specification->length + 3] = 0;
  int length = snprintf(NULL, 0, format, specification->width, specification->precision, value);
  char *text = arena_alloc(&scratch, (size_t)length + 1);
  snprintf(text, (size_t)length + 1, format, specification->width, specification->precision, value);
  out_bytes(text, (size_t)length);
}

static void print_double(struct specification *specification, char letter, double value) {
  char *format = specification->text;
  format[specification->length] = letter;
  format[specification->length + 1] = 0;
  int length = snprintf(NULL, 0, format, specification->width, specification->precision, value);
  char *text = arena_alloc(&scratch, (size_t)length + 1);
  snprintf(text, (size_t)length + 1, format, specification->width, specification->precision, value);
  out_bytes(text, (size_t)length);
}

/* Performs one conversion; behind it, or NULL if output ends here. */
static const char *convert(const char *format, struct arguments *arguments) {
  struct specification specification;
  format = read_specification(&specification, format, arguments);
  const char *text;
  switch (*format) {
    case 'c':
      text = take_string(arguments);
      print_text(&specification, text, 1);
      break;
    case 's':
      text = take_string(arguments);
      print_text(&specification, text, strlen(text));
      break;
    case 'b': {
      struct buffer expanded = buffer_new(&scratch);
      bool whole = append_escaped(&expanded, take_string(arguments));
      print_text(&specification, expanded.length ? expanded.text : "", expanded.length);
      if (!whole) return NULL;
      break;
    }
    case 'd':
    case 'i': print_integer(&specification, *format, take_integer(arguments, true)); break;
    case 'o':
    case 'u':
    case 'x':
    case 'X': print_integer(&specification, *format, take_integer(arguments, false)); break;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': print_double(&specification, *format, take_double(arguments)); break;
    default:
      if (!*format) fail("missing format character");
      out_flush();
      fail("%%%c: invalid directive", *format);
  }
  return format + 1;
}

/* Goes through the format once; false if output ends here. */
static bool print_once(const char *format, struct arguments *arguments) {
  struct buffer escape = buffer_new(&scratch);
  while (*format) {
    if (*format == '\\') {
      escape.length = 0;
      format = append_escape(&escape, format + 1, false);
      out_bytes(escape.text, escape.length);
    } else if (*format != '%') {
      out_char(*format++);
    } else if (format[1] == '%') {
      out_char('%');
      format += 2;
    } else {
      format = convert(format + 1, arguments);
      if (!format) return false;
    }
  }
  return true;
}

int builtin_printf(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  if (options.index >= argc) fail("usage: printf format [arg ...]");
  const char *format = argv[options.index];
  struct arguments arguments = {argv + options.index + 1, 0};
  for (;;) {
    struct arena_mark mark = arena_mark(&scratch);
    char **before = arguments.next;
    bool ended = !print_once(format, &arguments);
    arena_release(&scratch, mark);
    /* The format is used again while it takes arguments and there are more. */
    if (ended || arguments.next == before || !*arguments.next) break;
  }
  return arguments.status;
}
