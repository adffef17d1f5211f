/* Exact decimal numbers: scaling by powers of two is multiplying and dividing the limbs. */
#include "decimal.h"

static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

void __decimal_set(struct decimal *number, uint64_t value) {
  number->first = number->end = number->point = DECIMAL_MARGIN;
  for (; value; value /= LIMB) number->limbs[--number->first] = (uint32_t)(value % LIMB);
}

static void trim(struct decimal *number) {
  while (number->first < number->end && number->limbs[number->first] == 0) number->first++;
  while (number->end > number->first && number->limbs[number->end - 1] == 0) number->end--;
  if (number->first == number->end) number->first = number->end = number->point;
}

/* Makes limbs [from, to) part of the number. */
static void widen(struct decimal *number, int from, int to) {
  if (number->first == number->end) number->first = number->end = from;
  while (number->first > from) number->limbs[--number->first] = 0;
  while (number->end < to) number->limbs[number->end++] = 0;
}

static void multiply(struct decimal *number, int bits) {
  uint32_t carry = 0;
  for (int i = number->end; i-- > number->first;) {
    uint64_t value = ((uint64_t)number->limbs[i] << bits) + carry;
    carry = (uint32_t)(value / LIMB);
    number->limbs[i] = (uint32_t)(value - (uint64_t)carry * LIMB);
  }
  if (carry) number->limbs[--number->first] = carry;
}

static void divide(struct decimal *number, int bits) {
  uint32_t remainder = 0, mask = (1u << bits) - 1;
  for (int i = number->first; i < number->end; i++) {
    uint64_t value = (uint64_t)remainder * LIMB + number->limbs[i];
    number->limbs[i] = (uint32_t)(value >> bits);
    remainder = (uint32_t)value & mask;
  }
  while (remainder && number->end < DECIMAL_LIMBS) {
    uint64_t value = (uint64_t)remainder * LIMB;
    number->limbs[number->end++] = (uint32_t)(value >> bits);
    remainder = (uint32_t)value & mask;
  }
  if (remainder) number->limbs[number->end - 1] |= 1;
}

void __decimal_scale(struct decimal *number, int bits) {
  while (bits) {
    int step = bits > 29 ? 29 : bits < -29 ? -29 : bits;
    if (step > 0) multiply(number, step);
    else divide(number, -step);
    trim(number);
    bits -= step;
  }
}

int __decimal_digit(const struct decimal *number, int position) {
  int limb = position >= 0 ? number->point - 1 - position / 9 : number->point + (-position - 1) / 9;
  if (limb < number->first || limb >= number->end) return 0;
  int within = position >= 0 ? position % 9 : 8 - (-position - 1) % 9;
  return (int)(number->limbs[limb] / powers[within] % 10);
}

int __decimal_exponent(const struct decimal *number) {
  if (number->first == number->end) return 0;
  int digits = 0;
  while (digits < 9 && number->limbs[number->first] >= powers[digits]) digits++;
  return (number->point - 1 - number->first) * 9 + digits - 1;
}

/* Whether the digits below 10^position are more than (1), exactly (0) or less than (-1) half of it. */
static int compare_half(const struct decimal *number, int position) {
  int digit = __decimal_digit(number, position - 1);
  if (digit != 5) return digit > 5 ? 1 : -1;
  int lowest = (number->point - number->end) * 9;
  for (int below = position - 2; below >= lowest; below--)
    if (__decimal_digit(number, below)) return 1;
  return 0;
}

void __decimal_round(struct decimal *number, int places) {
  int position = -places;
  if (position <= (number->point - number->end) * 9) return;
  int half = compare_half(number, position);
  int up = half > 0 || (half == 0 && (__decimal_digit(number, position) & 1));
  int limb = position >= 0 ? number->point - 1 - position / 9 : number->point + (-position - 1) / 9;
  uint32_t unit = powers[position >= 0 ? position % 9 : 8 - (-position - 1) % 9];
  widen(number, limb < number->first ? limb : number->first, limb + 1);
  number->end = limb + 1;
  number->limbs[limb] -= number->limbs[limb] % unit;
  if (up) {
    number->limbs[limb] += unit;
    for (; number->limbs[limb] >= LIMB; limb--) {
      number->limbs[limb] -= LIMB;
      if (limb == number->first) number->limbs[--number->first] = 0;
      number->limbs[limb - 1]++;
    }
  }
  trim(number);
}
