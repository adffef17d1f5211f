/* An interpreter of a stack machine: one indirect jump per instruction, as in the loops of Python, Lua and awk. */
#include "kernel.h"

enum code { PUSH, LOAD, STORE, ADD, SUBTRACT, MULTIPLY, AND, LESS, JUMP, JUMP_IF_ZERO, XOR, END };

/* sum = 0; for (i = 0; i < 2000; i++) if (i & 3) sum = sum * 31 + i; else sum ^= i - 7. */
static const int program[] = {
    PUSH, 0, STORE, 0, PUSH, 0, STORE, 1,
    LOAD, 1, PUSH, 2000, LESS, JUMP_IF_ZERO, 53,
    LOAD, 1, PUSH, 3, AND, JUMP_IF_ZERO, 34,
    LOAD, 0, PUSH, 31, MULTIPLY, LOAD, 1, ADD, STORE, 0, JUMP, 44,
    LOAD, 0, LOAD, 1, PUSH, 7, SUBTRACT, XOR, STORE, 0,
    LOAD, 1, PUSH, 1, ADD, STORE, 1, JUMP, 8,
    END,
};

uint32_t operation(void) {
  uint32_t stack[16] = {0}, variables[2] = {0}, *top = stack + 2;
  const int *at = program;

  for (;;) {
    switch (*at++) {
      case PUSH: *++top = *at++; break;
      case LOAD: *++top = variables[*at++]; break;
      case STORE: variables[*at++] = *top--; break;
      case ADD: top--; *top += top[1]; break;
      case SUBTRACT: top--; *top -= top[1]; break;
      case MULTIPLY: top--; *top *= top[1]; break;
      case AND: top--; *top &= top[1]; break;
      case XOR: top--; *top ^= top[1]; break;
      case LESS: top--; *top = *top < top[1]; break;
      case JUMP: at = program + *at; break;
      case JUMP_IF_ZERO: at = *top-- ? at + 1 : program + *at; break;
      default: return variables[0];
    }
  }
}
