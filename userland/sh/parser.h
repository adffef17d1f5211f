/* The grammar (POSIX XCU 2.10): tokens to trees. */
#ifndef PARSER_H
#define PARSER_H

#include "lexer.h"

enum ParseResult {
  PARSE_COMMAND,
  PARSE_EMPTY, /* an empty line or a comment */
  PARSE_END    /* end of input */
};

/* Parses one complete command, to the end of its line, from the source on top. */
enum ParseResult parse_line(struct Script *script, struct Node **node);

/* Parses the text of a word in which quotes are ordinary: a prompt. */
struct Part *parse_quoted(struct Script *script, const char *text);

/* Parses the commands of a substitution up to the token that ends it; may return NULL for no commands. */
struct Node *parse_substitution(struct Parser *parser, enum TokenKind end);

#endif
