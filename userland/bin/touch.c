/* touch: sets times of files, and makes those that are missing. (POSIX touch) */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: touch [-achm] [-d DATE | -r FILE | -t [[CC]YY]MMDDhhmm[.SS]] FILE...\nSet access and modification times.\n"
    "  -a  only access   -m  only modification   -c  make no files   -h  links themselves\n";

static int two_digits(const char **at) {
  int value = ((*at)[0] - '0') * 10 + (*at)[1] - '0';
  *at += 2;
  return value;
}

/* [[CC]YY]MMDDhhmm[.SS] */
static int parse_stamp(const char *text, struct timespec *result) {
  size_t digits = strspn(text, "0123456789");
  const char *dot = text + digits;
  if (digits < 8 || digits > 12 || digits % 2) return 0;
  if (*dot && !(*dot == '.' && isdigit((unsigned char)dot[1]) && isdigit((unsigned char)dot[2]) && !dot[3])) return 0;
  time_t now = time(0);
  struct tm date = *localtime(&now);
  int century = digits == 12 ? two_digits(&text) : -1;
  if (digits >= 10) {
    int year = two_digits(&text);
    if (century < 0) century = year < 69 ? 20 : 19;
    date.tm_year = century * 100 + year - 1900;
  }
  date.tm_mon = two_digits(&text) - 1;
  date.tm_mday = two_digits(&text);
  date.tm_hour = two_digits(&text);
  date.tm_min = two_digits(&text);
  date.tm_sec = 0;
  date.tm_isdst = -1;
  if (*text == '.') {
    text++;
    date.tm_sec = two_digits(&text);
  }
  struct tm given = date;
  *result = (struct timespec){mktime(&date), 0, 0};
  return given.tm_mon == date.tm_mon && given.tm_mday == date.tm_mday && given.tm_hour == date.tm_hour &&
         given.tm_min == date.tm_min;
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"no-create", 0, 0, 'c'}, {"date", 1, 0, 'd'}, {"reference", 1, 0, 'r'}, {"no-dereference", 0, 0, 'h'}, {0}};
  static const struct command_line line = {"acd:fhmr:t:", names, help, 1};
  int access = 0, modification = 0, create = 1, flags = 0, status = 0;
  struct timespec times[2] = {{0, UTIME_NOW, 0}, {0, UTIME_NOW, 0}};
  struct stat info;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'a': access = 1; break;
      case 'm': modification = 1; break;
      case 'c': create = 0; break;
      case 'h': flags = AT_SYMLINK_NOFOLLOW; break;
      case 'd':
        if (!parse_date(optarg, &times[0])) die(1, "invalid date format %s", quoted(optarg));
        times[1] = times[0];
        break;
      case 't':
        if (!parse_stamp(optarg, &times[0])) die(1, "invalid date format %s", quoted(optarg));
        times[1] = times[0];
        break;
      case 'r':
        if (flags ? lstat(optarg, &info) : stat(optarg, &info))
          die_errno(1, "failed to get attributes of %s", quoted(optarg));
        times[0] = info.st_atim;
        times[1] = info.st_mtim;
        break;
    }
  if (optind == argc) {
    complain("missing file operand");
    usage_error(1);
  }
  if (access && !modification) times[1].tv_nsec = UTIME_OMIT;
  if (modification && !access) times[0].tv_nsec = UTIME_OMIT;
  for (; optind < argc; optind++) {
    const char *path = argv[optind];
    if (utimensat(AT_FDCWD, path, times, flags) == 0) continue;
    int fd = -1;
    if (errno == ENOENT && !flags) {
      if (!create) continue;
      fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, 0666);
    } else if (errno == ENOENT && !create) {
      continue;
    }
    if (fd < 0 || futimens(fd, times)) {
      complain_errno(fd < 0 ? "cannot touch %s" : "setting times of %s", quoted(path));
      status = 1;
    }
    if (fd >= 0) close(fd);
  }
  return finish(status);
}
