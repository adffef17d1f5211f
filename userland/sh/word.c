/* Reading words; see word.h. */
#include "word.h"

#include <string.h>

#include "error.h"
#include "input.h"
#include "parser.h"
#include "pattern.h"
#include "shell.h"
#include "stack.h"

/* A list of parts under construction: finished parts and the text being gathered. */
struct reading {
  struct parser *parser;
  struct part *first;
  struct part **end;
  struct buffer text;
  bool quoted; /* the text being gathered is */
};

static const char *const keywords[] = {"!",    "{",  "}",   "case", "do", "done", "elif",  "else",
                                       "esac", "fi", "for", "if",   "in", "then", "until", "while"};

bool is_keyword(const char *text) {
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
    if (strcmp(keywords[i], text) == 0) return true;
  }
  return false;
}

bool is_operator_character(int c) {
  return c == '&' || c == '|' || c == ';' || c == '(' || c == ')' || c == '<' || c == '>';
}

static bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

bool is_name_start(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_character(int c) {
  return is_name_start(c) || is_digit(c);
}

static bool is_special_parameter(int c) {
  return c > 0 && strchr("@*#?-$!", c);
}

size_t name_length(const char *text) {
  size_t length = 0;
  if (!is_name_start(*text)) return 0;
  while (is_name_character(text[length])) length++;
  return length;
}

bool is_name(const char *text) {
  size_t length = name_length(text);
  return length && !text[length];
}

const char *assignment_value(const char *text) {
  size_t length = name_length(text);
  return length && text[length] == '=' ? text + length + 1 : NULL;
}

int get_joined(void) {
  for (;;) {
    int c = input_get();
    if (c != '\\') return c;
    int next = input_get();
    if (next != '\n') {
      input_unget(next);
      return c;
    }
  }
}

static struct part *new_part(struct reading *reading, enum part_kind kind) {
  struct part *part = arena_alloc(&reading->parser->script->arena, sizeof *part);
  *part = (struct part){.kind = kind};
  return part;
}

static void flush(struct reading *reading) {
  if (!reading->text.length && !reading->quoted) return;
  struct part *part = new_part(reading, reading->quoted ? PART_QUOTED : PART_TEXT);
  part->text = arena_copy(&reading->parser->script->arena, reading->text.text ? reading->text.text : "",
                          reading->text.length);
  *reading->end = part;
  reading->end = &part->next;
  reading->text.length = 0;
  reading->quoted = false;
}

static void add_part(struct reading *reading, struct part *part) {
  flush(reading);
  *reading->end = part;
  reading->end = &part->next;
}

static void add_text(struct reading *reading, int c) {
  if (reading->quoted) flush(reading);
  buffer_char(&reading->text, (char)c);
}

static void begin_quoted(struct reading *reading) {
  if (!reading->quoted) flush(reading);
  reading->quoted = true;
}

static void read_single_quoted(struct reading *reading) {
  begin_quoted(reading);
  for (;;) {
    int c = input_get();
    if (c == END_OF_INPUT) syntax_error("Unterminated quoted string");
    if (c == '\'') return;
    buffer_char(&reading->text, (char)c);
  }
}

/* Which characters a backslash takes the meaning from; NULL: all. */
static const char *escapable(enum context context) {
  switch (context) {
    case CONTEXT_DOUBLE:
    case CONTEXT_ARITHMETIC: return "$`\"\\";
    case CONTEXT_BRACE_DOUBLE: return "$`\"\\}";
    case CONTEXT_DOCUMENT: return "$`\\";
    default: return NULL;
  }
}

static void read_backslash(struct reading *reading, enum context context) {
  const char *special = escapable(context);
  int c = input_get();
  if (c == '\n') return;
  if (c == END_OF_INPUT) {
    add_text(reading, '\\');
    return;
  }
  if (special && !strchr(special, c)) {
    add_text(reading, '\\');
    input_unget(c);
    return;
  }
  begin_quoted(reading);
  buffer_char(&reading->text, (char)c);
}

static const char *read_name(struct reading *reading, int c) {
  struct buffer name = buffer_new(&scratch);
  buffer_char(&name, (char)c);
  if (is_name_start(c)) {
    while (is_name_character(c = get_joined())) buffer_char(&name, (char)c);
    input_unget(c);
  }
  return arena_copy(&reading->parser->script->arena, name.text, name.length);
}

static const char *read_digits(struct reading *reading, int c) {
  struct buffer digits = buffer_new(&scratch);
  do buffer_char(&digits, (char)c);
  while (is_digit(c = get_joined()));
  input_unget(c);
  return arena_copy(&reading->parser->script->arena, digits.text, digits.length);
}

/* The operator that begins with c; PARAMETER_BAD if none does. */
static enum parameter_operator read_operator(struct part *part, int c) {
  if (c == ':') {
    part->colon = true;
    c = get_joined();
  }
  switch (c) {
    case '-': return PARAMETER_DEFAULT;
    case '=': return PARAMETER_ASSIGN;
    case '?': return PARAMETER_ERROR;
    case '+': return PARAMETER_ALTERNATIVE;
    default: break;
  }
  if (!part->colon && (c == '#' || c == '%')) {
    int next = get_joined();
    bool twice = next == c;
    if (!twice) input_unget(next);
    if (c == '#') return twice ? PARAMETER_TRIM_LONG_PREFIX : PARAMETER_TRIM_PREFIX;
    return twice ? PARAMETER_TRIM_LONG_SUFFIX : PARAMETER_TRIM_SUFFIX;
  }
  input_unget(c);
  return PARAMETER_BAD;
}

/* The name in ${…}; also tells ${#name} and the parameter # apart. Returns the character behind it. */
static int read_brace_name(struct reading *reading, struct part *part) {
  int c = get_joined();
  if (c == '#') {
    int next = get_joined();
    if (next != '}') {
      if (is_name_start(next)) part->text = read_name(reading, next);
      else if (is_digit(next)) part->text = read_digits(reading, next);
      else if (is_special_parameter(next)) {
        int behind = get_joined();
        input_unget(behind);
        if (behind == '}') part->text = read_name(reading, next);
      }
      if (part->text) {
        part->operator = PARAMETER_LENGTH;
        return get_joined();
      }
    }
    part->text = read_name(reading, c);
    return next;
  }
  if (is_name_start(c)) part->text = read_name(reading, c);
  else if (is_digit(c)) part->text = read_digits(reading, c);
  else if (is_special_parameter(c)) part->text = read_name(reading, c);
  else {
    part->operator = PARAMETER_BAD;
    return c;
  }
  return get_joined();
}

static struct part *read_braces(struct reading *reading, enum context context) {
  bool quoted = context != CONTEXT_WORD && context != CONTEXT_BRACE;
  struct part *part = new_part(reading, PART_PARAMETER);
  int c = read_brace_name(reading, part);
  if (c == '}' && part->operator != PARAMETER_BAD) return part;
  if (part->operator == PARAMETER_VALUE) part->operator = read_operator(part, c);
  else {
    part->operator = PARAMETER_BAD;
    input_unget(c);
  }
  bool trim = part->operator >= PARAMETER_TRIM_PREFIX && part->operator <= PARAMETER_TRIM_LONG_SUFFIX;
  part->parts = read_parts(reading->parser, quoted && !trim ? CONTEXT_BRACE_DOUBLE : CONTEXT_BRACE);
  return part;
}

static struct part *read_backquoted(struct reading *reading, enum context context) {
  const char *special = context == CONTEXT_WORD || context == CONTEXT_BRACE ? "$`\\" : "$`\\\"";
  struct buffer text = buffer_new(&scratch);
  int line = input_line();
  for (;;) {
    int c = input_get();
    if (c == '`') break;
    if (c == END_OF_INPUT) syntax_error("EOF in backquote substitution");
    if (c == '\\') {
      int next = input_get();
      if (next == '\n') continue;
      if (next == END_OF_INPUT || !strchr(special, next)) {
        input_unget(next);
      } else {
        c = next;
      }
    }
    buffer_char(&text, (char)c);
  }
  struct part *part = new_part(reading, PART_COMMAND);
  input_push_text(buffer_finish(&text), line);
  part->command = parse_substitution(reading->parser, TOKEN_END);
  input_pop();
  return part;
}

static struct part *read_dollar(struct reading *reading, enum context context) {
  int c = get_joined();
  if (c == '{') return read_braces(reading, context);
  if (c == '(') {
    int next = get_joined();
    if (next == '(') {
      struct part *part = new_part(reading, PART_ARITHMETIC);
      part->parts = read_parts(reading->parser, CONTEXT_ARITHMETIC);
      return part;
    }
    input_unget(next);
    struct part *part = new_part(reading, PART_COMMAND);
    part->command = parse_substitution(reading->parser, TOKEN_CLOSE);
    return part;
  }
  if (is_name_start(c) || is_digit(c) || is_special_parameter(c)) {
    struct part *part = new_part(reading, PART_PARAMETER);
    part->text = read_name(reading, c);
    return part;
  }
  input_unget(c);
  return NULL;
}

static struct part *read_double_quoted(struct reading *reading) {
  struct part *part = new_part(reading, PART_DOUBLE);
  part->parts = read_parts(reading->parser, CONTEXT_DOUBLE);
  return part;
}

/* Whether c ends the context; a word's end is put back. */
static bool at_end(enum context context, int c, int *parentheses) {
  switch (context) {
    case CONTEXT_WORD:
      if (c != END_OF_INPUT && c != ' ' && c != '\t' && c != '\n' && !is_operator_character(c)) return false;
      input_unget(c);
      return true;
    case CONTEXT_DOUBLE:
      if (c == END_OF_INPUT) syntax_error("Unterminated quoted string");
      return c == '"';
    case CONTEXT_BRACE:
    case CONTEXT_BRACE_DOUBLE:
      if (c == END_OF_INPUT) syntax_error("Missing '}'");
      return c == '}';
    case CONTEXT_ARITHMETIC:
      if (c == END_OF_INPUT) syntax_error("Missing '))'");
      if (c == '(') ++*parentheses;
      if (c != ')') return false;
      if (*parentheses) {
        --*parentheses;
        return false;
      }
      c = get_joined();
      if (c != ')') syntax_error("Missing '))'");
      return true;
    case CONTEXT_DOCUMENT: return c == END_OF_INPUT;
  }
  return true;
}

struct part *read_parts(struct parser *parser, enum context context) {
  struct reading reading = {.parser = parser, .text = buffer_new(&scratch)};
  reading.end = &reading.first;
  int parentheses = 0;
  bool plain_quotes = context == CONTEXT_WORD || context == CONTEXT_BRACE;
  if (stack_low()) syntax_error("Nested too deeply");
  for (;;) {
    int c = input_get();
    if (c != '\\' && at_end(context, c, &parentheses)) break;
    if (c == '\\') read_backslash(&reading, context);
    else if (c == '\'' && plain_quotes) read_single_quoted(&reading);
    else if (c == '"' && (plain_quotes || context == CONTEXT_BRACE_DOUBLE))
      add_part(&reading, read_double_quoted(&reading));
    else if (c == '`' && !parser->in_delimiter) add_part(&reading, read_backquoted(&reading, context));
    else if (c == '$' && !parser->in_delimiter) {
      struct part *part = read_dollar(&reading, context);
      if (part) add_part(&reading, part);
      else add_text(&reading, c);
    } else add_text(&reading, c);
  }
  flush(&reading);
  return reading.first;
}

/* Whether expansion leaves unquoted text as it is: no pattern, no tilde that may begin a home directory. */
static bool is_literal(const char *text) {
  if (*text == '~' || pattern_is_active(text)) return false;
  for (; *text; text++) {
    if ((*text == '=' || *text == ':') && text[1] == '~') return false;
  }
  return true;
}

/* The text of a word that expansion would leave as it is but for the quotes around parts of it, or NULL. */
static const char *literal_text(struct parser *parser, const struct part *parts) {
  if (!parts) return NULL;
  if (!parts->next)
    return parts->kind == PART_QUOTED || (parts->kind == PART_TEXT && is_literal(parts->text)) ? parts->text : NULL;
  struct buffer text = buffer_new(&scratch);
  for (; parts; parts = parts->next) {
    /* A bracket may be closed by a later part. */
    bool fixed = parts->kind == PART_TEXT && is_literal(parts->text) && !strchr(parts->text, '[');
    if (parts->kind != PART_QUOTED && !fixed) return NULL;
    buffer_string(&text, parts->text);
  }
  return arena_copy(&parser->script->arena, text.text ? text.text : "", text.length);
}

struct word *read_word(struct parser *parser) {
  struct arena_mark mark = arena_mark(&scratch);
  struct word *word = arena_alloc(&parser->script->arena, sizeof *word);
  struct part *parts = read_parts(parser, CONTEXT_WORD);
  *word = (struct word){.parts = parts, .literal = literal_text(parser, parts)};
  if (parts && !parts->next && parts->kind == PART_TEXT) word->plain = parts->text;
  arena_release(&scratch, mark);
  return word;
}

static void gather_text(struct buffer *text, const struct part *parts, bool *quoted) {
  for (; parts; parts = parts->next) {
    if (parts->kind != PART_TEXT) *quoted = true;
    if (parts->kind == PART_DOUBLE) gather_text(text, parts->parts, quoted);
    else if (parts->text) buffer_string(text, parts->text);
  }
}

char *unquoted_text(const struct word *word, bool *quoted) {
  struct buffer text = buffer_new(&scratch);
  gather_text(&text, word->parts, quoted);
  return buffer_finish(&text);
}
