/*
 * Tokens and words, read from the input source on top. Source: POSIX XCU 2.2, 2.3.
 */
#ifndef LEXER_H
#define LEXER_H

#include <stdbool.h>

#include "syntax.h"

enum token_kind {
  TOKEN_END,
  TOKEN_NEWLINE,
  TOKEN_WORD,
  TOKEN_IO_NUMBER,
  TOKEN_SEMICOLON,
  TOKEN_DOUBLE_SEMICOLON,
  TOKEN_AMPERSAND,
  TOKEN_AND,
  TOKEN_PIPE,
  TOKEN_OR,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_LESS,
  TOKEN_GREATER,
  TOKEN_APPEND,
  TOKEN_CLOBBER,
  TOKEN_LESS_AND,
  TOKEN_GREATER_AND,
  TOKEN_LESS_GREATER,
  TOKEN_DOCUMENT,
  TOKEN_DOCUMENT_STRIP
};

struct token {
  enum token_kind kind;
  struct word *word; /* TOKEN_WORD */
  int number;        /* TOKEN_IO_NUMBER */
  int line;
  bool behind_alias; /* behind one that ends in a blank: the word may be an alias, wherever it stands */
};

struct pending_document {
  struct pending_document *next;
  struct redirect *redirect;
};

/* State of one parse. Parses nest: a command substitution saves token and documents. */
struct parser {
  struct script *script;
  struct token token;
  bool have_token;                    /* token has been looked at but not taken */
  bool in_delimiter;                  /* the next word is that of a here-document: nothing in it is expanded */
  struct pending_document *documents; /* here-documents that begin behind the next newline */
};

struct token lexer_read(struct parser *parser);

const char *token_text(const struct token *token);

_Noreturn void syntax_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
