/* Dates of the Gregorian calendar, universal and local. (POSIX gmtime, localtime, mktime) */
#include "zone.h"

/* Days from 1970-01-01 to the first of the month of a year; months may be out of range. Years begin in March here. */
long long __days_before(long long year, long long month) {
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
  long long era = (year >= 0 ? year : year - 399) / 400, year_of_era = year - era * 400;
  long long day_of_year = (153 * (month - 2) + 2) / 5;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static struct tm *split(time_t time, const struct zone_type *zone, struct tm *result) {
  long long local = time + zone->offset;
  long long days = local / 86400, rest = local % 86400;
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  long long year = 1970 + days / 366 - (days < 0);
  while (__days_before(year + 1, 0) <= days) year++;
  while (__days_before(year, 0) > days) year--;
  int month = 11;
  while (__days_before(year, month) > days) month--;
  long long week = (days + 4) % 7;
  *result = (struct tm){
      .tm_sec = (int)(rest % 60),
      .tm_min = (int)(rest / 60 % 60),
      .tm_hour = (int)(rest / 3600),
      .tm_mday = (int)(days - __days_before(year, month)) + 1,
      .tm_mon = month,
      .tm_year = (int)(year - 1900),
      .tm_wday = (int)(week < 0 ? week + 7 : week),
      .tm_yday = (int)(days - __days_before(year, 0)),
      .tm_isdst = zone->is_dst,
      .tm_gmtoff = zone->offset,
      .tm_zone = zone->name,
  };
  return result;
}

struct tm *gmtime_r(const time_t *restrict time, struct tm *restrict result) {
  static const struct zone_type greenwich = {0, 0, "UTC"};
  return split(*time, &greenwich, result);
}

struct tm *localtime_r(const time_t *restrict time, struct tm *restrict result) {
  return split(*time, __zone_at(*time), result);
}

static struct tm shared;

struct tm *gmtime(const time_t *time) {
  return gmtime_r(time, &shared);
}

struct tm *localtime(const time_t *time) {
  return localtime_r(time, &shared);
}

time_t timegm(struct tm *date) {
  long long days = __days_before(date->tm_year + 1900LL, date->tm_mon) + date->tm_mday - 1;
  time_t result = days * 86400 + date->tm_hour * 3600LL + date->tm_min * 60LL + date->tm_sec;
  gmtime_r(&result, date);
  return result;
}

/* Another offset of the zone, half a year away, for dates that ask for the other kind of time. */
static long offset_of_kind(time_t time, int is_dst, long otherwise) {
  for (int months = -6; months <= 6; months += 3) {
    const struct zone_type *type = __zone_at(time + months * 2629746LL);
    if (type->is_dst == is_dst) return type->offset;
  }
  return otherwise;
}

/*
 * A date may be there twice, when clocks are set back, or never. tm_isdst decides; without its word the offset from
 * before the change holds.
 */
time_t mktime(struct tm *date) {
  int wanted = date->tm_isdst;
  struct tm copy = *date;
  time_t local = timegm(&copy);
  const struct zone_type *before = __zone_at(local - 86400), *after = __zone_at(local + 86400);
  long offset = before->offset;
  if (__zone_at(local - offset)->offset != offset && __zone_at(local - after->offset)->offset == after->offset)
    offset = after->offset;
  const struct zone_type *found = __zone_at(local - offset);
  if (wanted >= 0 && found->is_dst != (wanted > 0)) {
    int other = after->offset != offset && __zone_at(local - after->offset)->is_dst == (wanted > 0) &&
                __zone_at(local - after->offset)->offset == after->offset;
    offset = other ? after->offset : offset_of_kind(local - offset, wanted > 0, offset);
  }
  time_t result = local - offset;
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
