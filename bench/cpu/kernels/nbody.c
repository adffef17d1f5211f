/* Five bodies under gravity: square roots, divisions, structures of doubles. */
#include "kernel.h"
#include <math.h>

enum { BODIES = 5, STEPS = 200 };
struct body {
  double place[3], speed[3], mass;
};

static const struct body start[BODIES] = {
    {{0, 0, 0}, {0, 0, 0}, 39.5},
    {{4.8, -1.2, -0.1}, {0.6, 2.8, -0.03}, 0.038},
    {{8.3, 4.1, -0.4}, {-1.0, 1.8, 0.01}, 0.011},
    {{12.9, -15.1, -0.2}, {1.1, 0.9, -0.01}, 0.0017},
    {{15.4, -25.9, 0.2}, {0.98, 0.6, -0.03}, 0.002},
};

static void step(struct body *bodies, double time) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];

    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double x = a->place[0] - b->place[0], y = a->place[1] - b->place[1], z = a->place[2] - b->place[2];
      double square = x * x + y * y + z * z;
      double force = time / (square * sqrt(square));

      a->speed[0] -= x * b->mass * force;
      a->speed[1] -= y * b->mass * force;
      a->speed[2] -= z * b->mass * force;
      b->speed[0] += x * a->mass * force;
      b->speed[1] += y * a->mass * force;
      b->speed[2] += z * a->mass * force;
    }
  }
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++) bodies[i].place[k] += time * bodies[i].speed[k];
}

uint32_t operation(void) {
  struct body bodies[BODIES];
  uint32_t sum = 0;

  for (int i = 0; i < BODIES; i++) bodies[i] = start[i];
  for (int i = 0; i < STEPS; i++) step(bodies, 0.01);
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++) sum = mix_double(sum, bodies[i].place[k]);
  return sum;
}
