#!/bin/bash
# Compiling with several levels of optimisation, libraries static and shared, and what the programs print.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

echo "== a program with arithmetic"
cat >numbers.c <<'END'
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

struct node { struct node *left, *right; uint32_t key; };

static uint32_t state = 2463534242u;
static uint32_t next(void) { state ^= state << 13; state ^= state >> 17; return state ^= state << 5; }

static struct node *insert(struct node *tree, uint32_t key) {
  if (!tree) {
    tree = calloc(1, sizeof *tree);
    tree->key = key;
  } else if (key < tree->key) {
    tree->left = insert(tree->left, key);
  } else {
    tree->right = insert(tree->right, key);
  }
  return tree;
}

static int depth(const struct node *tree) {
  if (!tree) return 0;
  int left = depth(tree->left), right = depth(tree->right);
  return 1 + (left > right ? left : right);
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static jmp_buf back;
static void fail(int code) { longjmp(back, code); }

int main(void) {
  struct node *tree = NULL;
  for (int i = 0; i < 5000; i++) tree = insert(tree, next());
  printf("depth %d\n", depth(tree));
  static uint32_t values[20000];
  for (int i = 0; i < 20000; i++) values[i] = next();
  qsort(values, 20000, sizeof *values, compare);
  printf("%" PRIu32 " %" PRIu32 " %" PRIu32 "\n", values[0], values[10000], values[19999]);
  uint64_t product = 1;
  for (int i = 1; i < 60; i++) product = product * 6364136223846793005ull + i;
  printf("%" PRIu64 " %" PRId64 " %" PRIu64 "\n", product, (int64_t)product / 1000003, product % 997);
  double sum = 0;
  float narrow = 0;
  long double wide = 0;
  for (int i = 1; i <= 20000; i++) {
    sum += sin(i) / i;
    narrow += 1.0f / i;
    wide += 1.0L / ((long double)i * i);
  }
  printf("%.15g %.6f %.18Lg\n", sum, narrow, wide);
  double a[8][8], determinant = 1;
  for (int i = 0; i < 64; i++) a[i / 8][i % 8] = next() % 1000 / 100.0;
  for (int k = 0; k < 8; k++) {
    determinant *= a[k][k];
    for (int i = k + 1; i < 8; i++)
      for (int j = 7; j >= k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
  }
  printf("%.9g\n", determinant);
  if (setjmp(back) == 0) fail(7);
  else puts("back");
  char text[64];
  snprintf(text, sizeof text, "%-6s|%06.2f|%x", "ab", 3.14159, 48879u);
  printf("%s %zu %s\n", text, strlen(text), strrchr(text, '|'));
  return 9;
}
END
for level in -O0 -O2 '-O1 -msse2 -mfpmath=sse'; do
  gcc $level -Wall -o numbers numbers.c -lm || echo "not compiled"
  # With x87 registers intermediate results are wider: what is printed depends on the level, not on the machine.
  ./numbers >output
  echo "$level: status $? $(md5sum <output | cut -c1-12)"
done
cat output

echo "== libraries"
cat >shape.h <<'END'
double area(double side);
extern int calls;
END
cat >shape.c <<'END'
#include "shape.h"
int calls;
double area(double side) { calls++; return side * side; }
END
cat >main.c <<'END'
#include <stdio.h>
#include "shape.h"
int main(int argc, char **argv) {
  double total = 0;
  for (int i = 0; i < argc; i++) total += area(i + 0.5);
  printf("%s: %g in %d calls\n", argv[0], total, calls);
  return 0;
}
END
gcc -O2 -c shape.c main.c && ar rcs libshape.a shape.o && gcc main.o -L. -lshape -o with-archive && ./with-archive 1 2
gcc -O2 -fPIC -shared shape.c -o libshape.so && gcc main.o -L. -lshape -Wl,-rpath,"\$ORIGIN" -o with-library && ./with-library 1 2 3
gcc -O2 -static main.c shape.c -o all-static && ./all-static
nm -g libshape.a | grep -E ' [TBC] ' | cut -c10-
size -A with-library | grep -c '^\.'
readelf -d with-library | grep -c NEEDED
objdump -d --no-show-raw-insn shape.o | grep -c ':'
strip all-static && ./all-static x

echo "== preprocessor, assembler, warnings, errors"
printf '#define TWICE(x) x x\nTWICE(word) __LINE__\n' | gcc -E -P -
echo 'int f(int x) { return x * 10; }' | gcc -O2 -S -x c - -o - | grep -v '^\s*\.' | head -n 5
printf 'int main(void) { int x; return "text"; }\n' >bad.c
gcc -Wall -c bad.c 2>&1 | grep -c warning
printf 'int main(void) { return undeclared }\n' >worse.c
gcc -c worse.c 2>&1 | grep -E 'error' | head -n 2
printf 'int absent(void); int main(void) { return absent(); }\n' >link.c
gcc link.c -o link 2>&1 | grep -c 'undefined reference'
printf '.globl _start\n_start: movl $1,%%eax\n movl $42,%%ebx\n int $0x80\n' >start.s
as start.s -o start.o && ld start.o -o start && ./start
echo "status $?"
exit 7
