/* Mathematics: the processor's floating-point unit does the work. (ISO C 7.12; Intel manual, volume 1, chapter 8) */
#include <math.h>
#include <stdint.h>

enum rounding { NEAREST = 0, DOWN = 0x400, UP = 0x800, CHOP = 0xc00 };

static long double round_to(long double x, enum rounding mode) {
  uint16_t old, changed;
  __asm__ volatile("fnstcw %0" : "=m"(old));
  changed = (uint16_t)((old & ~0xc00) | mode);
  __asm__ volatile("fldcw %1\n\tfrndint\n\tfldcw %2" : "+t"(x) : "m"(changed), "m"(old));
  return x;
}

#define BY_INSTRUCTION(name, code) \
  double name(double x) {          \
    long double result = x;        \
    __asm__(code : "+t"(result));  \
    return (double)result;         \
  }
BY_INSTRUCTION(fabs, "fabs")
BY_INSTRUCTION(sqrt, "fsqrt")
BY_INSTRUCTION(sin, "fsin")
BY_INSTRUCTION(cos, "fcos")
BY_INSTRUCTION(log, "fldln2\n\tfxch\n\tfyl2x")
BY_INSTRUCTION(log2, "fld1\n\tfxch\n\tfyl2x")
BY_INSTRUCTION(log10, "fldlg2\n\tfxch\n\tfyl2x")
BY_INSTRUCTION(rint, "frndint")

long double floorl(long double x) {
  return round_to(x, DOWN);
}

long double ceill(long double x) {
  return round_to(x, UP);
}

long double truncl(long double x) {
  return round_to(x, CHOP);
}

long double fabsl(long double x) {
  return x < 0 ? -x : x;
}

double floor(double x) {
  return (double)floorl(x);
}

double ceil(double x) {
  return (double)ceill(x);
}

double trunc(double x) {
  return (double)truncl(x);
}

double round(double x) {
  double whole = trunc(x);
  return fabs(x - whole) >= 0.5 ? whole + (x < 0 ? -1 : 1) : whole;
}

double tan(double x) {
  return sin(x) / cos(x);
}

double atan2(double y, double x) {
  long double result;
  __asm__("fpatan" : "=t"(result) : "0"((long double)x), "u"((long double)y) : "st(1)");
  return (double)result;
}

double atan(double x) {
  return atan2(x, 1);
}

long double fmodl(long double x, long double y) {
  __asm__("1: fprem\n\tfnstsw %%ax\n\tsahf\n\tjp 1b" : "+t"(x) : "u"(y) : "ax", "cc");
  return x;
}

double fmod(double x, double y) {
  return (double)fmodl(x, y);
}

double modf(double x, double *whole) {
  *whole = trunc(x);
  return isinf(x) ? 0 : x - *whole;
}

union bits {
  long double value;
  struct {
    uint64_t mantissa;
    uint16_t exponent;
  };
};

long double frexpl(long double x, int *exponent) {
  *exponent = 0;
  if (x == 0 || isnan(x) || isinf(x)) return x;
  union bits bits = {x};
  int extra = 0;
  if (!(bits.exponent & 0x7fff)) {
    bits.value *= 0x1p64L;
    extra = -64;
  }
  *exponent = (bits.exponent & 0x7fff) - 0x3ffe + extra;
  bits.exponent = (uint16_t)((bits.exponent & 0x8000) | 0x3ffe);
  return bits.value;
}

double frexp(double x, int *exponent) {
  return (double)frexpl(x, exponent);
}

long double ldexpl(long double x, int exponent) {
  long double result, scale = exponent;
  __asm__("fscale" : "=t"(result) : "0"(x), "u"(scale));
  return result;
}

double ldexp(double x, int exponent) {
  return (double)ldexpl(x, exponent);
}

/* 2^x: the instruction wants -1 ≤ x ≤ 1, so the whole part is scaled in afterwards. */
static long double power_of_two(long double x) {
  if (x > 17000) return HUGE_VAL;
  if (x < -17000) return 0;
  long double whole = round_to(x, NEAREST), part = x - whole;
  __asm__("f2xm1" : "+t"(part));
  return ldexpl(part + 1, (int)whole);
}

double exp(double x) {
  if (isnan(x)) return x;
  long double scale;
  __asm__("fldl2e" : "=t"(scale));
  return (double)power_of_two(x * scale);
}

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (isnan(x) || isnan(y)) return x + y;
  int whole = y == trunc(y), odd = whole && fmod(y, 2) != 0;
  if (whole && fabs(y) <= 1024) {
    long double result = 1, base = x;
    for (int n = (int)fabs(y); n; n >>= 1, base *= base)
      if (n & 1) result *= base;
    return (double)(y < 0 ? 1 / result : result);
  }
  if (x == 0) return y > 0 ? (odd ? x : 0) : HUGE_VAL;
  if (x < 0 && !whole && !isinf(y)) return NAN;
  long double logarithm, magnitude = fabs(x);
  __asm__("fld1\n\tfxch\n\tfyl2x" : "=t"(logarithm) : "0"(magnitude));
  long double result = power_of_two(y * logarithm);
  return (double)(x < 0 && odd ? -result : result);
}
