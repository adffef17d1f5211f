/* printf: formatted output; the format is used again while arguments are left. (POSIX printf) */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: printf FORMAT [ARGUMENT]...\nPrint the arguments as the format says; %b prints a string with escapes, %q a quoted one.\n";

static char **arguments;
static int status;

static const char *next_argument(void) {
  return *arguments ? *arguments++ : 0;
}

/* Complains about what is wrong with a number that ended at `end`. */
static void check_number(const char *text, const char *end) {
  if (errno) complain_errno("%s", quoted(text));
  else if (end == text) complain("%s: expected a numeric value", quoted(text));
  else if (*end) complain("%s: value not completely converted", quoted(text));
  else return;
  status = 1;
}

/* 'c or "c is the value of the byte. */
static int is_character(const char *text) {
  return (*text == '\'' || *text == '"') && text[1];
}

static intmax_t integer_argument(int is_signed) {
  const char *text = next_argument();
  if (!text) return 0;
  if (is_character(text)) return (unsigned char)text[1];
  char *end;
  errno = 0;
  intmax_t value = is_signed ? strtoimax(text, &end, 0) : (intmax_t)strtoumax(text, &end, 0);
  check_number(text, end);
  return value;
}

static long double float_argument(void) {
  const char *text = next_argument();
  if (!text) return 0;
  if (is_character(text)) return (unsigned char)text[1];
  char *end;
  errno = 0;
  long double value = strtold(text, &end);
  check_number(text, end);
  return value;
}

/* Text with its escapes replaced; *stop is set by \c. The result is allocated, *length long. */
static char *unescape(const char *text, int echo_form, size_t *length, int *stop) {
  char *result = must_malloc(strlen(text) + 1), *to = result;
  *stop = 0;
  while (*text && !*stop) {
    if (*text != '\\') {
      *to++ = *text++;
      continue;
    }
    text++;
    int c = read_escape(&text, echo_form);
    if (c == -1) *stop = 1;
    else *to++ = (char)(c == -2 ? '\\' : c);
  }
  *to = 0;
  *length = (size_t)(to - result);
  return result;
}

/* Bytes that may include NUL, in a field of the conversion's width and precision. */
static void print_bytes(const char *bytes, size_t length, int left, int width, int precision) {
  if (precision >= 0 && (size_t)precision < length) length = (size_t)precision;
  int padding = width - (int)length;
  for (int i = 0; i < padding && !left; i++) putchar(' ');
  fwrite(bytes, 1, length, stdout);
  for (int i = 0; i < padding && left; i++) putchar(' ');
}

/* Prints one conversion; at is behind the '%'. Returns what follows, or a null pointer after \c in %b. */
static const char *convert(const char *at) {
  char flags[8] = "", format[32];
  int width = 0, precision = -1;
  const char *start = at;
  for (; *at && strchr("-+ #0'", *at); at++)
    if (!strchr(flags, *at) && *at != '\'') strncat(flags, at, 1);
  if (*at == '*') {
    width = (int)integer_argument(1);
    at++;
  } else {
    for (; *at >= '0' && *at <= '9'; at++) width = width * 10 + *at - '0';
  }
  if (*at == '.') {
    precision = 0;
    if (*++at == '*') {
      precision = (int)integer_argument(1);
      at++;
    } else {
      for (; *at >= '0' && *at <= '9'; at++) precision = precision * 10 + *at - '0';
    }
  }
  while (*at && strchr("hlLjtz", *at)) at++;
  if (width < 0) {
    strcat(flags, strchr(flags, '-') ? "" : "-");
    width = -width;
  }
  char letter = *at;
  sprintf(format, "%%%s*.*%s%c", flags,
          strchr("diouxX", letter) && letter     ? "j"
          : strchr("aefgAEFG", letter) && letter ? "L"
                                                 : "",
          letter);
  int left = strchr(flags, '-') != 0, stop = 0;
  switch (letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X': {
      intmax_t value = integer_argument(letter == 'd' || letter == 'i');
      printf(format, width, precision, value);
      break;
    }
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': printf(format, width, precision, float_argument()); break;
    case 'c': {
      const char *text = next_argument();
      /* The NUL of an empty argument is printed too. */
      print_bytes(text ? text : "", 1, left, width, -1);
      break;
    }
    case 's': {
      const char *text = next_argument();
      if (!text) text = "";
      print_bytes(text, strlen(text), left, width, precision);
      break;
    }
    case 'b': {
      const char *text = next_argument();
      size_t length;
      char *bytes = unescape(text ? text : "", 1, &length, &stop);
      print_bytes(bytes, length, left, width, precision);
      free(bytes);
      break;
    }
    case 'q': {
      const char *text = next_argument();
      const char *safe = text && *text ? quoted_if_needed(text) : "''";
      print_bytes(safe, strlen(safe), left, width, precision);
      break;
    }
    default: {
      char *wrong = must_format("%%%.*s", (int)(at - start) + (letter != 0), start);
      die(1, "%s: invalid conversion specification", wrong);
    }
  }
  return stop ? 0 : at + 1;
}

/* One pass over the format; false after \c. */
static int print(const char *at) {
  while (*at) {
    if (*at == '%' && at[1] == '%') {
      putchar('%');
      at += 2;
    } else if (*at == '%') {
      at = convert(at + 1);
      if (!at) return 0;
    } else if (*at == '\\') {
      at++;
      int c = read_escape(&at, 0);
      if (c == -1) return 0;
      putchar(c == -2 ? '\\' : c);
    } else {
      putchar((unsigned char)*at++);
    }
  }
  return 1;
}

int main(int argc, char **argv) {
  int first = no_options(argc, argv, help);
  if (first >= argc) {
    complain("missing operand");
    usage_error(1);
  }
  arguments = argv + first + 1;
  char **before;
  do before = arguments;
  while (print(argv[first]) && *arguments && arguments != before);
  if (*arguments && arguments == before)
    complain("warning: ignoring excess arguments, starting with %s", quoted(*arguments));
  return finish(status);
}
