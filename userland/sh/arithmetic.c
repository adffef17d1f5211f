/* Precedence climbing over a text; see arithmetic.h. */
#include "arithmetic.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "error.h"
#include "number.h"
#include "shell.h"
#include "stack.h"
#include "variables.h"
#include "word.h"

typedef long long Number;
typedef unsigned long long Bits;

struct evaluation {
  const char *expression;
  const char *next;
  int skipped; /* depth of branches whose value is not wanted: they do not assign, divide or complain */
};

enum operator {
  MULTIPLY,
  DIVIDE,
  REMAINDER,
  ADD,
  SUBTRACT,
  SHIFT_LEFT,
  SHIFT_RIGHT,
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL,
  EQUAL,
  NOT_EQUAL,
  BIT_AND,
  BIT_XOR,
  BIT_OR,
  LOGICAL_AND,
  LOGICAL_OR,
  OPERATOR_COUNT
};

struct operator_row {
  const char *text;
  int precedence;
  bool assigns; /* "op=" exists */
};

static const struct operator_row rows[OPERATOR_COUNT] = {
    [MULTIPLY] = {"*", 10, true},    [DIVIDE] = {"/", 10, true},         [REMAINDER] = {"%", 10, true},
    [ADD] = {"+", 9, true},          [SUBTRACT] = {"-", 9, true},        [SHIFT_LEFT] = {"<<", 8, true},
    [SHIFT_RIGHT] = {">>", 8, true}, [LESS] = {"<", 7, false},           [LESS_EQUAL] = {"<=", 7, false},
    [GREATER] = {">", 7, false},     [GREATER_EQUAL] = {">=", 7, false}, [EQUAL] = {"==", 6, false},
    [NOT_EQUAL] = {"!=", 6, false},  [BIT_AND] = {"&", 5, true},         [BIT_XOR] = {"^", 4, true},
    [BIT_OR] = {"|", 3, true},       [LOGICAL_AND] = {"&&", 2, false},   [LOGICAL_OR] = {"||", 1, false},
};

static Number evaluate_assignment(struct evaluation *evaluation);
static Number evaluate_comma(struct evaluation *evaluation);

static _Noreturn void complain(const struct evaluation *evaluation, const char *what) {
  fail("arithmetic expression: %s: \"%s\"", what, evaluation->expression);
}

static void skip_blanks(struct evaluation *evaluation) {
  while (*evaluation->next && strchr(" \t\n", *evaluation->next)) evaluation->next++;
}

static bool take(struct evaluation *evaluation, char c) {
  skip_blanks(evaluation);
  if (*evaluation->next != c) return false;
  evaluation->next++;
  return true;
}

/* The binary operator that is next; -1 if none is. *length is that of its text. */
static int peek_operator(struct evaluation *evaluation, size_t *length) {
  int found = -1;
  skip_blanks(evaluation);
  *length = 0;
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    size_t size = strlen(rows[i].text);
    if (size <= *length || strncmp(evaluation->next, rows[i].text, size) != 0) continue;
    found = i;
    *length = size;
  }
  return found;
}

static Number apply(struct evaluation *evaluation, enum operator operator, Number left, Number right) {
  Bits a = (Bits)left;
  Bits b = (Bits)right;
  switch (operator) {
    case MULTIPLY: return (Number)(a * b);
    case DIVIDE:
    case REMAINDER:
      if (evaluation->skipped) return 0;
      if (right == 0) complain(evaluation, "division by zero");
      if (right == -1) return operator == DIVIDE ? (Number)(0 - a) : 0;
      return operator == DIVIDE ? left / right : left % right;
    case ADD: return (Number)(a + b);
    case SUBTRACT: return (Number)(a - b);
    case SHIFT_LEFT: return (Number)(a << (b & 63));
    case SHIFT_RIGHT: return left >> (b & 63);
    case LESS: return left < right;
    case LESS_EQUAL: return left <= right;
    case GREATER: return left > right;
    case GREATER_EQUAL: return left >= right;
    case EQUAL: return left == right;
    case NOT_EQUAL: return left != right;
    case BIT_AND: return left & right;
    case BIT_XOR: return left ^ right;
    case BIT_OR: return left | right;
    case LOGICAL_AND: return left && right;
    case LOGICAL_OR: return left || right;
    default: return 0;
  }
}

static Number value_of(const struct evaluation *evaluation, const char *name) {
  const char *value = variable_get(name);
  if (evaluation->skipped) return 0;
  if (!value && shell.option[OPTION_NOUNSET]) fail("%s: parameter not set", name);
  if (!value || !value[strspn(value, " \t\n")]) return 0;
  return parse_integer(value, 0);
}

static void assign(const struct evaluation *evaluation, const char *name, Number value) {
  if (!evaluation->skipped) variable_set_number(name, value);
}

static char *read_name(struct evaluation *evaluation) {
  size_t length = name_length(evaluation->next);
  char *name = arena_copy(&scratch, evaluation->next, length);
  evaluation->next += length;
  return name;
}

static Number read_constant(struct evaluation *evaluation) {
  char *end;
  Number value = strtoll(evaluation->next, &end, 0);
  evaluation->next = end;
  return value;
}

static Number add_to(const struct evaluation *evaluation, const char *name, Number value, Number step) {
  Number sum = (Number)((Bits)value + (Bits)step);
  assign(evaluation, name, sum);
  return sum;
}

/* A variable, perhaps with ++ or -- behind it. */
static Number evaluate_name(struct evaluation *evaluation) {
  char *name = read_name(evaluation);
  Number value = value_of(evaluation, name);
  skip_blanks(evaluation);
  const char *next = evaluation->next;
  if ((next[0] == '+' || next[0] == '-') && next[1] == next[0]) {
    evaluation->next += 2;
    add_to(evaluation, name, value, next[0] == '+' ? 1 : -1);
  }
  return value;
}

static Number evaluate_primary(struct evaluation *evaluation) {
  skip_blanks(evaluation);
  char c = *evaluation->next;
  if (stack_low()) complain(evaluation, "nested too deeply");
  if (c >= '0' && c <= '9') return read_constant(evaluation);
  if (is_name_start(c)) return evaluate_name(evaluation);
  if ((c == '+' || c == '-') && evaluation->next[1] == c && is_name_start(evaluation->next[2])) {
    evaluation->next += 2;
    char *name = read_name(evaluation);
    return add_to(evaluation, name, value_of(evaluation, name), c == '+' ? 1 : -1);
  }
  if (take(evaluation, '(')) {
    Number value = evaluate_comma(evaluation);
    if (!take(evaluation, ')')) complain(evaluation, "expecting ')'");
    return value;
  }
  if (take(evaluation, '+')) return evaluate_primary(evaluation);
  if (take(evaluation, '-')) return (Number)(0 - (Bits)evaluate_primary(evaluation));
  if (take(evaluation, '~')) return ~evaluate_primary(evaluation);
  if (take(evaluation, '!')) return !evaluate_primary(evaluation);
  complain(evaluation, "expecting primary");
}

static Number evaluate_binary(struct evaluation *evaluation, int lowest) {
  Number left = evaluate_primary(evaluation);
  for (;;) {
    size_t length;
    int operator = peek_operator(evaluation, &length);
    if (operator < 0 || rows[operator].precedence < lowest) return left;
    evaluation->next += length;
    bool skips = (operator == LOGICAL_AND && !left) || (operator == LOGICAL_OR && left);
    evaluation->skipped += skips;
    Number right = evaluate_binary(evaluation, rows[operator].precedence + 1);
    evaluation->skipped -= skips;
    left = apply(evaluation, (enum operator)operator, left, right);
  }
}

static Number evaluate_conditional(struct evaluation *evaluation) {
  Number condition = evaluate_binary(evaluation, 1);
  if (!take(evaluation, '?')) return condition;
  evaluation->skipped += !condition;
  Number if_true = evaluate_comma(evaluation);
  evaluation->skipped -= !condition;
  if (!take(evaluation, ':')) complain(evaluation, "expecting ':'");
  evaluation->skipped += !!condition;
  Number if_false = evaluate_conditional(evaluation);
  evaluation->skipped -= !!condition;
  return condition ? if_true : if_false;
}

static Number evaluate_assignment(struct evaluation *evaluation) {
  const char *start;
  skip_blanks(evaluation);
  start = evaluation->next;
  if (is_name_start(*start)) {
    char *name = read_name(evaluation);
    size_t length;
    int operator = peek_operator(evaluation, &length);
    const char *next = evaluation->next;
    if (*next == '=' && next[1] != '=') {
      evaluation->next++;
      Number value = evaluate_assignment(evaluation);
      assign(evaluation, name, value);
      return value;
    }
    if (operator >= 0 && rows[operator].assigns && next[length] == '=') {
      evaluation->next += length + 1;
      Number right = evaluate_assignment(evaluation);
      Number value = apply(evaluation, (enum operator)operator, value_of(evaluation, name), right);
      assign(evaluation, name, value);
      return value;
    }
    evaluation->next = start;
  }
  return evaluate_conditional(evaluation);
}

static Number evaluate_comma(struct evaluation *evaluation) {
  Number value = evaluate_assignment(evaluation);
  while (take(evaluation, ',')) value = evaluate_assignment(evaluation);
  return value;
}

long long arithmetic(const char *expression) {
  struct evaluation evaluation = {expression, expression, 0};
  Number value = evaluate_comma(&evaluation);
  skip_blanks(&evaluation);
  if (*evaluation.next) complain(&evaluation, "expecting EOF");
  return value;
}
