/* sleep: waits. (POSIX sleep; fractions and units as in GNU) */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tool.h>

static const char help[] =
    "Usage: sleep NUMBER[smhd]...\nWait for that many seconds, minutes, hours or days, which may be fractions.\n";

static double parse(const char *text) {
  char *end;
  double value = strtod(text, &end);
  static const struct {
    char letter;
    int seconds;
  } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  int factor = *end ? 0 : 1;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (*end == units[i].letter && !end[1]) factor = units[i].seconds;
  if (end == text || value < 0 || !factor || isnan(value)) {
    complain("invalid time interval %s", quoted(text));
    return -1;
  }
  return value * factor;
}

int main(int argc, char **argv) {
  int first = no_options(argc, argv, help), wrong = 0;
  if (first >= argc) {
    complain("missing operand");
    usage_error(1);
  }
  double total = 0;
  for (int i = first; i < argc; i++) {
    double seconds = parse(argv[i]);
    if (seconds < 0) wrong = 1;
    total += seconds;
  }
  if (wrong) usage_error(1);
  if (total > 1e15) total = 1e15;
  struct timespec left = {(time_t)total, (long)((total - floor(total)) * 1e9), 0};
  while (nanosleep(&left, &left) && errno == EINTR) continue;
  return 0;
}
