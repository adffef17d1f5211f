/* Bracket expressions. (POSIX base definitions 9.3.5) */
#include "program.h"
#include <ctype.h>
#include <string.h>

static void add(const struct parser *parser, struct byte_set *set, int c) {
  ADD(set, c);
  if (parser->program->flags & REG_ICASE) {
    ADD(set, tolower(c));
    ADD(set, toupper(c));
  }
}

/* One end of a range: a byte or "[.x.]". -1 after an error. */
static int read_element(struct parser *parser) {
  const char *at = parser->at;
  if (at[0] == '[' && (at[1] == '.' || at[1] == '=')) {
    if (!at[2] || at[3] != at[1] || at[4] != ']') {
      parser->error = REG_ECOLLATE;
      return -1;
    }
    parser->at += 5;
    return (unsigned char)at[2];
  }
  parser->at++;
  return (unsigned char)*at;
}

int __regex_parse_bracket(struct parser *parser) {
  struct byte_set set = {0};
  int negated = *parser->at == '^';
  if (negated) parser->at++;
  const char *start = parser->at;
  while (*parser->at != ']' || parser->at == start) {
    const char *at = parser->at;
    if (!*at) {
      parser->error = REG_EBRACK;
      return 0;
    }
    if (at[0] == '[' && at[1] == ':') {
      const char *end = strstr(at + 2, ":]");
      int (*class)(int) = end ? __class_named(at + 2, (int)(end - at - 2)) : 0;
      if (!class) {
        parser->error = end ? REG_ECTYPE : REG_EBRACK;
        return 0;
      }
      for (int c = 0; c < 256; c++)
        if (class(c)) add(parser, &set, c);
      parser->at = end + 2;
      continue;
    }
    int from = read_element(parser), to = from;
    if (parser->at[0] == '-' && parser->at[1] && parser->at[1] != ']') {
      parser->at++;
      to = read_element(parser);
      if (!parser->error && from > to) parser->error = REG_ERANGE;
    }
    if (parser->error) return 0;
    for (int c = from; c <= to; c++) add(parser, &set, c);
  }
  parser->at++;
  if (negated) {
    for (int i = 0; i < 8; i++) set.bits[i] = ~set.bits[i];
    if (parser->program->flags & REG_NEWLINE) set.bits[0] &= ~(1u << '\n');
  }
  return __regex_add_set(parser, &set);
}
