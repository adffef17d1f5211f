/* What processes may use and have used; see limits.h. Beneath: getrlimit, umask, times. */
#include "limits.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>

#include "builtins.h"
#include "error.h"
#include "number.h"
#include "output.h"

struct limit_row {
  const char *name;
  int resource;
  unsigned unit; /* bytes or pieces per 1 */
  char option;
};

/* The numbers of Linux; the last ones have no portable names. */
enum { LIMIT_RSS = 5, LIMIT_PROCESSES = 6, LIMIT_LOCKED = 8, LIMIT_LOCKS = 10, LIMIT_REALTIME = 14 };

static const struct limit_row rows[] = {
    {"time(seconds)", RLIMIT_CPU, 1, 't'},
    {"file(blocks)", RLIMIT_FSIZE, 512, 'f'},
    {"data(kbytes)", RLIMIT_DATA, 1024, 'd'},
    {"stack(kbytes)", RLIMIT_STACK, 1024, 's'},
    {"coredump(blocks)", RLIMIT_CORE, 512, 'c'},
    {"memory(kbytes)", LIMIT_RSS, 1024, 'm'},
    {"locked memory(kbytes)", LIMIT_LOCKED, 1024, 'l'},
    {"process", LIMIT_PROCESSES, 1, 'p'},
    {"nofiles", RLIMIT_NOFILE, 1, 'n'},
    {"vmemory(kbytes)", RLIMIT_AS, 1024, 'v'},
    {"locks", LIMIT_LOCKS, 1, 'w'},
    {"rtprio", LIMIT_REALTIME, 1, 'r'},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void print_limit(const struct limit_row *row, bool hard) {
  struct rlimit limit;
  if (getrlimit(row->resource, &limit) < 0) fail("error getting limit: %s", strerror(errno));
  rlim_t value = hard ? limit.rlim_max : limit.rlim_cur;
  if (value == RLIM_INFINITY) out_string("unlimited\n");
  else out_format("%llu\n", (unsigned long long)value / row->unit);
}

static rlim_t parse_limit(const char *text, unsigned unit) {
  rlim_t value = 0;
  if (strcmp(text, "unlimited") == 0) return RLIM_INFINITY;
  if (!is_number(text)) fail("bad number");
  for (; *text; text++) value = value * 10 + (rlim_t)(*text - '0');
  return value * unit;
}

int builtin_ulimit(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  bool soft = true;
  bool hard = true;
  bool all = false;
  int option;
  const struct limit_row *row = &rows[1];
  while ((option = builtin_option(&options, "HSatfdscmlpnvwr"))) {
    if (option == 'H') soft = false, hard = true;
    else if (option == 'S') hard = false, soft = true;
    else if (option == 'a') all = true;
    else {
      for (row = rows; row->option != option;) row++;
    }
  }
  const char *value = argv[options.index];
  bool show_hard = hard && !soft;
  if (value && (all || argv[options.index + 1])) fail("too many arguments");
  if (all) {
    for (int i = 0; i < ROWS; i++) {
      out_format("%-20s ", rows[i].name);
      print_limit(&rows[i], show_hard);
    }
    return 0;
  }
  if (!value) {
    print_limit(row, show_hard);
    return 0;
  }
  struct rlimit limit;
  if (getrlimit(row->resource, &limit) < 0) fail("error getting limit: %s", strerror(errno));
  rlim_t number = parse_limit(value, row->unit);
  if (hard) limit.rlim_max = number;
  if (soft) limit.rlim_cur = number;
  if (setrlimit(row->resource, &limit) < 0) fail("error setting limit: %s", strerror(errno));
  return 0;
}

static void print_symbolic(mode_t mask) {
  static const char classes[] = "ugo";
  for (int i = 0; i < 3; i++) {
    mode_t bits = (~mask >> (6 - 3 * i)) & 7;
    out_format("%s%c=%s%s%s", i ? "," : "", classes[i], bits & 4 ? "r" : "", bits & 2 ? "w" : "", bits & 1 ? "x" : "");
  }
  out_char('\n');
}

static mode_t class_bits(const char **text) {
  mode_t bits = 0;
  for (;; ++*text) {
    switch (**text) {
      case 'u': bits |= 0700; break;
      case 'g': bits |= 0070; break;
      case 'o': bits |= 0007; break;
      case 'a': bits |= 0777; break;
      default: return bits ? bits : 0777;
    }
  }
}

/* The permissions that letters stand for, in all three classes; u, g and o copy those of a class before any change. */
static mode_t permission_bits(const char **text, mode_t before) {
  mode_t bits = 0;
  for (;; ++*text) {
    switch (**text) {
      case 'r': bits |= 0444; break;
      case 'w': bits |= 0222; break;
      case 'x':
      case 'X': bits |= 0111; break;
      case 's':
      case 't': break;
      case 'u': bits |= ((before >> 6) & 7) * 0111; break;
      case 'g': bits |= ((before >> 3) & 7) * 0111; break;
      case 'o': bits |= (before & 7) * 0111; break;
      default: return bits;
    }
  }
}

/* Applies clauses like "u=rw,g-w" to the permissions that the mask leaves. */
static mode_t parse_symbolic(const char *text, mode_t mask) {
  const char *all = text;
  mode_t before = ~mask & 0777;
  mode_t mode = before;
  do {
    mode_t classes = class_bits(&text);
    if (!*text || !strchr("+-=", *text)) fail("Illegal mode: %s", all);
    while (*text && strchr("+-=", *text)) {
      char operator = *text++;
      mode_t bits = permission_bits(&text, before) & classes;
      if (operator == '+') mode |= bits;
      else if (operator == '-') mode &= ~bits;
      else mode = (mode & ~classes) | bits;
    }
  } while (*text == ',' && *++text);
  if (*text) fail("Illegal mode: %s", all);
  return ~mode & 0777;
}

static mode_t parse_octal(const char *text) {
  mode_t mask = 0;
  for (const char *digit = text; *digit; digit++) {
    if (*digit < '0' || *digit > '7') fail("Illegal number: %s", text);
    mask = mask * 8 + (mode_t)(*digit - '0');
  }
  return mask & 0777;
}

int builtin_umask(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  bool symbolic = false;
  while (builtin_option(&options, "S")) symbolic = true;
  const char *operand = argv[options.index];
  mode_t mask = umask(0);
  umask(mask);
  if (!operand) {
    if (symbolic) print_symbolic(mask);
    else out_format("%04o\n", (unsigned)mask);
    return 0;
  }
  bool number = *operand >= '0' && *operand <= '9';
  umask(number ? parse_octal(operand) : parse_symbolic(operand, mask));
  return 0;
}

static void print_time(clock_t ticks, char end) {
  long per_second = sysconf(_SC_CLK_TCK);
  long seconds = (long)(ticks / per_second);
  long micros = (long)(ticks % per_second) * (1000000 / per_second);
  out_format("%ldm%ld.%06lds%c", seconds / 60, seconds % 60, micros, end);
}

int builtin_times(int argc, char **argv) {
  struct tms used;
  (void)argc, (void)argv;
  times(&used);
  print_time(used.tms_utime, ' ');
  print_time(used.tms_stime, '\n');
  print_time(used.tms_cutime, ' ');
  print_time(used.tms_cstime, '\n');
  return 0;
}
