/* Rules of time zones as TZ has them: "CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30". (POSIX XBD 8.3, RFC 8536 3.3.1) */
#include "zone.h"
#include <ctype.h>
#include <string.h>

#define DAY 86400

static const char *read_name(const char *at, char name[16]) {
  int quoted = *at == '<';
  const char *start = at + quoted, *end = start;
  while (quoted ? isalnum((unsigned char)*end) || *end == '+' || *end == '-' : isalpha((unsigned char)*end)) end++;
  size_t length = (size_t)(end - start);
  if (length < 3 || length > 15 || (quoted && *end != '>')) return 0;
  memcpy(name, start, length);
  name[length] = 0;
  return end + quoted;
}

static const char *read_number(const char *at, int limit, int *value) {
  if (!isdigit((unsigned char)*at)) return 0;
  for (*value = 0; isdigit((unsigned char)*at) && *value <= limit; at++) *value = *value * 10 + *at - '0';
  return *value <= limit ? at : 0;
}

/* [+-]hours[:minutes[:seconds]]; hours may be those of several days in a rule. */
static const char *read_time(const char *at, int limit, long *seconds) {
  int negative = *at == '-', part;
  at += *at == '-' || *at == '+';
  long unit = 3600;
  *seconds = 0;
  for (at = read_number(at, limit, &part); at; at = read_number(at + 1, 59, &part)) {
    *seconds += part * unit;
    unit /= 60;
    if (*at != ':' || !unit) break;
  }
  if (negative) *seconds = -*seconds;
  return at;
}

static const char *read_day(const char *at, struct rule_day *day) {
  *day = (struct rule_day){.kind = *at == 'J' || *at == 'M' ? *at : 'N', .seconds = 2 * 3600};
  if (day->kind != 'N') at++;
  if (day->kind == 'M') {
    at = read_number(at, 12, &day->month);
    if (at) at = *at == '.' ? read_number(at + 1, 5, &day->week) : 0;
    if (at) at = *at == '.' ? read_number(at + 1, 6, &day->day) : 0;
    if (!day->month || !day->week) return 0;
  } else {
    at = read_number(at, 365, &day->day);
    if (day->kind == 'J' && !day->day) return 0;
  }
  return at && *at == '/' ? read_time(at + 1, 167, &day->seconds) : at;
}

int __parse_zone_rule(const char *text, struct zone_rule *rule, char names[2][16]) {
  long west;
  const char *at = read_name(text, names[0]);
  if (at) at = read_time(at, 24, &west);
  if (!at) return 0;
  *rule = (struct zone_rule){.standard = {-west, 0, names[0]}};
  if (!*at) return 1;
  at = read_name(at, names[1]);
  if (!at) return 0;
  rule->has_summer = 1;
  rule->summer = (struct zone_type){rule->standard.offset + 3600, 1, names[1]};
  if (*at && *at != ',') {
    at = read_time(at, 24, &west);
    if (!at) return 0;
    rule->summer.offset = -west;
  }
  /* Without days those of the United States hold. */
  if (!*at) at = ",M3.2.0,M11.1.0";
  if (*at == ',') at = read_day(at + 1, &rule->begin);
  if (at) at = *at == ',' ? read_day(at + 1, &rule->end) : 0;
  return at && !*at;
}

static int is_leap(long long year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Local seconds from 1970 on at which the rule's day of a year is reached. */
static long long day_of_year(const struct rule_day *rule, long long year) {
  long long first = __days_before(year, rule->kind == 'M' ? rule->month - 1 : 0), day = first + rule->day;
  if (rule->kind == 'J') day -= !(is_leap(year) && rule->day >= 60);
  if (rule->kind == 'M') {
    int weekday = (int)(((first + 4) % 7 + 7) % 7);
    day = first + (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
    /* Week 5 is the last one. */
    if (day >= __days_before(year, rule->month)) day -= 7;
  }
  return day * DAY + rule->seconds;
}

const struct zone_type *__apply_zone_rule(const struct zone_rule *rule, time_t time) {
  if (!rule->has_summer) return &rule->standard;
  time_t local = time + rule->standard.offset;
  struct tm date;
  gmtime_r(&local, &date);
  long long begin = day_of_year(&rule->begin, date.tm_year + 1900LL) - rule->standard.offset;
  long long end = day_of_year(&rule->end, date.tm_year + 1900LL) - rule->summer.offset;
  int is_summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
  return is_summer ? &rule->summer : &rule->standard;
}
