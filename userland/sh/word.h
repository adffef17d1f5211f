/*
 * Words: quoting and expansions as the lexer reads them (POSIX XCU 2.2, 2.6).
 */
#ifndef WORD_H
#define WORD_H

#include <stdbool.h>

#include "lexer.h"

enum context {
  CONTEXT_WORD,
  CONTEXT_DOUBLE,       /* "…" */
  CONTEXT_BRACE,        /* ${name-…} */
  CONTEXT_BRACE_DOUBLE, /* "${name-…}" */
  CONTEXT_ARITHMETIC,   /* $((…)) */
  CONTEXT_DOCUMENT      /* here-document, prompt: to the end of input */
};

struct part *read_parts(struct parser *parser, enum context context);
struct word *read_word(struct parser *parser);

/* The next character behind any backslash-newline pairs. */
int get_joined(void);

bool is_operator_character(int c);
bool is_name_start(int c);
bool is_name_character(int c);
/* Whether the whole text is a name. */
bool is_name(const char *text);
/* Length of the name that begins the text. */
size_t name_length(const char *text);
/* Behind the "=" of a word that begins "name=", or NULL. */
const char *assignment_value(const char *text);
bool is_keyword(const char *text);

/* The word with its quoting removed and nothing expanded, in scratch memory. */
char *unquoted_text(const struct word *word, bool *quoted);

#endif
