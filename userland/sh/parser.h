/* The grammar (POSIX XCU 2.10): tokens to trees. */
#ifndef PARSER_H
#define PARSER_H

#include "lexer.h"

enum parse_result {
  PARSE_COMMAND,
  PARSE_EMPTY, /* an empty line or a comment */
  PARSE_END    /* end of input */
};

/* Parses one complete command, to the end of its line, from the source on top. */
enum parse_result parse_line(struct script *script, struct node **node);

/* Parses the text of a word in which quotes are ordinary: a prompt. */
struct part *parse_quoted(struct script *script, const char *text);

/* Parses the commands of a substitution up to the token that ends it; may return NULL for no commands. */
struct node *parse_substitution(struct parser *parser, enum token_kind end);

#endif
