/* Recursive descent over the shell's grammar; see parser.h. */
#include "parser.h"

#include <string.h>

#include "alias.h"
#include "error.h"
#include "input.h"
#include "number.h"
#include "shell.h"
#include "stack.h"
#include "word.h"

static struct node *parse_list(struct parser *parser, bool newlines);
static struct node *parse_and_or(struct parser *parser);

static struct token *peek(struct parser *parser) {
  if (!parser->have_token) {
    parser->token = lexer_read(parser);
    parser->have_token = true;
  }
  return &parser->token;
}

static struct token take(struct parser *parser) {
  struct token token = *peek(parser);
  parser->have_token = false;
  return token;
}

/* Where a token stands: which words are reserved there, and so are no aliases. */
enum position {
  POSITION_COMMAND, /* where a command may begin: all of them */
  POSITION_WORD,    /* none */
  POSITION_FOR,     /* behind the name of a loop: in, do */
  POSITION_DO,      /* behind its words: do */
  POSITION_CASE,    /* behind the word: in */
  POSITION_PATTERN  /* where a case item begins: esac */
};

static bool is_reserved(const char *text, enum position position) {
  switch (position) {
    case POSITION_COMMAND: return is_keyword(text);
    case POSITION_FOR: return strcmp(text, "in") == 0 || strcmp(text, "do") == 0;
    case POSITION_DO: return strcmp(text, "do") == 0;
    case POSITION_CASE: return strcmp(text, "in") == 0;
    case POSITION_PATTERN: return strcmp(text, "esac") == 0;
    default: return false;
  }
}

/* The next token, aliases replaced (POSIX XCU 2.3.1). */
static struct token *peek_at(struct parser *parser, enum position position) {
  for (bool behind_alias = false;;) {
    struct token *token = peek(parser);
    if (token->kind != TOKEN_WORD || !token->word->plain || is_reserved(token->word->plain, position)) return token;
    behind_alias = behind_alias || token->behind_alias;
    if (position != POSITION_COMMAND && !behind_alias) return token;
    struct alias *alias = alias_find(token->word->plain);
    if (!alias) return token;
    parser->have_token = false;
    input_push_alias(alias);
  }
}

static struct token *peek_command(struct parser *parser) {
  return peek_at(parser, POSITION_COMMAND);
}

static enum token_kind kind(struct parser *parser) {
  return peek_at(parser, POSITION_WORD)->kind;
}

static bool is_word(const struct token *token, const char *text) {
  return token->kind == TOKEN_WORD && token->word->plain && strcmp(token->word->plain, text) == 0;
}

/* For words that are reserved where the parser is: peek_at has been called for the position. */
static bool at_word(struct parser *parser, const char *text) {
  return is_word(peek(parser), text);
}

static _Noreturn void unexpected(struct parser *parser, const char *expected) {
  const char *text = token_text(peek(parser));
  if (expected) syntax_error("%s unexpected (expecting \"%s\")", text, expected);
  syntax_error("%s unexpected", text);
}

static void expect(struct parser *parser, const char *keyword) {
  peek_command(parser);
  if (!at_word(parser, keyword)) unexpected(parser, keyword);
  take(parser);
}

static void expect_close(struct parser *parser) {
  if (kind(parser) != TOKEN_CLOSE) unexpected(parser, ")");
  take(parser);
}

static void skip_newlines(struct parser *parser, enum position position) {
  while (peek_at(parser, position)->kind == TOKEN_NEWLINE) take(parser);
}

static void *allocate(struct parser *parser, size_t size) {
  void *block = arena_alloc(&parser->script->arena, size);
  memset(block, 0, size);
  return block;
}

static struct node *new_node(struct parser *parser, enum node_kind node_kind, int line) {
  struct node *node = allocate(parser, sizeof *node);
  node->kind = node_kind;
  node->line = line;
  return node;
}

static struct node *new_pair(struct parser *parser, enum node_kind node_kind, struct node *left, struct node *right) {
  struct node *node = new_node(parser, node_kind, left->line);
  node->pair.left = left;
  node->pair.right = right;
  return node;
}

static struct node *new_unary(struct parser *parser, enum node_kind node_kind, struct node *body, int line) {
  struct node *node = new_node(parser, node_kind, line);
  node->unary.body = body;
  return node;
}

struct redirect_token {
  enum token_kind token;
  enum redirect_kind kind;
  int fd;
};

static const struct redirect_token redirect_tokens[] = {
    {TOKEN_LESS, REDIRECT_READ, 0},
    {TOKEN_GREATER, REDIRECT_WRITE, 1},
    {TOKEN_APPEND, REDIRECT_APPEND, 1},
    {TOKEN_CLOBBER, REDIRECT_CLOBBER, 1},
    {TOKEN_LESS_AND, REDIRECT_DUPLICATE_INPUT, 0},
    {TOKEN_GREATER_AND, REDIRECT_DUPLICATE_OUTPUT, 1},
    {TOKEN_LESS_GREATER, REDIRECT_READ_WRITE, 0},
    {TOKEN_DOCUMENT, REDIRECT_DOCUMENT, 0},
    {TOKEN_DOCUMENT_STRIP, REDIRECT_DOCUMENT, 0},
};

static const struct redirect_token *redirect_token(enum token_kind token) {
  for (size_t i = 0; i < sizeof redirect_tokens / sizeof redirect_tokens[0]; i++) {
    if (redirect_tokens[i].token == token) return &redirect_tokens[i];
  }
  return NULL;
}

static void queue_document(struct parser *parser, struct redirect *redirect) {
  struct pending_document *document = allocate(parser, sizeof *document);
  document->redirect = redirect;
  struct pending_document **end = &parser->documents;
  while (*end) end = &(*end)->next;
  *end = document;
}

/* Parses a redirection if one is next; adds it at the end and returns the new end. */
static struct redirect **parse_redirect(struct parser *parser, struct redirect **end) {
  int fd = -1;
  if (kind(parser) == TOKEN_IO_NUMBER) fd = take(parser).number;
  const struct redirect_token *row = redirect_token(kind(parser));
  if (!row) return NULL;
  bool strip_tabs = take(parser).kind == TOKEN_DOCUMENT_STRIP;
  parser->in_delimiter = row->kind == REDIRECT_DOCUMENT;
  if (kind(parser) != TOKEN_WORD) unexpected(parser, NULL);
  parser->in_delimiter = false;
  struct redirect *redirect = allocate(parser, sizeof *redirect);
  *redirect = (struct redirect){
      .kind = row->kind, .fd = fd < 0 ? row->fd : fd, .target = take(parser).word, .strip_tabs = strip_tabs};
  bool duplicates = row->kind == REDIRECT_DUPLICATE_INPUT || row->kind == REDIRECT_DUPLICATE_OUTPUT;
  const char *target = redirect->target->literal;
  if (duplicates && target && !is_number(target) && strcmp(target, "-") != 0) syntax_error("Bad fd number");
  if (row->kind == REDIRECT_DOCUMENT) queue_document(parser, redirect);
  *end = redirect;
  return &redirect->next;
}

static struct redirect *parse_redirects(struct parser *parser) {
  struct redirect *first = NULL;
  struct redirect **end = &first;
  while ((end = parse_redirect(parser, end))) {
  }
  return first;
}

static struct node *parse_group_body(struct parser *parser, const char *end) {
  struct node *body = parse_list(parser, true);
  if (!body) unexpected(parser, kind(parser) == TOKEN_END ? end : NULL);
  expect(parser, end);
  return body;
}

static struct node *parse_body(struct parser *parser) {
  struct node *body = parse_list(parser, true);
  if (!body) unexpected(parser, NULL);
  return body;
}

static struct node *parse_if(struct parser *parser, int line) {
  struct node *node = new_node(parser, NODE_IF, line);
  node->branch.condition = parse_group_body(parser, "then");
  node->branch.body = parse_body(parser);
  peek_command(parser);
  if (at_word(parser, "elif")) {
    int elif_line = take(parser).line;
    node->branch.otherwise = parse_if(parser, elif_line);
    return node;
  }
  if (at_word(parser, "else")) {
    take(parser);
    node->branch.otherwise = parse_body(parser);
  }
  expect(parser, "fi");
  return node;
}

static struct node *parse_while(struct parser *parser, enum node_kind node_kind, int line) {
  struct node *node = new_node(parser, node_kind, line);
  node->branch.condition = parse_group_body(parser, "do");
  node->branch.body = parse_group_body(parser, "done");
  return node;
}

static struct node *parse_for(struct parser *parser, int line) {
  struct node *node = new_node(parser, NODE_FOR, line);
  if (kind(parser) != TOKEN_WORD || !peek(parser)->word->plain || !is_name(peek(parser)->word->plain)) {
    syntax_error("Bad for loop variable");
  }
  node->loop.variable = take(parser).word->plain;
  skip_newlines(parser, POSITION_FOR);
  if (at_word(parser, "in")) {
    take(parser);
    struct word **end = &node->loop.words;
    while (kind(parser) == TOKEN_WORD) {
      *end = take(parser).word;
      end = &(*end)->next;
    }
    if (kind(parser) != TOKEN_SEMICOLON && kind(parser) != TOKEN_NEWLINE) unexpected(parser, NULL);
    take(parser);
  } else {
    node->loop.over_parameters = true;
    if (peek_at(parser, POSITION_FOR)->kind == TOKEN_SEMICOLON) take(parser);
  }
  skip_newlines(parser, POSITION_DO);
  if (!at_word(parser, "do")) unexpected(parser, "do");
  take(parser);
  node->loop.body = parse_group_body(parser, "done");
  return node;
}

static struct case_item *parse_case_item(struct parser *parser) {
  struct case_item *item = allocate(parser, sizeof *item);
  struct word **end = &item->patterns;
  if (kind(parser) == TOKEN_OPEN) take(parser);
  for (;;) {
    if (kind(parser) != TOKEN_WORD) unexpected(parser, kind(parser) == TOKEN_END ? ")" : NULL);
    *end = take(parser).word;
    end = &(*end)->next;
    if (kind(parser) != TOKEN_PIPE) break;
    take(parser);
  }
  expect_close(parser);
  item->body = parse_list(parser, true);
  return item;
}

static struct node *parse_case(struct parser *parser, int line) {
  struct node *node = new_node(parser, NODE_CASE, line);
  if (kind(parser) != TOKEN_WORD) unexpected(parser, NULL);
  node->choice.word = take(parser).word;
  skip_newlines(parser, POSITION_CASE);
  if (!at_word(parser, "in")) unexpected(parser, "in");
  take(parser);
  struct case_item **end = &node->choice.items;
  for (;;) {
    skip_newlines(parser, POSITION_PATTERN);
    if (at_word(parser, "esac")) break;
    *end = parse_case_item(parser);
    end = &(*end)->next;
    peek_command(parser);
    if (at_word(parser, "esac")) break;
    if (kind(parser) != TOKEN_DOUBLE_SEMICOLON) unexpected(parser, ";;");
    take(parser);
  }
  take(parser);
  return node;
}

static struct node *parse_subshell(struct parser *parser, int line) {
  struct node *body = parse_body(parser);
  expect_close(parser);
  return new_unary(parser, NODE_SUBSHELL, body, line);
}

/* The compound command that begins with this keyword; NULL if the word begins none. */
static struct node *parse_compound(struct parser *parser) {
  struct token token = *peek_command(parser);
  struct node *node;
  if (stack_low()) syntax_error("Nested too deeply");
  if (token.kind == TOKEN_OPEN) {
    take(parser);
    node = parse_subshell(parser, token.line);
  } else if (token.kind != TOKEN_WORD || !token.word->plain || !is_keyword(token.word->plain)) {
    return NULL;
  } else {
    take(parser);
    if (is_word(&token, "{")) node = new_unary(parser, NODE_GROUP, parse_group_body(parser, "}"), token.line);
    else if (is_word(&token, "if")) node = parse_if(parser, token.line);
    else if (is_word(&token, "while")) node = parse_while(parser, NODE_WHILE, token.line);
    else if (is_word(&token, "until")) node = parse_while(parser, NODE_UNTIL, token.line);
    else if (is_word(&token, "for")) node = parse_for(parser, token.line);
    else if (is_word(&token, "case")) node = parse_case(parser, token.line);
    else {
      parser->token = token;
      parser->have_token = true;
      unexpected(parser, NULL);
    }
  }
  struct redirect *redirects = parse_redirects(parser);
  if (!redirects) return node;
  if (node->kind != NODE_GROUP && node->kind != NODE_SUBSHELL) {
    node = new_unary(parser, NODE_GROUP, node, token.line);
  }
  node->redirects = redirects;
  return node;
}

static struct node *parse_command(struct parser *parser);

static struct node *parse_function(struct parser *parser, const struct word *name, int line) {
  take(parser);
  expect_close(parser);
  if (!name->plain || !is_name(name->plain)) syntax_error("Bad function name");
  skip_newlines(parser, POSITION_COMMAND);
  struct node *node = new_node(parser, NODE_FUNCTION, line);
  node->function.name = name->plain;
  node->function.script = parser->script;
  node->function.body = parse_command(parser);
  return node;
}

static bool is_assignment(const struct word *word) {
  return word->parts && word->parts->kind == PART_TEXT && assignment_value(word->parts->text);
}

static struct node *parse_simple(struct parser *parser) {
  struct node *node = new_node(parser, NODE_SIMPLE, peek(parser)->line);
  struct word **words = &node->simple.words;
  struct word **assignments = &node->simple.assignments;
  struct redirect **redirects = &node->redirects;
  for (;;) {
    if (!node->simple.words) peek_command(parser);
    struct redirect **next = parse_redirect(parser, redirects);
    if (next) {
      redirects = next;
      continue;
    }
    if (kind(parser) == TOKEN_OPEN && node->simple.words && !node->simple.words->next && !node->simple.assignments &&
        !node->redirects) {
      return parse_function(parser, node->simple.words, node->line);
    }
    if (kind(parser) != TOKEN_WORD) break;
    struct word *word = take(parser).word;
    if (!node->simple.words && is_assignment(word)) {
      *assignments = word;
      assignments = &word->next;
      continue;
    }
    *words = word;
    words = &word->next;
  }
  if (!node->simple.words && !node->simple.assignments && !node->redirects) unexpected(parser, NULL);
  return node;
}

static struct node *parse_command(struct parser *parser) {
  struct node *node = parse_compound(parser);
  return node ? node : parse_simple(parser);
}

static struct node *parse_pipeline(struct parser *parser) {
  bool negated = false;
  int line = peek_command(parser)->line;
  while (at_word(parser, "!")) {
    take(parser);
    negated = !negated;
    peek_command(parser);
  }
  struct node *first = parse_command(parser);
  if (kind(parser) == TOKEN_PIPE) {
    struct node *pipeline = new_node(parser, NODE_PIPELINE, line);
    struct node *last = first;
    pipeline->pipeline.commands = first;
    while (kind(parser) == TOKEN_PIPE) {
      take(parser);
      skip_newlines(parser, POSITION_COMMAND);
      last->next = parse_command(parser);
      last = last->next;
    }
    first = pipeline;
  }
  return negated ? new_unary(parser, NODE_NOT, first, line) : first;
}

static struct node *parse_and_or(struct parser *parser) {
  struct node *node = parse_pipeline(parser);
  while (kind(parser) == TOKEN_AND || kind(parser) == TOKEN_OR) {
    enum node_kind node_kind = take(parser).kind == TOKEN_AND ? NODE_AND : NODE_OR;
    skip_newlines(parser, POSITION_COMMAND);
    node = new_pair(parser, node_kind, node, parse_pipeline(parser));
  }
  return node;
}

/* Whether a list ends here: at a token or keyword that belongs to what is around it. */
static bool at_list_end(struct parser *parser) {
  static const char *const ends[] = {"}", "do", "done", "elif", "else", "esac", "fi", "then"};
  struct token *token = peek_command(parser);
  if (token->kind == TOKEN_END || token->kind == TOKEN_NEWLINE) return true;
  if (token->kind == TOKEN_CLOSE || token->kind == TOKEN_DOUBLE_SEMICOLON) return true;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    if (is_word(token, ends[i])) return true;
  }
  return false;
}

/*
 * Commands separated by ; & and, if so wished, newlines; otherwise a newline ends the list and is not taken.
 * Sequences lean to the right, so that a long list does not make a deep tree. NULL for no commands.
 */
static struct node *parse_list(struct parser *parser, bool newlines) {
  struct node *first = NULL;
  struct node **end = &first;
  if (stack_low()) syntax_error("Nested too deeply");
  for (;;) {
    if (newlines) skip_newlines(parser, POSITION_COMMAND);
    if (at_list_end(parser)) return first;
    struct node *node = parse_and_or(parser);
    enum token_kind separator = kind(parser);
    if (separator == TOKEN_AMPERSAND) node = new_unary(parser, NODE_BACKGROUND, node, node->line);
    if (*end) {
      *end = new_pair(parser, NODE_SEQUENCE, *end, node);
      end = &(*end)->pair.right;
    } else *end = node;
    if (separator == TOKEN_SEMICOLON || separator == TOKEN_AMPERSAND) take(parser);
    else if (separator != TOKEN_NEWLINE || !newlines) return first;
  }
}

struct node *parse_substitution(struct parser *parser, enum token_kind end) {
  struct parser outer = *parser;
  parser->have_token = false;
  parser->documents = NULL;
  struct node *node = parse_list(parser, true);
  if (kind(parser) != end) unexpected(parser, end == TOKEN_CLOSE ? ")" : NULL);
  *parser = outer;
  return node;
}

enum parse_result parse_line(struct script *script, struct node **node) {
  struct parser parser = {.script = script};
  struct arena_mark mark = arena_mark(&scratch);
  enum parse_result result = PARSE_COMMAND;
  *node = NULL;
  input_prompt_first();
  if (peek(&parser)->kind == TOKEN_END) result = PARSE_END;
  else if (peek(&parser)->kind == TOKEN_NEWLINE) result = PARSE_EMPTY;
  else {
    *node = parse_list(&parser, false);
    if (kind(&parser) != TOKEN_NEWLINE && kind(&parser) != TOKEN_END) unexpected(&parser, NULL);
    if (!*node) result = PARSE_EMPTY;
  }
  arena_release(&scratch, mark);
  return result;
}

struct part *parse_quoted(struct script *script, const char *text) {
  struct parser parser = {.script = script};
  input_push_text(text, shell.line);
  struct part *parts = read_parts(&parser, CONTEXT_DOCUMENT);
  input_pop();
  return parts;
}
