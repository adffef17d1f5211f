/* The source text of trees, for `jobs`; see node_text in syntax.h. */
#include <stdio.h>
#include <string.h>

#include "syntax.h"

static void add_node(struct buffer *text, const struct node *node);

static void add_parts(struct buffer *text, const struct part *parts);

static void add_parameter(struct buffer *text, const struct part *part) {
  static const char *const operators[] = {
      [PARAMETER_DEFAULT] = "-",     [PARAMETER_ASSIGN] = "=",
      [PARAMETER_ERROR] = "?",       [PARAMETER_ALTERNATIVE] = "+",
      [PARAMETER_TRIM_PREFIX] = "#", [PARAMETER_TRIM_LONG_PREFIX] = "##",
      [PARAMETER_TRIM_SUFFIX] = "%", [PARAMETER_TRIM_LONG_SUFFIX] = "%%",
      [PARAMETER_BAD] = "",
  };
  buffer_string(text, part->operator == PARAMETER_LENGTH ? "${#" : "${");
  if (part->text) buffer_string(text, part->text);
  if (part->operator > PARAMETER_LENGTH) {
    if (part->colon) buffer_char(text, ':');
    buffer_string(text, operators[part->operator]);
    add_parts(text, part->parts);
  }
  buffer_char(text, '}');
}

static void add_parts(struct buffer *text, const struct part *parts) {
  for (; parts; parts = parts->next) {
    switch (parts->kind) {
      case PART_TEXT: buffer_string(text, parts->text); break;
      case PART_QUOTED:
        buffer_char(text, '\'');
        buffer_string(text, parts->text);
        buffer_char(text, '\'');
        break;
      case PART_DOUBLE:
        buffer_char(text, '"');
        add_parts(text, parts->parts);
        buffer_char(text, '"');
        break;
      case PART_PARAMETER: add_parameter(text, parts); break;
      case PART_COMMAND:
        buffer_string(text, "$(");
        add_node(text, parts->command);
        buffer_char(text, ')');
        break;
      case PART_ARITHMETIC:
        buffer_string(text, "$((");
        add_parts(text, parts->parts);
        buffer_string(text, "))");
        break;
    }
  }
}

static void add_words(struct buffer *text, const struct word *words) {
  for (; words; words = words->next) {
    if (text->length && text->text[text->length - 1] != ' ') buffer_char(text, ' ');
    add_parts(text, words->parts);
  }
}

static void add_redirects(struct buffer *text, const struct redirect *redirects) {
  static const char *const operators[] = {
      [REDIRECT_READ] = "<",
      [REDIRECT_WRITE] = ">",
      [REDIRECT_CLOBBER] = ">|",
      [REDIRECT_APPEND] = ">>",
      [REDIRECT_READ_WRITE] = "<>",
      [REDIRECT_DUPLICATE_INPUT] = "<&",
      [REDIRECT_DUPLICATE_OUTPUT] = ">&",
      [REDIRECT_DOCUMENT] = "<<",
  };
  for (; redirects; redirects = redirects->next) {
    char number[16];
    bool input = *operators[redirects->kind] == '<';
    if (text->length) buffer_char(text, ' ');
    if (redirects->fd != !input) {
      snprintf(number, sizeof number, "%d", redirects->fd);
      buffer_string(text, number);
    }
    buffer_string(text, operators[redirects->kind]);
    if (redirects->kind == REDIRECT_DOCUMENT) buffer_string(text, "...");
    else add_parts(text, redirects->target->parts);
  }
}

static void add_pair(struct buffer *text, const struct node *left, const char *between, const struct node *right) {
  add_node(text, left);
  buffer_string(text, between);
  add_node(text, right);
}

static void add_branch(struct buffer *text, const struct node *node) {
  bool is_if = node->kind == NODE_IF;
  buffer_string(text, is_if ? "if " : node->kind == NODE_WHILE ? "while " : "until ");
  add_pair(text, node->branch.condition, is_if ? "; then " : "; do ", node->branch.body);
  if (node->branch.otherwise) {
    buffer_string(text, "; else ");
    add_node(text, node->branch.otherwise);
  }
  buffer_string(text, is_if ? "; fi" : "; done");
}

static void add_case(struct buffer *text, const struct node *node) {
  buffer_string(text, "case ");
  add_parts(text, node->choice.word->parts);
  buffer_string(text, " in ");
  for (const struct case_item *item = node->choice.items; item; item = item->next) {
    for (const struct word *pattern = item->patterns; pattern; pattern = pattern->next) {
      add_parts(text, pattern->parts);
      buffer_string(text, pattern->next ? "|" : ") ");
    }
    add_node(text, item->body);
    buffer_string(text, ";; ");
  }
  buffer_string(text, "esac");
}

static void add_node(struct buffer *text, const struct node *node) {
  if (!node) return;
  switch (node->kind) {
    case NODE_SIMPLE:
      if (node->simple.assignments) {
        add_parts(text, node->simple.assignments->parts);
        add_words(text, node->simple.assignments->next);
        add_words(text, node->simple.words);
      } else if (node->simple.words) {
        add_parts(text, node->simple.words->parts);
        add_words(text, node->simple.words->next);
      }
      break;
    case NODE_PIPELINE:
      for (const struct node *command = node->pipeline.commands; command; command = command->next) {
        add_node(text, command);
        if (command->next) buffer_string(text, " | ");
      }
      break;
    case NODE_NOT:
      buffer_string(text, "! ");
      add_node(text, node->unary.body);
      break;
    case NODE_AND: add_pair(text, node->pair.left, " && ", node->pair.right); break;
    case NODE_OR: add_pair(text, node->pair.left, " || ", node->pair.right); break;
    case NODE_SEQUENCE: add_pair(text, node->pair.left, "; ", node->pair.right); break;
    case NODE_BACKGROUND:
      add_node(text, node->unary.body);
      buffer_string(text, " &");
      break;
    case NODE_SUBSHELL:
      buffer_char(text, '(');
      add_node(text, node->unary.body);
      buffer_char(text, ')');
      break;
    case NODE_GROUP:
      buffer_string(text, "{ ");
      add_node(text, node->unary.body);
      buffer_string(text, "; }");
      break;
    case NODE_IF:
    case NODE_WHILE:
    case NODE_UNTIL: add_branch(text, node); break;
    case NODE_FOR:
      buffer_string(text, "for ");
      buffer_string(text, node->loop.variable);
      if (!node->loop.over_parameters) {
        buffer_string(text, " in");
        add_words(text, node->loop.words);
      }
      buffer_string(text, "; do ");
      add_node(text, node->loop.body);
      buffer_string(text, "; done");
      break;
    case NODE_CASE: add_case(text, node); break;
    case NODE_FUNCTION:
      buffer_string(text, node->function.name);
      buffer_string(text, "() { ... }");
      break;
  }
  add_redirects(text, node->redirects);
}

char *node_text(const struct node *node) {
  struct buffer text = buffer_new(&scratch);
  add_node(&text, node);
  return buffer_finish(&text);
}
