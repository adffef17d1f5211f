/* Processor times of a process, in ticks of 1/100 s. (POSIX <sys/times.h>) */
#pragma once
#include <sys/types.h>
struct tms {
  clock_t tms_utime, tms_stime, tms_cutime, tms_cstime;
};
clock_t times(struct tms *result);
