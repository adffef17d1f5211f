/* seq: a sequence of numbers. (GNU seq) */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: seq [-w] [-s STRING] [-f FORMAT] [FIRST [STEP]] LAST\nPrint numbers from FIRST to LAST.\n  -w  zeros before, to equal width   -s STRING  between numbers   -f FORMAT  as printf's\n";

static long double parse(const char *text) {
  char *end;
  long double value = strtold(text, &end);
  if (end == text || *end || isnan(value)) {
    complain("invalid floating point argument: %s", quoted(text));
    usage_error(1);
  }
  return value;
}

/* Decimals that are needed to show the number as it was given; -1 for hexadecimal ones, of which that is not known. */
static int decimals(const char *text) {
  if (strpbrk(text, "xX")) return strpbrk(text, ".pP") ? -1 : 0;
  const char *point = strchr(text, '.'), *exponent = strpbrk(text, "eE");
  long places = point ? (long)strspn(point + 1, "0123456789") : 0;
  if (exponent) places -= strtol(exponent + 1, 0, 10);
  return places > 0 ? (int)places : 0;
}

/* Whole numbers are counted as text, for they may have more digits than any number type. */
static char *whole_text(const char *text, long double value) {
  text += strspn(text, " +");
  const char *digits = text + strspn(text, "0");
  return text[strspn(text, "0123456789")] || !*text ? must_format("%.0Lf", value) : must_strdup(*digits ? digits : "0");
}

static int compare_whole(const char *a, const char *b) {
  size_t a_length = strlen(a), b_length = strlen(b);
  return a_length != b_length ? (a_length < b_length ? -1 : 1) : strcmp(a, b);
}

/* From one whole number to another; infinity has no text as a last one. */
static void count_whole(const char *first, unsigned long step, const char *last, const char *separator) {
  size_t length = strlen(first), capacity = length + 64;
  char *digits = must_malloc(capacity + 1);
  strcpy(digits + capacity - length, first);
  for (int printed = 0;; printed = 1) {
    const char *text = digits + capacity - length;
    if ((last && compare_whole(text, last) > 0) || ferror(stdout)) {
      if (printed) putchar('\n');
      return;
    }
    if (printed) fputs(separator, stdout);
    fwrite(text, 1, length, stdout);
    unsigned long carry = step;
    for (size_t place = 1; carry; place++) {
      if (place > length) digits[capacity - ++length] = '0';
      carry += (unsigned long)(digits[capacity - place] - '0');
      digits[capacity - place] = (char)('0' + carry % 10);
      carry /= 10;
    }
    if (length + 32 > capacity) {
      char *longer = must_malloc(capacity * 2 + 1);
      memcpy(longer + capacity * 2 - length, digits + capacity - length, length + 1);
      free(digits);
      digits = longer;
      capacity *= 2;
    }
  }
}

/* The number of digits before the point that -w needs for a number: as many as it was given, or more if it has an
 * exponent. */
static int whole_width(const char *given, long double value) {
  char text[64];
  given += strspn(given, " +");
  int plain = (int)strspn(given, "-0123456789"),
      needed = snprintf(text, sizeof text, "%.0Lf", truncl(value)) + (value < 0 && value > -1 ? (text[0] != '-') : 0);
  return plain > needed ? plain : needed;
}

/* One conversion of a floating-point number, to which "L" is added. */
static char *check_format(const char *format) {
  const char *at = format;
  while ((at = strchr(at, '%')) && at[1] == '%') at += 2;
  if (!at) die(1, "format %s has no %% directive", quoted(format));
  const char *letter = at + 1;
  letter += strspn(letter, "-+ #0'");
  letter += strspn(letter, "0123456789");
  if (*letter == '.') letter += 1 + strspn(letter + 1, "0123456789");
  const char *end = letter;
  letter += *letter == 'L';
  if (!*letter || !strchr("efgaEFGA", *letter)) die(1, "format %s has unknown %%%c directive", quoted(format), *letter);
  const char *rest = letter;
  while ((rest = strchr(rest, '%'))) {
    if (rest[1] != '%') die(1, "format %s has too many %% directives", quoted(format));
    rest += 2;
  }
  /* The only locale has nothing between groups of digits. */
  char *result = must_format("%.*sL%s", (int)(end - format), format, letter);
  for (char *mark; (mark = memchr(result + (at - format), '\'', (size_t)(end - at)));)
    memmove(mark, mark + 1, strlen(mark));
  return result;
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"equal-width", 0, 0, 'w'}, {"separator", 1, 0, 's'}, {"format", 1, 0, 'f'}, {0}};
  static const struct command_line line = {"+ws:f:", names, help, 1};
  const char *separator = "\n", *format = 0;
  int equal_width = 0;
  /* "-5" is a number, not an option. */
  while (optind < argc &&
         !(argv[optind][0] == '-' && (argv[optind][1] == '.' || (argv[optind][1] >= '0' && argv[optind][1] <= '9')))) {
    int letter = next_option(argc, argv, &line);
    if (letter == -1) break;
    if (letter == 'w') equal_width = 1;
    else if (letter == 's') separator = optarg;
    else format = optarg;
  }
  if (equal_width && format) {
    complain("format string may not be specified when printing equal width strings");
    usage_error(1);
  }
  int count = argc - optind;
  if (count < 1) {
    complain("missing operand");
    usage_error(1);
  }
  if (count > 3) {
    complain("extra operand %s", quoted(argv[optind + 3]));
    usage_error(1);
  }
  const char *first_text = count > 1 ? argv[optind] : "1", *step_text = count > 2 ? argv[optind + 1] : "1",
             *last_text = argv[argc - 1];
  long double first = parse(first_text), step = parse(step_text), last = parse(last_text);
  if (step == 0) {
    complain("invalid Zero increment value: %s", quoted(step_text));
    usage_error(1);
  }
  int first_places = decimals(first_text), step_places = decimals(step_text);
  int places = first_places > step_places ? first_places : step_places;
  if (!format && !equal_width && !first_places && !step_places && !decimals(last_text) && first >= 0 && last >= 0 &&
      step > 0 && step < 1e9L && isfinite(first)) {
    char *first_whole = whole_text(first_text, first), *last_whole = isfinite(last) ? whole_text(last_text, last) : 0;
    count_whole(first_whole, (unsigned long)step, last_whole, separator);
    return finish(0);
  }
  char *made;
  if (format) {
    made = check_format(format);
  } else if (first_places < 0 || step_places < 0) {
    made = "%Lg";
  } else {
    int first_width = whole_width(first_text, first), last_width = whole_width(last_text, last),
        width = first_width > last_width ? first_width : last_width;
    made = equal_width ? must_format("%%0%d.%dLf", width + (places ? places + 1 : 0), places)
                       : must_format("%%.%dLf", places);
  }
  /* The last value may exceed LAST by a rounding error and still be printed as LAST. */
  char text[512], last_printed[512];
  snprintf(last_printed, sizeof last_printed, made, last);
  for (long double i = 0;; i++) {
    long double value = i > 0 ? first + i * step : first;
    int beyond = step > 0 ? value > last : value < last;
    snprintf(text, sizeof text, made, value);
    if (beyond && !(i > 0 && strcmp(text, last_printed) == 0 && strtold(text, 0) == last &&
                    fabsl(value - last) < fabsl(step) / 2)) {
      if (i > 0) putchar('\n');
      break;
    }
    if (i > 0) fputs(separator, stdout);
    fputs(text, stdout);
    if (ferror(stdout)) break;
  }
  return finish(0);
}
