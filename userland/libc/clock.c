/* Clocks and waiting. (POSIX <time.h>, <sys/time.h>) */
#include "internal.h"
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *result) {
  return (int)syscall(SYS_clock_gettime64, clock, result);
}

int clock_settime(clockid_t clock, const struct timespec *value) {
  return (int)syscall(SYS_clock_settime64, clock, value);
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

clock_t clock(void) {
  struct timespec used;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)) return -1;
  return (clock_t)(used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000);
}

int gettimeofday(struct timeval *result, void *zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  result->tv_sec = (long)now.tv_sec;
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old) {
  return (int)syscall(SYS_setitimer, which, value, old);
}

int nanosleep(const struct timespec *request, struct timespec *remaining) {
  return (int)syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 0, request, remaining);
}

unsigned sleep(unsigned seconds) {
  struct timespec request = {seconds, 0, 0}, remaining = {0};
  return nanosleep(&request, &remaining) ? (unsigned)remaining.tv_sec : 0;
}

int usleep(unsigned microseconds) {
  struct timespec request = {microseconds / 1000000, (long)(microseconds % 1000000) * 1000, 0};
  return nanosleep(&request, 0);
}
