/* Tokens: operators, comments, line continuations and here-documents; see lexer.h. Words are in word.c. */
#include "lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "input.h"
#include "shell.h"
#include "word.h"

struct operator {
  const char text[4];
  enum token_kind kind;
};

/* Longer operators before their beginnings. */
static const struct operator operators[] = {
    {"&&", TOKEN_AND},
    {"&", TOKEN_AMPERSAND},
    {"||", TOKEN_OR},
    {"|", TOKEN_PIPE},
    {";;", TOKEN_DOUBLE_SEMICOLON},
    {";", TOKEN_SEMICOLON},
    {"(", TOKEN_OPEN},
    {")", TOKEN_CLOSE},
    {"<<-", TOKEN_DOCUMENT_STRIP},
    {"<<", TOKEN_DOCUMENT},
    {"<&", TOKEN_LESS_AND},
    {"<>", TOKEN_LESS_GREATER},
    {"<", TOKEN_LESS},
    {">>", TOKEN_APPEND},
    {">&", TOKEN_GREATER_AND},
    {">|", TOKEN_CLOBBER},
    {">", TOKEN_GREATER},
};

enum { OPERATOR_COUNT = sizeof operators / sizeof operators[0] };

void syntax_error(const char *format, ...) {
  char message[160];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  shell.line = input_line();
  fail("Syntax error: %s", message);
}

const char *token_text(const struct token *token) {
  static char quoted[16];
  if (token->kind == TOKEN_END) return "end of file";
  if (token->kind == TOKEN_NEWLINE) return "newline";
  if (token->kind == TOKEN_WORD) {
    if (!token->word->plain || !is_keyword(token->word->plain)) return "word";
    snprintf(quoted, sizeof quoted, "\"%s\"", token->word->plain);
    return quoted;
  }
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    if (operators[i].kind != token->kind) continue;
    if (operators[i].text[0] == '<' || operators[i].text[0] == '>') return "redirection";
    snprintf(quoted, sizeof quoted, "\"%s\"", operators[i].text);
    return quoted;
  }
  return "redirection";
}

/* The longest operator that begins with c. */
static enum token_kind read_operator(int c) {
  char text[4] = {(char)c, 0, 0, 0};
  int length = 1;
  while (length < 3) {
    int next = get_joined();
    text[length] = next == END_OF_INPUT ? 0 : (char)next;
    bool longer = false;
    for (int i = 0; i < OPERATOR_COUNT && text[length]; i++) {
      if (strncmp(operators[i].text, text, (size_t)length + 1) == 0) longer = true;
    }
    if (!longer) {
      input_unget(next);
      text[length] = 0;
      break;
    }
    length++;
  }
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    if (strcmp(operators[i].text, text) == 0) return operators[i].kind;
  }
  return TOKEN_END;
}

static bool ends_in_backslash(const struct buffer *line) {
  size_t count = 0;
  while (count < line->length && line->text[line->length - 1 - count] == '\\') count++;
  return count % 2 == 1;
}

/* Reads a line without its newline into the buffer, continued lines joined if so wished; false at the end of input. */
static bool read_line(struct buffer *line, bool joins, bool *ended_by_newline) {
  line->length = 0;
  *ended_by_newline = false;
  for (;;) {
    int c = input_get();
    if (c == END_OF_INPUT) return line->length > 0;
    if (c != '\n') buffer_char(line, (char)c);
    else if (joins && ends_in_backslash(line)) line->length--;
    else {
      *ended_by_newline = true;
      return true;
    }
  }
}

static void read_document(struct parser *parser, struct redirect *redirect) {
  bool quoted = false;
  const char *delimiter = unquoted_text(redirect->target, &quoted);
  size_t delimiter_length = strlen(delimiter);
  struct buffer body = buffer_new(&scratch);
  struct buffer line = buffer_new(&scratch);
  bool newline;
  int first_line = input_line();
  while (read_line(&line, !quoted, &newline)) {
    const char *text = line.text;
    size_t length = line.length;
    if (redirect->strip_tabs) {
      while (length && *text == '\t') text++, length--;
    }
    if (length == delimiter_length && memcmp(text ? text : "", delimiter, length) == 0) break;
    buffer_bytes(&body, text, length);
    if (newline) buffer_char(&body, '\n');
  }
  buffer_finish(&body);
  if (quoted) {
    struct part *part = arena_alloc(&parser->script->arena, sizeof *part);
    *part = (struct part){.kind = PART_QUOTED, .text = arena_copy(&parser->script->arena, body.text, body.length)};
    redirect->document = part;
    return;
  }
  input_push_text(body.text, first_line);
  redirect->document = read_parts(parser, CONTEXT_DOCUMENT);
  input_pop();
}

static void read_documents(struct parser *parser) {
  struct pending_document *documents = parser->documents;
  parser->documents = NULL;
  for (; documents; documents = documents->next) read_document(parser, documents->redirect);
}

static void skip_comment(void) {
  int c;
  do c = input_get();
  while (c != '\n' && c != END_OF_INPUT);
  input_unget(c);
}

/* A word of digits in front of < or > is a descriptor. */
static bool is_descriptor(const struct word *word) {
  if (!word->plain || strlen(word->plain) > 4) return false;
  for (const char *digit = word->plain; *digit; digit++) {
    if (*digit < '0' || *digit > '9') return false;
  }
  int next = get_joined();
  input_unget(next);
  return next == '<' || next == '>';
}

struct token lexer_read(struct parser *parser) {
  struct token token = {.kind = TOKEN_END};
  int c;
  input_alias_continues();
  do {
    c = get_joined();
    if (c == '#') {
      skip_comment();
      c = input_get();
    }
  } while (c == ' ' || c == '\t');
  token.line = input_line();
  token.behind_alias = input_alias_continues();
  input_release_aliases();
  if (c == END_OF_INPUT) {
    if (parser->documents) read_documents(parser);
    return token;
  }
  if (c == '\n') {
    token.line--;
    token.kind = TOKEN_NEWLINE;
    read_documents(parser);
    return token;
  }
  if (is_operator_character(c)) {
    token.kind = read_operator(c);
    return token;
  }
  input_unget(c);
  token.kind = TOKEN_WORD;
  token.word = read_word(parser);
  if (is_descriptor(token.word)) {
    token.kind = TOKEN_IO_NUMBER;
    token.number = atoi(token.word->plain);
  }
  return token;
}
