/* date: shows a time, or sets the clock. (POSIX date; -d -r -s -I -R of GNU) */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tool.h>

static const char help[] =
    "Usage: date [-u] [-d DATE | -r FILE] [-I[SPEC]] [-R] [+FORMAT]\n   or: date -s DATE\nShow the time in the format of strftime (and %N).\n"
    "  -u  in UTC   -d DATE  another time: YYYY-MM-DD hh:mm:ss, @SECONDS, 'yesterday', '2 days ago'\n"
    "  -r FILE  when it was changed   -s DATE  set the clock   -I  as ISO 8601   -R  as RFC 5322\n";

/* The format with %N (nanoseconds; %3N are milliseconds) replaced. */
static char *expand_nanoseconds(const char *format, long nanoseconds) {
  char *result = must_malloc(strlen(format) * 10 + 1), *to = result;
  while (*format) {
    if (format[0] == '%' && (format[1] == 'N' || (format[1] >= '1' && format[1] <= '9' && format[2] == 'N'))) {
      int digits = format[1] == 'N' ? 9 : format[1] - '0';
      char text[12];
      sprintf(text, "%09ld", nanoseconds);
      memcpy(to, text, (size_t)digits);
      to += digits;
      format += format[1] == 'N' ? 2 : 3;
      continue;
    }
    if (format[0] == '%' && format[1]) *to++ = *format++;
    *to++ = *format++;
  }
  *to = 0;
  return result;
}

static const char *iso_format(const char *precision) {
  static const struct {
    const char *name, *format;
  } formats[] = {{"date", "%Y-%m-%d"},
                 {"hours", "%Y-%m-%dT%H%:z"},
                 {"minutes", "%Y-%m-%dT%H:%M%:z"},
                 {"seconds", "%Y-%m-%dT%H:%M:%S%:z"},
                 {"ns", "%Y-%m-%dT%H:%M:%S,%N%:z"}};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (!precision || strncmp(formats[i].name, precision, strlen(precision)) == 0) return formats[i].format;
  complain("invalid argument %s for '--iso-8601'", quoted(precision));
  usage_error(1);
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"utc", 0, 0, 'u'}, {"universal", 0, 0, 'u'}, {"date", 1, 0, 'd'},      {"reference", 1, 0, 'r'},
      {"set", 1, 0, 's'}, {"iso-8601", 2, 0, 'I'},  {"rfc-email", 0, 0, 'R'}, {0}};
  static const struct command_line line = {"d:r:s:uI::R", names, help, 1};
  const char *format = "%a %b %e %H:%M:%S %Z %Y", *date_text = 0, *file = 0, *set_text = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'd': date_text = optarg; break;
      case 'r': file = optarg; break;
      case 's': set_text = optarg; break;
      case 'I': format = iso_format(optarg); break;
      case 'R': format = "%a, %d %b %Y %H:%M:%S %z"; break;
      default: setenv("TZ", "UTC0", 1);
    }
  if (optind < argc && argv[optind][0] == '+') format = argv[optind++] + 1;
  if (optind < argc) {
    if (argv[optind][0] == '+') complain("extra operand %s", quoted(argv[optind]));
    else complain("invalid date %s", quoted(argv[optind]));
    if (argv[optind][0] == '+') usage_error(1);
    return 1;
  }
  struct timespec time;
  struct stat info;
  clock_gettime(CLOCK_REALTIME, &time);
  if (file) {
    if (stat(file, &info)) die_errno(1, "%s", quoted_if_needed(file));
    time = info.st_mtim;
  }
  const char *given = date_text ? date_text : set_text;
  if (given && !parse_date(given, &time)) die(1, "invalid date %s", quoted(given));
  int status = 0;
  if (set_text && clock_settime(CLOCK_REALTIME, &time)) {
    complain_errno("cannot set date");
    status = 1;
  }
  char *expanded = expand_nanoseconds(format, time.tv_nsec);
  size_t size = strlen(expanded) * 40 + 200;
  char *text = must_malloc(size);
  if (strftime(text, size, expanded, localtime(&time.tv_sec)) || !*expanded) puts(*expanded ? text : "");
  return finish(status);
}
