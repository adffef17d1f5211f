/* The grammars of basic and extended regular expressions, with GNU's additions. (POSIX base definitions 9.5) */
#include "program.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int parse_alternation(struct parser *parser, int depth);

#define EXTENDED(parser) ((parser)->program->flags & REG_EXTENDED)

static int fail(struct parser *parser, int error) {
  if (!parser->error) parser->error = error;
  return 0;
}

static int add_node(struct parser *parser, struct node node) {
  struct regex_program *program = parser->program;
  if ((program->node_count & 63) == 0) {
    struct node *grown = realloc(program->nodes, (size_t)(program->node_count + 64) * sizeof node);
    if (!grown) return fail(parser, REG_ESPACE);
    program->nodes = grown;
  }
  program->nodes[program->node_count] = node;
  return program->node_count++;
}

int __regex_add_set(struct parser *parser, const struct byte_set *set) {
  struct regex_program *program = parser->program;
  struct byte_set *grown = realloc(program->sets, (size_t)(program->set_count + 1) * sizeof *set);
  if (!grown) return fail(parser, REG_ESPACE);
  program->sets = grown;
  grown[program->set_count] = *set;
  return program->set_count++;
}

static int add_class(struct parser *parser, int (*test)(int), int negated) {
  struct byte_set set = {0};
  for (int c = 0; c < 256; c++)
    if ((test(c) == 0) == negated) ADD(&set, c);
  return add_node(parser, (struct node){.kind = SET, .value = __regex_add_set(parser, &set)});
}

static int add_any(struct parser *parser) {
  struct byte_set set;
  memset(&set, 0xff, sizeof set);
  if (parser->program->flags & REG_NEWLINE) set.bits[0] &= ~(1u << '\n');
  return add_node(parser, (struct node){.kind = SET, .value = __regex_add_set(parser, &set)});
}

static int add_byte(struct parser *parser, int c) {
  if (parser->program->flags & REG_ICASE && isalpha(c)) {
    struct byte_set set = {0};
    ADD(&set, tolower(c));
    ADD(&set, toupper(c));
    return add_node(parser, (struct node){.kind = SET, .value = __regex_add_set(parser, &set)});
  }
  return add_node(parser, (struct node){.kind = BYTE, .value = c});
}

static int add_assertion(struct parser *parser, enum assertion assertion) {
  return add_node(parser, (struct node){.kind = ASSERTION, .value = (int)assertion});
}

/* Whether an operator that is plain in one grammar and escaped in the other begins here. */
static int at_operator(const struct parser *parser, char operator) {
  return EXTENDED(parser) ? *parser->at == operator : parser->at[0] == '\\' && parser->at[1] == operator;
}

static void skip_operator(struct parser *parser) {
  parser->at += EXTENDED(parser) ? 1 : 2;
}

static int parse_group(struct parser *parser, int depth) {
  int group = ++parser->groups;
  skip_operator(parser);
  int inner = parse_alternation(parser, depth + 1);
  if (!at_operator(parser, ')')) return fail(parser, REG_EPAREN);
  skip_operator(parser);
  if (group < 32) parser->closed |= 1u << group;
  return add_node(parser, (struct node){.kind = GROUP, .left = inner, .value = group});
}

static int parse_escape(struct parser *parser) {
  static const struct {
    char letter;
    enum assertion assertion;
  } assertions[] = {{'<', WORD_START},   {'>', WORD_END},   {'b', WORD_EDGE},
                    {'B', NO_WORD_EDGE}, {'`', TEXT_START}, {'\'', TEXT_END}};
  int c = (unsigned char)parser->at[1];
  if (!c) return fail(parser, REG_EESCAPE);
  parser->at += 2;
  for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++)
    if (assertions[i].letter == c) return add_assertion(parser, assertions[i].assertion);
  if (c == 'w' || c == 'W') return add_class(parser, __regex_is_word, c == 'W');
  if (c == 's' || c == 'S') return add_class(parser, isspace, c == 'S');
  if (c >= '1' && c <= '9') {
    if (!(parser->closed >> (c - '0') & 1)) return fail(parser, REG_ESUBREG);
    parser->program->has_references = 1;
    return add_node(parser, (struct node){.kind = REFERENCE, .value = c - '0'});
  }
  return add_byte(parser, c);
}

/* In a basic expression $ is an anchor only at the end of an expression, group or alternative. */
static int dollar_is_anchor(const struct parser *parser) {
  const char *next = parser->at + 1;
  return EXTENDED(parser) || !*next || (next[0] == '\\' && (next[1] == ')' || next[1] == '|'));
}

static int parse_atom(struct parser *parser, int first, int depth) {
  if (at_operator(parser, '(')) return parse_group(parser, depth);
  int c = (unsigned char)*parser->at;
  if (c == '\\') return parse_escape(parser);
  if (c == '^' && (EXTENDED(parser) || first)) {
    parser->at++;
    return add_assertion(parser, LINE_START);
  }
  if (c == '$' && dollar_is_anchor(parser)) {
    parser->at++;
    return add_assertion(parser, LINE_END);
  }
  /* A repetition of nothing in an extended expression: it repeats the empty string. */
  if (EXTENDED(parser) && first && (c == '*' || c == '+' || c == '?'))
    return add_node(parser, (struct node){.kind = EMPTY});
  parser->at++;
  if (c == '.') return add_any(parser);
  if (c == '[') return add_node(parser, (struct node){.kind = SET, .value = __regex_parse_bracket(parser)});
  return add_byte(parser, c);
}

static int read_count(const char **at) {
  if (!isdigit((unsigned char)**at)) return -1;
  int value = 0;
  for (; isdigit((unsigned char)**at); (*at)++)
    if (value < 100000) value = value * 10 + **at - '0';
  return value;
}

/* "{m,n}" at the operator: true if it is an interval. In extended expressions a malformed one is literal text. */
static int parse_interval(struct parser *parser, int *least, int *most) {
  const char *at = parser->at + (EXTENDED(parser) ? 1 : 2);
  *least = read_count(&at);
  *most = *least;
  if (*at == ',') {
    at++;
    *most = read_count(&at);
    if (*least < 0) *least = 0;
  }
  int closed = EXTENDED(parser) ? *at == '}' : at[0] == '\\' && at[1] == '}';
  if (!closed || *least < 0) {
    if (!EXTENDED(parser)) fail(parser, *at ? REG_BADBR : REG_EBRACE);
    return 0;
  }
  if ((*most >= 0 && *least > *most) || *least > 32767 || *most > 32767) {
    fail(parser, REG_BADBR);
    return 0;
  }
  parser->at = at + (EXTENDED(parser) ? 1 : 2);
  return 1;
}

static int parse_repetition(struct parser *parser, int atom) {
  while (!parser->error) {
    int least = 0, most = -1;
    if (*parser->at == '*') parser->at++;
    else if (at_operator(parser, '+')) {
      skip_operator(parser);
      least = 1;
    } else if (at_operator(parser, '?')) {
      skip_operator(parser);
      most = 1;
    } else if (!at_operator(parser, '{') || !parse_interval(parser, &least, &most)) {
      break;
    }
    atom = add_node(parser, (struct node){.kind = REPEAT, .left = atom, .value = least, .limit = most});
  }
  return atom;
}

static int parse_branch(struct parser *parser, int depth) {
  int result = -1, first = 1;
  while (*parser->at && !parser->error && !at_operator(parser, '|') && !(at_operator(parser, ')') && depth)) {
    /* Without its partner ")" of an extended expression is plain, "\)" of a basic one an error. */
    if (!EXTENDED(parser) && at_operator(parser, ')')) return fail(parser, REG_EPAREN);
    const char *start = parser->at;
    int atom = parse_atom(parser, first, depth);
    /* After "^" a star of a basic expression is still at the start, and plain. */
    int anchor = first && *start == '^';
    int plain_star = !EXTENDED(parser) && (anchor || (first && *start == '*')) && *parser->at == '*';
    first = anchor && !EXTENDED(parser);
    if (plain_star && anchor) {
      parser->at++;
      first = 0;
      result = add_node(
          parser,
          (struct node){.kind = CONCATENATION, .left = atom, .right = parse_repetition(parser, add_byte(parser, '*'))});
      continue;
    }
    atom = parse_repetition(parser, atom);
    result = result < 0 ? atom : add_node(parser, (struct node){.kind = CONCATENATION, .left = result, .right = atom});
  }
  return result < 0 ? add_node(parser, (struct node){.kind = EMPTY}) : result;
}

static int parse_alternation(struct parser *parser, int depth) {
  if (depth > 500) return fail(parser, REG_ESPACE);
  int result = parse_branch(parser, depth);
  while (!parser->error && at_operator(parser, '|')) {
    skip_operator(parser);
    int right = parse_branch(parser, depth);
    result = add_node(parser, (struct node){.kind = ALTERNATION, .left = result, .right = right});
  }
  return result;
}

int __regex_parse(struct parser *parser) {
  int root = parse_alternation(parser, 0);
  if (!parser->error && *parser->at) fail(parser, REG_EPAREN);
  return root;
}
