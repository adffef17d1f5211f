/*
 * Times a kernel by the clock that the program sees: "@ NAME NANOSECONDS CHECKSUM OPERATIONS".
 * Arguments: the name to print, milliseconds. A quarter of the time goes before the measurement begins. The clock is read about once a millisecond, because that is a system call in some places. An
 * operation whose result differs from the first one's ends the program with status 1.
 */
#include "kernel.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static uint32_t checksum;
static void check(uint32_t sum) {
  if (sum == checksum) return;
  printf("checksum %08x, then %08x\n", checksum, sum);
  exit(1);
}

int main(int argc, char **argv) {
  long long start, time, budget;
  long count = 0, batch;

  if (argc != 3) return 2;
  budget = atoi(argv[2]) * 1000000ll;
  checksum = operation();
  start = now();
  do {
    check(operation());
    count++;
    time = now() - start;
  } while (time < budget / 4);
  batch = 1 + count * 1000000ll / time;
  start = now();
  count = 0;
  do {
    for (long i = 0; i < batch; i++) check(operation());
    count += batch;
    time = now() - start;
  } while (time < budget);
  printf("@ %s %.1f %08x %ld\n", argv[1], (double)time / count, checksum, count);
  return 0;
}
