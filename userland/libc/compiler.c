/*
 * 64-bit division and conversions that compilers leave to their runtime library, which need not be installed for i386.
 * (GCC internals, "Integer library routines" and "Floating point routines")
 */
#include <stdint.h>

typedef union {
  uint64_t whole;
  struct {
    uint32_t low, high;
  };
} halves;

/* high:low / divisor, for high < divisor. */
static inline uint32_t divide(uint32_t high, uint32_t low, uint32_t divisor, uint32_t *remainder) {
  uint32_t quotient;
  __asm__("divl %4" : "=a"(quotient), "=d"(*remainder) : "a"(low), "d"(high), "rm"(divisor) : "cc");
  return quotient;
}

uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t *remainder) {
  halves n = {a}, d = {b}, q = {0}, r = {0};
  if (d.high == 0) {
    q.high = n.high / d.low;
    q.low = divide(n.high % d.low, n.low, d.low, &r.low);
  } else if (d.whole > n.whole) {
    r = n;
  } else {
    /* Estimate with the divisor's leading 32 bits and half the dividend; the estimate is at most one too large. */
    int shift = __builtin_clz(d.high);
    uint32_t leading = (uint32_t)((d.whole << shift) >> 32);
    halves half = {n.whole >> 1};
    uint32_t ignored, estimate = divide(half.high, half.low, leading, &ignored);
    estimate >>= 31 - shift;
    if (estimate) estimate--;
    r.whole = n.whole - d.whole * estimate;
    if (r.whole >= d.whole) {
      r.whole -= d.whole;
      estimate++;
    }
    q.low = estimate;
  }
  if (remainder) *remainder = r.whole;
  return q.whole;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
  return __udivmoddi4(a, b, 0);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t remainder;
  __udivmoddi4(a, b, &remainder);
  return remainder;
}

static uint64_t magnitude(int64_t value) {
  return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

int64_t __divdi3(int64_t a, int64_t b) {
  uint64_t quotient = __udivmoddi4(magnitude(a), magnitude(b), 0);
  return (int64_t)((a < 0) != (b < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b) {
  uint64_t remainder;
  __udivmoddi4(magnitude(a), magnitude(b), &remainder);
  return (int64_t)(a < 0 ? -remainder : remainder);
}

int64_t __divmoddi4(int64_t a, int64_t b, int64_t *remainder) {
  int64_t quotient = __divdi3(a, b);
  *remainder = a - quotient * b;
  return quotient;
}

#define TWO_TO_63 9223372036854775808.0L

uint64_t __fixunsxfdi(long double value) {
  if (value >= TWO_TO_63) return (uint64_t)(int64_t)(value - TWO_TO_63) + (1ULL << 63);
  return (uint64_t)(int64_t)value;
}

uint64_t __fixunsdfdi(double value) {
  return __fixunsxfdi(value);
}

uint64_t __fixunssfdi(float value) {
  return __fixunsxfdi(value);
}

long double __floatundixf(uint64_t value) {
  long double result = (int64_t)value;
  return (int64_t)value < 0 ? result + 2 * TWO_TO_63 : result;
}

double __floatundidf(uint64_t value) {
  return (double)__floatundixf(value);
}

float __floatundisf(uint64_t value) {
  return (float)__floatundixf(value);
}

int __popcountsi2(uint32_t value) {
  int count = 0;
  for (; value; value &= value - 1) count++;
  return count;
}

int __popcountdi2(uint64_t value) {
  return __popcountsi2((uint32_t)value) + __popcountsi2((uint32_t)(value >> 32));
}
