/* Floating point to text and back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long long state = 88172645463325252ULL;

static unsigned long long next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

int main(void) {
  static const char *const texts[] = {"0.1",
                                      "1e23",
                                      "9007199254740993",
                                      "2.2250738585072011e-308",
                                      "4.9e-324",
                                      "2.4e-324",
                                      "1.7976931348623159e308",
                                      "123456789012345678901234567890",
                                      ".5",
                                      "5.",
                                      "1e-400",
                                      "1e400",
                                      "0x1.8p3",
                                      "0x.1p-1074",
                                      "inf",
                                      "-Infinity",
                                      "  +1.5e+3x",
                                      "e5",
                                      "1e",
                                      "0.000000000000000000000000000000000000000000001",
                                      "7.2057594037927933e+16"};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    char *end;
    double value = strtod(texts[i], &end);
    printf("%s: %.17g rest '%s' %g\n", texts[i], value, end, (double)strtof(texts[i], 0));
  }
  for (int i = 0; i < 3000; i++) {
    union {
      unsigned long long bits;
      double value;
    } number = {next()}, again;
    if (isnan(number.value) || isinf(number.value)) continue;
    char text[40];
    sprintf(text, "%.17g", number.value);
    again.value = strtod(text, 0);
    printf("%s %d %g %.3e %.12f|%12.4g|%-12.2e|%+.0f|%#.0f|%#g\n", text, again.bits == number.bits, number.value,
           number.value, fmod(number.value, 1e9), number.value, number.value, fmod(number.value, 100),
           fmod(number.value, 10), fmod(number.value, 1000));
  }
  static const double plain[] = {0,       0.5,    1.5,     2.5,  -0.0, 1,    10,    1e5,      123456,
                                 1234567, 0.0001, 0.00001, 1e15, 1e16, 1e17, 9.995, 0.999999, 99999.95};
  for (unsigned i = 0; i < sizeof plain / sizeof *plain; i++)
    printf("%f %.0f %.1f %e %g %G %.10g %.3g %a\n", plain[i], plain[i], plain[i], plain[i], plain[i], plain[i],
           plain[i], plain[i], 0.0);
  printf("%Lg %.18Lf %Le\n", 0.1L, 1.0L / 3, 1e4000L);
  printf("%.6f %.6f %.6f %.6f %.6f\n", sqrt(2), pow(2, 0.5), exp(1), log(10), pow(-2, 3));
  printf("%g %g %g %g %g %g\n", floor(-1.5), ceil(-1.5), trunc(-1.5), round(-1.5), fmod(7.5, 2), fmod(-7.5, 2));
  int exponent;
  double mantissa = frexp(-48.0, &exponent);
  printf("%g %d %g\n", mantissa, exponent, ldexp(0.75, 10));
  return 0;
}
