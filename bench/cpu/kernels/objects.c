/* Virtual calls: shapes of five kinds in random order, each method behind a pointer. */
#include "kernel.h"

enum { COUNT = 1000, KINDS = 5 };
struct shape;
struct methods {
  uint32_t (*area)(const struct shape *);
  void (*grow)(struct shape *, uint32_t);
};
struct shape {
  const struct methods *methods;
  uint32_t width, height;
};

static uint32_t rectangle(const struct shape *s) { return s->width * s->height; }
static uint32_t square(const struct shape *s) { return s->width * s->width; }
static uint32_t triangle(const struct shape *s) { return s->width * s->height >> 1; }
static uint32_t line(const struct shape *s) { return s->width; }
static uint32_t cross(const struct shape *s) { return s->width + s->height - 1; }
static void both(struct shape *s, uint32_t by) { s->width += by, s->height ^= by; }
static void one(struct shape *s, uint32_t by) { s->width = (s->width ^ by) & 1023; }

static const struct methods kinds[KINDS] = {
    {rectangle, both}, {square, one}, {triangle, both}, {line, one}, {cross, both},
};

uint32_t operation(void) {
  static struct shape shapes[COUNT];
  uint32_t seed = 99, sum = 0;

  for (int i = 0; i < COUNT; i++) {
    uint32_t random = next_random(&seed) >> 8;

    shapes[i] = (struct shape){&kinds[random % KINDS], random & 255, random >> 8 & 255};
  }
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < COUNT; i++) {
      struct shape *s = &shapes[i];

      sum = mix(sum, s->methods->area(s));
      s->methods->grow(s, sum & 15);
    }
  }
  return sum;
}
