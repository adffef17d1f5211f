/*
 * A regular expression in three forms: a tree (parse.c), a program for a nondeterministic machine (compile.c), and a
 * deterministic automaton that grows while it runs (automaton.c). backtrack.c runs the program for submatches and
 * back-references.
 */
#pragma once
#include <regex.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind { EMPTY, BYTE, SET, CONCATENATION, ALTERNATION, REPEAT, GROUP, REFERENCE, ASSERTION };
enum assertion { LINE_START, LINE_END, TEXT_START, TEXT_END, WORD_START, WORD_END, WORD_EDGE, NO_WORD_EDGE };

/* A set of bytes. */
struct byte_set {
  uint32_t bits[8];
};
#define HAS(set, c) ((set)->bits[(c) >> 5] >> ((c) & 31) & 1)
#define ADD(set, c) ((set)->bits[(c) >> 5] |= 1u << ((c) & 31))

struct node {
  enum node_kind kind;
  /* Children, as indices. */
  int left, right;
  /* Byte, set, group, reference or assertion; least count of a repetition. */
  int value;
  /* Greatest count of a repetition; -1 is no limit. */
  int limit;
};

enum operation { MATCH, ONE_BYTE, ONE_OF, SPLIT, JUMP, SAVE, ASSERT, BACK, LOOP_BEGIN, LOOP_END };
struct instruction {
  enum operation operation;
  /* Byte, set, slot, assertion, group or loop. */
  int value;
  /* SPLIT: first choice. JUMP: target. LOOP_END: start of the loop. */
  int target;
  /* SPLIT: second choice. */
  int other;
};

struct automaton;
struct regex_program {
  int flags;
  struct node *nodes;
  int node_count;
  struct byte_set *sets;
  int set_count;
  struct instruction *code;
  int length;
  int loops;
  int has_references;
  struct automaton *automaton;
};

struct parser {
  struct regex_program *program;
  const char *at;
  int groups, error;
  /* Groups that are closed: only these may be referred to. */
  uint32_t closed;
};
/* Root node of the tree; parser->error is set if there is none. */
int __regex_parse(struct parser *parser);
/* Parses a bracket expression after its '['; the set's index. */
int __regex_parse_bracket(struct parser *parser);
int __regex_add_set(struct parser *parser, const struct byte_set *set);
int __regex_compile(struct regex_program *program, int root);

int __regex_is_word(int c);
/* Whether the assertion holds between two bytes; -1 stands for the text's start or end, -2 for a start or end that is
 * not the line's. */
int __regex_holds(const struct regex_program *program, enum assertion assertion, int before, int after,
                  int at_text_start);

/*
 * Looks for a match in [from, end). Anchored: end of the longest match that starts at `from`. Otherwise: end of some
 * match. -1 if there is none, -2 without memory.
 */
int __automaton_run(struct regex_program *program, const char *text, int from, int end, int flags, int anchored);
void __automaton_free(struct automaton *automaton);

/* Fills slots (two per group) for a match at `from` that ends at `to`, or the longest one if `to` is -1; its end, -1 or
 * -2. */
int __backtrack_run(const struct regex_program *program, const char *text, int from, int to, int end, int flags,
                    int *slots, int slot_count);
