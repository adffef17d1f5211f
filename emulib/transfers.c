/*
 * read and write of more than one message carries: several calls. Programs expect a regular file to be read and
 * written whole; pipes and terminals never give or take a whole chunk at once, so they end the loop by themselves.
 */
#include "emulib.h"

enum { FD, BUFFER, COUNT, OFFSET_LOW, OFFSET_HIGH };

static __attribute__((noinline)) int long_transfer(const struct call_row *row, u32 nr, const u32 *arguments) {
  u32 a[6] = {arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]};
  u32 left = a[COUNT], done = 0;
  int result;

  if ((int)left < 0) return -EINVAL;
  do {
    a[COUNT] = left < TRANSFER_LIMIT ? left : TRANSFER_LIMIT;
    result = request(row, nr, a);
    if (result <= 0) return done ? (int)done : result;
    done += result;
    left -= result;
    a[BUFFER] += result;
    /* pread64 and pwrite64; the other two ignore these words. */
    a[OFFSET_LOW] += result;
    if (a[OFFSET_LOW] < (u32)result) a[OFFSET_HIGH]++;
  } while (left && (u32)result == a[COUNT]);
  return done;
}

int transfer(u32 nr, const u32 *arguments) {
  const struct call_row *row = find_row(nr);

  return arguments[COUNT] <= TRANSFER_LIMIT ? request(row, nr, arguments) : long_transfer(row, nr, arguments);
}
