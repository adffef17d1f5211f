/* Binary trees from malloc and free. */
#include "kernel.h"
#include <stdlib.h>

struct node {
  struct node *left, *right;
  uint32_t value;
};

static struct node *grow(int depth, uint32_t value) {
  struct node *node = malloc(sizeof *node);

  node->value = value;
  node->left = depth ? grow(depth - 1, value * 2) : NULL;
  node->right = depth ? grow(depth - 1, value * 2 + 1) : NULL;
  return node;
}

static uint32_t fell(struct node *node) {
  uint32_t sum = node->value;

  if (node->left) sum = mix(mix(sum, fell(node->left)), fell(node->right));
  free(node);
  return sum;
}

uint32_t operation(void) {
  uint32_t sum = 0;

  for (int i = 1; i <= 4; i++) sum = mix(sum, fell(grow(10, i)));
  return sum;
}
