/* Fibonacci numbers by recursion: calls and returns, nothing else. */
#include "kernel.h"

static uint32_t __attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint32_t operation(void) { return fib(20); }
