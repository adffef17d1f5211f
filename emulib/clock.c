/*
 * Clocks without IPC: the time stamp counter counts nanoseconds since the machine started; the clock page has the
 * Unix time of that moment. CPU-time clocks ask the server.
 */
#include "emulib.h"

#define BILLION 1000000000u

struct timespec {
  u32 seconds, nanoseconds;
};

static struct timespec since_start(void) {
  struct timespec t;
  u32 low, high;

  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  /* The quotient fits: the counter would need 136 years to reach 2^32 seconds. */
  __asm__("divl %4" : "=a"(t.seconds), "=d"(t.nanoseconds) : "0"(low), "1"(high), "r"(BILLION));
  return t;
}

static struct timespec unix_time(void) {
  struct timespec t = since_start();

  t.seconds += CLOCK_WORD(CLOCK_EPOCH_SECONDS);
  t.nanoseconds += CLOCK_WORD(CLOCK_EPOCH_NANOSECONDS);
  if (t.nanoseconds >= BILLION) {
    t.nanoseconds -= BILLION;
    t.seconds++;
  }
  return t;
}

static int store(u32 address, const void *data, u32 bytes) {
  if (!in_user_space(address, bytes)) return -EFAULT;
  return copy((void *)address, data, bytes) ? -EFAULT : 0;
}

static int store_timespec(u32 address, const struct timespec *t, int wide) {
  u32 words[4] = {t->seconds, 0, t->nanoseconds, 0};

  return wide ? store(address, words, 16) : store(address, t, 8);
}

/* For emulib_sysinfo: the clocks CLOCK_REALTIME and CLOCK_MONOTONIC. */
int read_clock_32(u32 clock, u32 result) {
  struct timespec t = clock == CLOCK_REALTIME ? unix_time() : since_start();

  return store_timespec(result, &t, 0);
}

int read_clock_64(u32 clock, u32 result) {
  struct timespec t = clock == CLOCK_REALTIME ? unix_time() : since_start();

  return store_timespec(result, &t, 1);
}

static int cpu_time(struct timespec *t) {
  u32 *usage = (u32 *)SCRATCH;
  int error;

  /* A call of the library's own: the buffer is in the private area, so the request goes out by hand. */
  struct message *message = &STATE->message;
  struct ipc call = {(u32)message, (u32)message, PROCESS_WORD(PROCESS_SERVER), SYS_getrusage, 0, SCRATCH};

  message->receive_window = 0;
  message->size_dope = WORDS << 13 | 1 << 8;
  message->send_dope = 3 << 13;
  message->strings[0].receive_size = RUSAGE_SIZE;
  message->strings[0].receive_address = SCRATCH;
  error = ipc_error(ipc(&call));
  if (error) return -EIO;
  if ((int)call.w0 < 0) return call.w0;
  t->seconds = usage[0] + usage[2];
  t->nanoseconds = (usage[1] + usage[3]) * 1000;
  while (t->nanoseconds >= BILLION) {
    t->nanoseconds -= BILLION;
    t->seconds++;
  }
  return 0;
}

static int read_clock(u32 clock, struct timespec *t) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: *t = unix_time(); return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: *t = since_start(); return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID: return cpu_time(t);
    default: return -EINVAL;
  }
}

/* time, gettimeofday, clock_gettime and clock_getres in their 32- and 64-bit forms. */
int clock_call(u32 nr, u32 a0, u32 a1) {
  struct timespec t;
  int error;

  switch (nr) {
    case SYS_time:
      t = unix_time();
      error = a0 ? store(a0, &t.seconds, 4) : 0;
      return error ? error : (int)t.seconds;
    case SYS_gettimeofday: {
      static const u32 utc[2] = {0, 0};

      t = unix_time();
      t.nanoseconds /= 1000;
      error = a0 ? store(a0, &t, 8) : 0;
      if (!error && a1) error = store(a1, utc, 8);
      return error;
    }
    case SYS_clock_gettime:
    case SYS_clock_gettime64:
      error = read_clock(a0, &t);
      return error ? error : store_timespec(a1, &t, nr == SYS_clock_gettime64);
    default:
      if (a0 > CLOCK_BOOTTIME) return -EINVAL;
      t.seconds = 0;
      t.nanoseconds = 1;
      return a1 ? store_timespec(a1, &t, nr == SYS_clock_getres_time64) : 0;
  }
}
