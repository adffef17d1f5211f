/* Measures the stack against its limit; see stack.h. Beneath: getrlimit. */
#include "stack.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

enum { ALWAYS_SAFE = 256 * 1024, RESERVE = 192 * 1024, SOFT_MAXIMUM = 8 * 1024 * 1024 };

static uintptr_t beginning;
static size_t allowed = ALWAYS_SAFE;
static bool measured;

void stack_begin(const void *address) {
  beginning = (uintptr_t)address;
}

static void measure(void) {
  struct rlimit limit;
  size_t size = SOFT_MAXIMUM;
  measured = true;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < SOFT_MAXIMUM) size = (size_t)limit.rlim_cur;
  if (size > ALWAYS_SAFE + RESERVE) allowed = size - RESERVE;
}

bool stack_low(void) {
  char here;
  size_t used = (size_t)(beginning - (uintptr_t)&here);
  if (used < allowed) return false;
  if (!measured) measure();
  return used >= allowed;
}
