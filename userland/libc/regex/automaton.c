/*
 * Deterministic matching. A state is a set of program positions together with what came before it; the transition on a
 * byte is computed when it is first needed, by following the program's choices under the assertions that hold between
 * the byte before and this byte. A transition also tells whether a match ended before its byte.
 */
#include "program.h"
#include <stdlib.h>
#include <string.h>

/* Bytes, then the end of a text that is the end of a line, and one that is not. */
#define SYMBOLS 258
#define END 256
#define END_OF_NO_LINE 257
#define STATE_LIMIT 250
#define BUCKETS 128

/* What came before: only what assertions can ask. */
enum context { AFTER_START, AFTER_START_OF_NO_LINE, AFTER_NEWLINE, AFTER_WORD, AFTER_OTHER };
/* A byte that stands for each context. */
static const int representative[] = {-1, -2, '\n', 'a', ' '};

struct state {
  struct state *bucket_next;
  enum context context;
  int anchored, count;
  /* Address of the next state; bit 0: a match ends before this symbol. 0: not known yet. */
  uintptr_t next[SYMBOLS];
  int positions[];
};

struct automaton {
  int state_count;
  struct state *buckets[BUCKETS];
  /* Scratch: positions reached before and behind the byte (as sets and stack). */
  int *stack;
  unsigned char *seen, *reached;
  int *list;
};

static struct automaton *create(int length) {
  struct automaton *automaton = calloc(1, sizeof *automaton);
  if (!automaton) return 0;
  size_t size = (size_t)length;
  automaton->stack = malloc(size * 2 * sizeof(int));
  automaton->list = malloc(size * sizeof(int));
  automaton->seen = malloc(size);
  automaton->reached = malloc(size);
  if (automaton->stack && automaton->list && automaton->seen && automaton->reached) return automaton;
  __automaton_free(automaton);
  return 0;
}

static void forget(struct automaton *automaton) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct state *state = automaton->buckets[i], *next; state; state = next) {
      next = state->bucket_next;
      free(state);
    }
    automaton->buckets[i] = 0;
  }
  automaton->state_count = 0;
}

void __automaton_free(struct automaton *automaton) {
  if (!automaton) return;
  forget(automaton);
  free(automaton->stack);
  free(automaton->list);
  free(automaton->seen);
  free(automaton->reached);
  free(automaton);
}

/* The state of the positions in automaton->list. */
static struct state *intern(struct automaton *automaton, int count, enum context context, int anchored) {
  unsigned hash = (unsigned)context * 2 + (unsigned)anchored;
  for (int i = 0; i < count; i++) hash = hash * 31 + (unsigned)automaton->list[i];
  struct state **bucket = &automaton->buckets[hash % BUCKETS];
  size_t size = (size_t)count * sizeof(int);
  for (struct state *state = *bucket; state; state = state->bucket_next)
    if (state->count == count && state->context == context && state->anchored == anchored &&
        memcmp(state->positions, automaton->list, size) == 0)
      return state;
  if (automaton->state_count >= STATE_LIMIT) forget(automaton);
  struct state *state = calloc(1, sizeof *state + size);
  if (!state) return 0;
  state->context = context;
  state->anchored = anchored;
  state->count = count;
  memcpy(state->positions, automaton->list, size);
  state->bucket_next = *bucket;
  *bucket = state;
  automaton->state_count++;
  return state;
}

static int push(struct automaton *automaton, int depth, int position) {
  if (!automaton->seen[position]) {
    automaton->seen[position] = 1;
    automaton->stack[depth++] = position;
  }
  return depth;
}

/* Computes the transition of a state on a symbol; 0 without memory. */
static uintptr_t step(struct regex_program *program, struct state *state, int symbol) {
  struct automaton *automaton = program->automaton;
  int before = representative[state->context], after = symbol < END ? symbol : symbol == END ? -1 : -2;
  int depth = 0, matched = 0, length = program->length;
  memset(automaton->seen, 0, (size_t)length);
  memset(automaton->reached, 0, (size_t)length);
  for (int i = 0; i < state->count; i++) depth = push(automaton, depth, state->positions[i]);
  if (!state->anchored) depth = push(automaton, depth, 0);
  while (depth > 0) {
    int position = automaton->stack[--depth];
    const struct instruction *at = &program->code[position];
    switch (at->operation) {
      case MATCH: matched = 1; break;
      case ONE_BYTE: automaton->reached[position + 1] |= at->value == symbol; break;
      case ONE_OF: automaton->reached[position + 1] |= symbol < END && HAS(&program->sets[at->value], symbol); break;
      case SPLIT:
        depth = push(automaton, depth, at->target);
        depth = push(automaton, depth, at->other);
        break;
      case JUMP:
      case LOOP_END: depth = push(automaton, depth, at->target); break;
      case ASSERT:
        if (__regex_holds(program, (enum assertion)at->value, before, after, before < 0))
          depth = push(automaton, depth, position + 1);
        break;
      default: depth = push(automaton, depth, position + 1);
    }
  }
  int count = 0;
  for (int i = 0; i < length; i++)
    if (automaton->reached[i]) automaton->list[count++] = i;
  enum context context = symbol == '\n'                            ? AFTER_NEWLINE
                         : symbol < END && __regex_is_word(symbol) ? AFTER_WORD
                                                                   : AFTER_OTHER;
  int generation = automaton->state_count;
  struct state *next = intern(automaton, count, context, state->anchored);
  if (!next) return 0;
  uintptr_t result = (uintptr_t)next | (unsigned)matched;
  /* If the table was full, all states but the new one are gone. */
  if (automaton->state_count >= generation) state->next[symbol] = result;
  return result;
}

static struct state *start(struct automaton *automaton, const char *text, int from, int flags, int anchored) {
  enum context context = flags & REG_NOTBOL ? AFTER_START_OF_NO_LINE : AFTER_START;
  if (from > 0) {
    int before = (unsigned char)text[from - 1];
    context = before == '\n' ? AFTER_NEWLINE : __regex_is_word(before) ? AFTER_WORD : AFTER_OTHER;
  }
  automaton->list[0] = 0;
  return intern(automaton, anchored ? 1 : 0, context, anchored);
}

int __automaton_run(struct regex_program *program, const char *text, int from, int end, int flags, int anchored) {
  if (!program->automaton && !(program->automaton = create(program->length))) return -2;
  struct state *state = start(program->automaton, text, from, flags, anchored);
  int best = -1, last = flags & REG_NOTEOL ? END_OF_NO_LINE : END;
  if (!state) return -2;
  for (int at = from;; at++) {
    int symbol = at < end ? (unsigned char)text[at] : last;
    uintptr_t next = state->next[symbol];
    if (!next && !(next = step(program, state, symbol))) return -2;
    if (next & 1) {
      best = at;
      if (!anchored) return best;
    }
    state = (struct state *)(next & ~(uintptr_t)1);
    if (at >= end || (anchored && state->count == 0)) return best;
  }
}
