/*
 * Exact decimal numbers of any length: what is between binary floating point and text in both directions. A number is
 * an array of limbs of nine digits, most significant first, of which `point` are before the decimal point.
 */
#pragma once
#include <stdint.h>

#define LIMB 1000000000u
/* Enough for every long double: 4933 digits before the point, 16446 after it. */
#define DECIMAL_LIMBS 2400
#define DECIMAL_MARGIN 560

struct decimal {
  int first, end, point;
  uint32_t limbs[DECIMAL_LIMBS];
};

void __decimal_set(struct decimal *number, uint64_t value);
/* number *= 2^bits, exactly (digits beyond the last limb are or'ed into it). bits may be negative. */
void __decimal_scale(struct decimal *number, int bits);
/* Rounds to `places` digits after the point (may be negative), half to even. */
void __decimal_round(struct decimal *number, int places);
/* The digit of weight 10^position. */
int __decimal_digit(const struct decimal *number, int position);
/* Weight of the highest digit that is not zero; 0 for zero. */
int __decimal_exponent(const struct decimal *number);
