/* Times and dates. The zone is that of TZ: a name ("Europe/Berlin") or a rule ("CET-1CEST,M3.5.0,M10.5.0/3"). (POSIX
 * <time.h>) */
#pragma once
#include <bits/time.h>
#include <stddef.h>
#include <sys/types.h>

#define CLOCKS_PER_SEC 1000000L

struct tm {
  int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
  long tm_gmtoff;
  const char *tm_zone;
};
/* As the kernel's 64-bit timespec: the padding is ignored by it. */
struct timespec {
  time_t tv_sec;
  long tv_nsec;
  long __padding;
};

extern long timezone;
extern int daylight;
extern char *tzname[2];
void tzset(void);
time_t time(time_t *result);
clock_t clock(void);
int clock_gettime(clockid_t clock, struct timespec *result);
int clock_settime(clockid_t clock, const struct timespec *value);
int nanosleep(const struct timespec *request, struct timespec *remaining);
struct tm *gmtime(const time_t *time);
struct tm *gmtime_r(const time_t *restrict time, struct tm *restrict result);
struct tm *localtime(const time_t *time);
struct tm *localtime_r(const time_t *restrict time, struct tm *restrict result);
time_t mktime(struct tm *date);
time_t timegm(struct tm *date);
double difftime(time_t end, time_t start);
size_t strftime(char *restrict to, size_t size, const char *restrict format, const struct tm *restrict date);
char *asctime(const struct tm *date);
char *ctime(const time_t *time);
