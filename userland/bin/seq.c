/* seq: a sequence of numbers. (GNU seq) */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] = "Usage: seq [-w] [-s STRING] [-f FORMAT] [FIRST [STEP]] LAST\nPrint numbers from FIRST to LAST.\n  -w  zeros before, to equal width   -s STRING  between numbers   -f FORMAT  as printf's\n";

static long double parse(const char *text) {
  char *end;
  long double value = strtold(text, &end);
  if (end == text || *end || isnan(value)) {
    complain("invalid floating point argument: %s", quoted(text));
    usage_error(1);
  }
  return value;
}

static int decimals(const char *text) {
  const char *point = strchr(text, '.');
  return point ? (int)strspn(point + 1, "0123456789") : 0;
}

/** The number of digits before the point that -w needs for this value. */
static int whole_width(long double value) {
  char text[64];
  return snprintf(text, sizeof text, "%.0Lf", truncl(value)) + (value < 0 && value > -1 ? (text[0] != '-') : 0);
}

/** One conversion of a floating-point number, to which "L" is added. */
static char *check_format(const char *format) {
  const char *at = format;
  while ((at = strchr(at, '%')) && at[1] == '%') at += 2;
  if (!at) die(1, "format %s has no %% directive", quoted(format));
  const char *letter = at + 1;
  letter += strspn(letter, "-+ #0'");
  letter += strspn(letter, "0123456789.");
  if (!*letter || !strchr("efgaEFGA", *letter)) die(1, "format %s has unknown %%%c directive", quoted(format), *letter);
  const char *rest = letter;
  while ((rest = strchr(rest, '%'))) {
    if (rest[1] != '%') die(1, "format %s has too many %% directives", quoted(format));
    rest += 2;
  }
  return must_format("%.*sL%s", (int)(letter - format), format, letter);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"equal-width", 0, 0, 'w'}, {"separator", 1, 0, 's'}, {"format", 1, 0, 'f'}, {0}};
  static const struct command_line line = {"+ws:f:", names, help, 1};
  const char *separator = "\n", *format = 0;
  int equalWidth = 0;
  /* "-5" is a number, not an option. */
  while (optind < argc && !(argv[optind][0] == '-' && (argv[optind][1] == '.' || (argv[optind][1] >= '0' && argv[optind][1] <= '9')))) {
    int letter = next_option(argc, argv, &line);
    if (letter == -1) break;
    if (letter == 'w') equalWidth = 1;
    else if (letter == 's') separator = optarg;
    else format = optarg;
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
  const char *firstText = count > 1 ? argv[optind] : "1", *stepText = count > 2 ? argv[optind + 1] : "1", *lastText = argv[argc - 1];
  long double first = parse(firstText), step = parse(stepText), last = parse(lastText);
  if (step == 0) {
    complain("invalid Zero increment value: %s", quoted(stepText));
    usage_error(1);
  }
  int places = decimals(firstText) > decimals(stepText) ? decimals(firstText) : decimals(stepText);
  char *made;
  if (format) {
    made = check_format(format);
  } else {
    int width = whole_width(first) > whole_width(last) ? whole_width(first) : whole_width(last);
    made = equalWidth ? must_format("%%0%d.%dLf", width + (places ? places + 1 : 0), places) : must_format("%%.%dLf", places);
  }
  /* The last value may exceed LAST by a rounding error and still be printed as LAST. */
  char text[512], lastPrinted[512];
  snprintf(lastPrinted, sizeof lastPrinted, made, last);
  for (long double i = 0;; i++) {
    long double value = first + i * step;
    int beyond = step > 0 ? value > last : value < last;
    snprintf(text, sizeof text, made, value);
    if (beyond && !(i > 0 && strcmp(text, lastPrinted) == 0 && strtold(text, 0) == last && fabsl(value - last) < fabsl(step) / 2)) {
      if (i > 0) putchar('\n');
      break;
    }
    if (i > 0) fputs(separator, stdout);
    fputs(text, stdout);
    if (ferror(stdout)) break;
  }
  return finish(0);
}
