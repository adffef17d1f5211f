/* From the tree to a program. A counted repetition is that many copies of its body. (K. Thompson, CACM 11(6), 1968) */
#include "program.h"
#include <stdlib.h>

/* A pattern like (((a{99}){99}){99}) must not eat all memory. */
#define CODE_LIMIT 60000

static int emit(struct regex_program *program, struct instruction instruction) {
  if (program->length >= CODE_LIMIT) return -1;
  if ((program->length & 127) == 0) {
    struct instruction *grown = realloc(program->code, (size_t)(program->length + 128) * sizeof instruction);
    if (!grown) return -1;
    program->code = grown;
  }
  program->code[program->length] = instruction;
  return program->length++;
}

static int may_be_empty(const struct regex_program *program, int index) {
  const struct node *node = &program->nodes[index];
  switch (node->kind) {
    case BYTE:
    case SET: return 0;
    case CONCATENATION: return may_be_empty(program, node->left) && may_be_empty(program, node->right);
    case ALTERNATION: return may_be_empty(program, node->left) || may_be_empty(program, node->right);
    case REPEAT: return node->value == 0 || may_be_empty(program, node->left);
    case GROUP: return may_be_empty(program, node->left);
    default: return 1;
  }
}

static int compile(struct regex_program *program, int index);

/*
 * body* as: L: split body, out; body; jump L. With a body that may be empty the loop has marks to notice an empty turn,
 * which is none: it would replace what the groups in it matched before.
 */
static int compile_loop(struct regex_program *program, int body) {
  int marked = may_be_empty(program, body), loop = program->loops;
  int split = emit(program, (struct instruction){.operation = SPLIT});
  if (split < 0) return -1;
  program->code[split].target = split + 1;
  if (marked) {
    program->loops++;
    if (emit(program, (struct instruction){.operation = LOOP_BEGIN, .value = loop}) < 0) return -1;
  }
  if (compile(program, body) < 0) return -1;
  int end = emit(program, (struct instruction){.operation = marked ? LOOP_END : JUMP, .value = loop, .target = split});
  if (end < 0) return -1;
  program->code[split].other = program->length;
  return 0;
}

/* Zero or more turns of a body that may be empty: the first one may be, so it is apart: (body body*)? */
static int compile_empty_loop(struct regex_program *program, int body) {
  int split = emit(program, (struct instruction){.operation = SPLIT});
  if (split < 0 || compile(program, body) < 0 || compile_loop(program, body) < 0) return -1;
  program->code[split].target = split + 1;
  program->code[split].other = program->length;
  return 0;
}

static int compile_repeat(struct regex_program *program, const struct node *node) {
  int body = node->left, least = node->value, most = node->limit;
  for (int i = 0; i < least; i++)
    if (compile(program, body) < 0) return -1;
  if (most < 0)
    return least == 0 && may_be_empty(program, body) ? compile_empty_loop(program, body) : compile_loop(program, body);
  /* The optional copies all leave to the same place: chain their splits through `other` until it is known. */
  int chain = -1;
  for (int i = least; i < most; i++) {
    int split = emit(program, (struct instruction){.operation = SPLIT, .other = chain});
    if (split < 0 || compile(program, body) < 0) return -1;
    program->code[split].target = split + 1;
    chain = split;
  }
  while (chain >= 0) {
    int previous = program->code[chain].other;
    program->code[chain].other = program->length;
    chain = previous;
  }
  return 0;
}

static int compile_alternation(struct regex_program *program, const struct node *node) {
  int left = node->left, right = node->right;
  int split = emit(program, (struct instruction){.operation = SPLIT});
  if (split < 0 || compile(program, left) < 0) return -1;
  int jump = emit(program, (struct instruction){.operation = JUMP});
  if (jump < 0) return -1;
  program->code[split].target = split + 1;
  program->code[split].other = program->length;
  if (compile(program, right) < 0) return -1;
  program->code[jump].target = program->length;
  return 0;
}

static int compile(struct regex_program *program, int index) {
  const struct node *node = &program->nodes[index];
  switch (node->kind) {
    case EMPTY: return 0;
    case BYTE: return emit(program, (struct instruction){.operation = ONE_BYTE, .value = node->value});
    case SET: return emit(program, (struct instruction){.operation = ONE_OF, .value = node->value});
    case ASSERTION: return emit(program, (struct instruction){.operation = ASSERT, .value = node->value});
    case REFERENCE: return emit(program, (struct instruction){.operation = BACK, .value = node->value});
    case CONCATENATION: return compile(program, node->left) < 0 ? -1 : compile(program, node->right);
    case ALTERNATION: return compile_alternation(program, node);
    case REPEAT: return compile_repeat(program, node);
    case GROUP:
      if (emit(program, (struct instruction){.operation = SAVE, .value = 2 * node->value}) < 0) return -1;
      if (compile(program, node->left) < 0) return -1;
      return emit(program, (struct instruction){.operation = SAVE, .value = 2 * node->value + 1});
  }
  return -1;
}

int __regex_compile(struct regex_program *program, int root) {
  if (compile(program, root) < 0 || emit(program, (struct instruction){.operation = MATCH}) < 0) return REG_ESPACE;
  return 0;
}
