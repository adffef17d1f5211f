/* Dates of the Gregorian calendar, and the time zone as a fixed offset. (POSIX gmtime, mktime, TZ) */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char zoneName[12] = "UTC";
char *tzname[2] = {zoneName, zoneName};
/** Seconds west of Greenwich. */
long timezone;

/** "EST5EDT" and "<+0530>-5:30": name, then hours[:minutes[:seconds]] west. A rule for summer time is not used. */
void tzset(void) {
  const char *zone = getenv("TZ");
  strcpy(zoneName, "UTC");
  timezone = 0;
  if (!zone) return;
  if (*zone == ':') zone++;
  int quoted = *zone == '<';
  const char *start = zone + quoted, *end = start;
  while (quoted ? *end && *end != '>' : isalpha((unsigned char)*end)) end++;
  size_t length = (size_t)(end - start);
  if (length < 3 || length >= sizeof zoneName || (quoted && *end != '>')) return;
  if (quoted) end++;
  int negative = *end == '-';
  if (*end == '-' || *end == '+') end++;
  int hours = 0, minutes = 0, seconds = 0;
  if (sscanf(end, "%d:%d:%d", &hours, &minutes, &seconds) < 1) {
    if (*end) return;
  }
  memcpy(zoneName, start, length);
  zoneName[length] = 0;
  timezone = (hours * 60L + minutes) * 60 + seconds;
  if (negative) timezone = -timezone;
}

/** Days from 1970-01-01 to the first of the month of a year; months may be out of range. Years begin in March here. */
static long long days_before(long long year, long long month) {
  year += month / 12;
  month %= 12;
  if (month < 0) {
    month += 12;
    year--;
  }
  if (month < 2) {
    month += 12;
    year--;
  }
  long long era = (year >= 0 ? year : year - 399) / 400, yearOfEra = year - era * 400;
  long long dayOfYear = (153 * (month - 2) + 2) / 5;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

static struct tm *split(time_t time, long offset, const char *name, struct tm *result) {
  long long local = time + offset;
  long long days = local / 86400, rest = local % 86400;
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  long long year = 1970 + days / 366 - (days < 0);
  while (days_before(year + 1, 0) <= days) year++;
  while (days_before(year, 0) > days) year--;
  int month = 11;
  while (days_before(year, month) > days) month--;
  long long week = (days + 4) % 7;
  *result = (struct tm){
      .tm_sec = (int)(rest % 60),
      .tm_min = (int)(rest / 60 % 60),
      .tm_hour = (int)(rest / 3600),
      .tm_mday = (int)(days - days_before(year, month)) + 1,
      .tm_mon = month,
      .tm_year = (int)(year - 1900),
      .tm_wday = (int)(week < 0 ? week + 7 : week),
      .tm_yday = (int)(days - days_before(year, 0)),
      .tm_gmtoff = offset,
      .tm_zone = name,
  };
  return result;
}

struct tm *gmtime_r(const time_t *restrict time, struct tm *restrict result) {
  return split(*time, 0, "UTC", result);
}

struct tm *localtime_r(const time_t *restrict time, struct tm *restrict result) {
  tzset();
  return split(*time, -timezone, zoneName, result);
}

static struct tm shared;

struct tm *gmtime(const time_t *time) {
  return gmtime_r(time, &shared);
}

struct tm *localtime(const time_t *time) {
  return localtime_r(time, &shared);
}

time_t timegm(struct tm *date) {
  long long days = days_before(date->tm_year + 1900LL, date->tm_mon) + date->tm_mday - 1;
  time_t result = days * 86400 + date->tm_hour * 3600LL + date->tm_min * 60LL + date->tm_sec;
  gmtime_r(&result, date);
  return result;
}

time_t mktime(struct tm *date) {
  tzset();
  time_t result = timegm(date) + timezone;
  localtime_r(&result, date);
  return result;
}

double difftime(time_t end, time_t start) {
  return (double)(end - start);
}

char *asctime(const struct tm *date) {
  static char text[40];
  strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y\n", date);
  return text;
}

char *ctime(const time_t *time) {
  return asctime(localtime(time));
}
