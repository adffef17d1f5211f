/* Rigid circles that fall, meet and bounce: the kind of arithmetic that physics engines do, in floats. */
#include "kernel.h"
#include <math.h>
#include <string.h>

enum { COUNT = 24, STEPS = 40 };
struct vector {
  float x, y;
};
struct circle {
  struct vector place, speed;
  float radius, inverse_mass;
};

static struct vector plus(struct vector a, struct vector b, float scale) { return (struct vector){a.x + b.x * scale, a.y + b.y * scale}; }
static float dot(struct vector a, struct vector b) { return a.x * b.x + a.y * b.y; }

static void collide(struct circle *a, struct circle *b) {
  struct vector between = plus(b->place, a->place, -1);
  float reach = a->radius + b->radius, square = dot(between, between);

  if (square >= reach * reach || square == 0) return;
  float distance = sqrtf(square), share = a->inverse_mass + b->inverse_mass;
  struct vector normal = {between.x / distance, between.y / distance};
  float push = (reach - distance) / share * 0.4f;
  float approach = dot(plus(b->speed, a->speed, -1), normal);

  a->place = plus(a->place, normal, -push * a->inverse_mass);
  b->place = plus(b->place, normal, push * b->inverse_mass);
  if (approach > 0) return;
  float impulse = -1.5f * approach / share;
  a->speed = plus(a->speed, normal, -impulse * a->inverse_mass);
  b->speed = plus(b->speed, normal, impulse * b->inverse_mass);
}

static void wall(float *place, float *speed, float low, float high) {
  float limit = *place < low ? low : *place > high ? high : *place;

  if (limit == *place) return;
  *place = limit;
  *speed *= -0.7f;
}

uint32_t operation(void) {
  struct circle circles[COUNT];
  uint32_t sum = 0;

  for (int i = 0; i < COUNT; i++) {
    float radius = 0.5f + i % 3 * 0.2f;

    circles[i] = (struct circle){{i % 6 * 1.1f + 1, i / 6 * 1.2f + 1}, {i % 5 * 0.3f - 0.6f, 0}, radius, 1 / (radius * radius)};
  }
  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < COUNT; i++) {
      struct circle *c = &circles[i];

      c->speed.y -= 9.8f / 60;
      c->place = plus(c->place, c->speed, 1.0f / 60);
      for (int j = i + 1; j < COUNT; j++) collide(c, &circles[j]);
      wall(&c->place.x, &c->speed.x, c->radius, 8 - c->radius);
      wall(&c->place.y, &c->speed.y, c->radius, 8 - c->radius);
    }
  }
  for (int i = 0; i < COUNT; i++) {
    uint32_t words[2];

    memcpy(words, &circles[i].place, sizeof words);
    sum = mix(mix(sum, words[0]), words[1]);
  }
  return sum;
}
