/* The time zone that TZ names: which offset holds when. */
#pragma once
#include <time.h>

/* A kind of local time. */
struct zone_type {
  /* Seconds east of Greenwich. */
  long offset;
  int is_dst;
  const char *name;
};

/* A POSIX rule (8.3 of XBD, TZ): standard time, and summer time with the days on which it begins and ends. */
struct zone_rule {
  struct zone_type standard, summer;
  int has_summer;
  struct rule_day {
    /* 'J': day 1 to 365, never 29 February; 'N': day 0 to 365; 'M': a week's day of a month. */
    char kind;
    int month, week, day;
    long seconds;
  } begin, end;
};
/* Reads a rule with its names into `names`; 0 if it is malformed. */
int __parse_zone_rule(const char *text, struct zone_rule *rule, char names[2][16]);
/* The type that holds at a time by the rule. */
const struct zone_type *__apply_zone_rule(const struct zone_rule *rule, time_t time);

/* A zone of a file (RFC 8536): changes in their order, and the rule that holds after the last one. */
struct zone_file {
  size_t change_count, type_count;
  time_t *changes;
  unsigned char *type_of;
  struct zone_type *types;
  int has_rule;
  struct zone_rule rule;
  char rule_names[2][16];
};
/* Loads a zone by its name in /usr/share/zoneinfo, or by the path of its file. 0 if there is none or it is malformed.
 */
int __load_zone_file(const char *name, struct zone_file *zone);

/* The type that holds at a time in the zone of TZ. */
const struct zone_type *__zone_at(time_t time);
/* Days from 1970-01-01 to the first of the month (0 to 11) of a year. */
long long __days_before(long long year, long long month);
