/* Dates as the options -d of date and touch take them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <tool.h>

/* Nanoseconds of a fraction ".25". */
static long read_fraction(const char **at) {
  long value = 0, unit = 100000000;
  if (**at != '.' && **at != ',') return 0;
  for ((*at)++; isdigit((unsigned char)**at); (*at)++, unit /= 10) value += (**at - '0') * unit;
  return value;
}

/* "Z", "UTC", "+02:00", "-0530": seconds east. False if there is no zone. */
static int read_zone(const char **at, long *offset) {
  const char *p = *at;
  while (*p == ' ') p++;
  *offset = 0;
  if (strncasecmp(p, "UTC", 3) == 0 || strncasecmp(p, "GMT", 3) == 0) p += 3;
  else if (*p == 'Z' || *p == 'z') p++;
  else if ((*p == '+' || *p == '-') && isdigit((unsigned char)p[1])) {
    int negative = *p++ == '-', digits[4] = {0}, count = 0;
    for (; count < 4 && (isdigit((unsigned char)*p) || (*p == ':' && count == 2)); p++)
      if (*p != ':') digits[count++] = *p - '0';
    int hours = count < 2 ? digits[0] : digits[0] * 10 + digits[1];
    *offset = hours * 3600L + (digits[2] * 10 + digits[3]) * 60L;
    if (negative) *offset = -*offset;
  } else {
    return 0;
  }
  *at = p;
  return 1;
}

/* "hh:mm[:ss[.frac]]". */
static int read_time(const char **at, struct tm *date, long *nanoseconds) {
  int used = 0;
  if (sscanf(*at, "%2d:%2d%n", &date->tm_hour, &date->tm_min, &used) < 2 || !used) return 0;
  *at += used;
  date->tm_sec = 0;
  if (**at == ':' && sscanf(*at, ":%2d%n", &date->tm_sec, &used) == 1) {
    *at += used;
    *nanoseconds = read_fraction(at);
  }
  return date->tm_hour < 24 && date->tm_min < 60 && date->tm_sec <= 60;
}

/* What relative items add up to. */
struct offset {
  int months;
  long long seconds;
};

/* "-1 day", "+2 hours", "3 weeks ago", "yesterday", "tomorrow": false if it is none. */
static int read_relative(const char **at, struct offset *offset) {
  static const struct {
    const char *name;
    int months, seconds;
  } units[] = {{"sec", 0, 1},       {"min", 0, 60},  {"hour", 0, 3600}, {"day", 0, 86400},
               {"week", 0, 604800}, {"month", 1, 0}, {"year", 12, 0}};
  const char *p = *at;
  char word[16];
  int used = 0, number = 1;
  if (sscanf(p, "%15[a-z]%n", word, &used) == 1 && (strcmp(word, "yesterday") == 0 || strcmp(word, "tomorrow") == 0)) {
    offset->seconds += *word == 'y' ? -86400 : 86400;
    *at = p + used;
    return 1;
  }
  if (isdigit((unsigned char)*p) || *p == '-' || *p == '+') {
    char *end;
    number = (int)strtol(p, &end, 10);
    if (end == p) return 0;
    p = end;
  }
  if (sscanf(p, " %15[a-z]%n", word, &used) != 1) return 0;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (strncmp(word, units[i].name, strlen(units[i].name))) continue;
    p += used;
    if (sscanf(p, " %15[a-z]%n", word, &used) == 1 && strcmp(word, "ago") == 0) {
      number = -number;
      p += used;
    }
    offset->months += number * units[i].months;
    offset->seconds += (long long)number * units[i].seconds;
    *at = p;
    return 1;
  }
  return 0;
}

int parse_date(const char *text, struct timespec *result) {
  struct timespec now;
  struct tm date;
  struct offset added = {0};
  long offset, nanoseconds = 0;
  int has_zone = 0, has_date = 0, relative = 0, has_time = 0;
  clock_gettime(CLOCK_REALTIME, &now);
  const char *at = text + strspn(text, " ");
  if (*at == '@') {
    char *end;
    long long seconds = strtoll(at + 1, &end, 10);
    if (end == at + 1) return 0;
    at = end;
    int negative = text[strspn(text, " ") + 1] == '-';
    nanoseconds = read_fraction(&at);
    if (negative && nanoseconds) {
      seconds--;
      nanoseconds = 1000000000 - nanoseconds;
    }
    *result = (struct timespec){seconds, nanoseconds, 0};
    return *at == 0;
  }
  localtime_r(&now.tv_sec, &date);
  while (*at) {
    int year, month, day, used = 0;
    if (!has_date && sscanf(at, "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 && used) {
      if (month < 1 || month > 12 || day < 1 || day > 31) return 0;
      date.tm_year = year - 1900;
      date.tm_mon = month - 1;
      date.tm_mday = day;
      has_date = 1;
      at += used;
      if (*at == 'T') at++;
    } else if (!has_time && isdigit((unsigned char)at[0]) && (at[1] == ':' || at[2] == ':')) {
      if (!read_time(&at, &date, &nanoseconds)) return 0;
      has_time = 1;
      has_zone = read_zone(&at, &offset);
    } else if (strncmp(at, "now", 3) == 0 || strncmp(at, "today", 5) == 0) {
      at += *at == 'n' ? 3 : 5;
      relative = 1;
    } else if (!has_zone && !strchr("+-", *at) && read_zone(&at, &offset)) {
      has_zone = 1;
    } else if (read_relative(&at, &added)) {
      relative = 1;
    } else {
      return 0;
    }
    at += strspn(at, " ");
  }
  if (!has_time && (has_date || !relative)) date.tm_hour = date.tm_min = date.tm_sec = 0;
  if (!has_time && !has_date && relative) nanoseconds = now.tv_nsec;
  int wanted_day = date.tm_mday;
  date.tm_isdst = -1;
  date.tm_mon += added.months;
  int wanted_hour = date.tm_hour, wanted_minute = date.tm_min;
  result->tv_sec = (has_zone ? timegm(&date) - offset : mktime(&date)) + added.seconds;
  /* Clocks that are set forward leave times out. */
  if (!has_zone && (date.tm_hour != wanted_hour || date.tm_min != wanted_minute)) return 0;
  result->tv_nsec = nanoseconds;
  return !has_date || relative || has_zone || date.tm_mday == wanted_day;
}
