/* Time without a call: the time stamp counter counts nanoseconds since the machine's start. */
#pragma once

static inline unsigned long long l3_clock_ns(void) {
  unsigned low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (unsigned long long)high << 32 | low;
}
