/* Times in microseconds, interval timers. (POSIX <sys/time.h>) */
#pragma once
#include <bits/time.h>
#include <sys/types.h>
/* As the i386 kernel lays it out: seconds of 32 bits. */
struct timeval {
  long tv_sec;
  suseconds_t tv_usec;
};
struct itimerval {
  struct timeval it_interval, it_value;
};
int gettimeofday(struct timeval *result, void *zone);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);
