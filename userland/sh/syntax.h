/*
 * Syntax trees: what the parser makes and the executor runs. A tree lives in the arena of its script; a
 * function definition keeps its whole script alive. Source: POSIX XCU 2.10.
 */
#ifndef SYNTAX_H
#define SYNTAX_H

#include <stdbool.h>

#include "arena.h"

struct node;
struct word;

enum part_kind {
  PART_TEXT,   /* as it stands; subject to patterns */
  PART_QUOTED, /* by single quotes or a backslash */
  PART_DOUBLE, /* parts between double quotes */
  PART_PARAMETER,
  PART_COMMAND,
  PART_ARITHMETIC
};

enum parameter_operator {
  PARAMETER_VALUE,
  PARAMETER_LENGTH,      /* ${#name} */
  PARAMETER_DEFAULT,     /* ${name-word} */
  PARAMETER_ASSIGN,      /* ${name=word} */
  PARAMETER_ERROR,       /* ${name?word} */
  PARAMETER_ALTERNATIVE, /* ${name+word} */
  PARAMETER_TRIM_PREFIX, /* ${name#word} */
  PARAMETER_TRIM_LONG_PREFIX,
  PARAMETER_TRIM_SUFFIX,
  PARAMETER_TRIM_LONG_SUFFIX,
  PARAMETER_BAD /* an error when it is expanded */
};

struct part {
  struct part *next;
  enum part_kind kind;
  enum parameter_operator operator;
  bool colon;         /* ${name:-word}: empty counts as unset */
  const char *text;   /* text, or a parameter's name */
  struct part *parts; /* PART_DOUBLE, PART_ARITHMETIC, and a parameter's word */
  struct node *command;
};

struct word {
  struct word *next;
  struct part *parts;
  const char *plain;   /* the text, when no part of the word is quoted or expanded */
  const char *literal; /* the text, when expansion would leave it as it is */
};

enum redirect_kind {
  REDIRECT_READ,
  REDIRECT_WRITE,
  REDIRECT_CLOBBER,
  REDIRECT_APPEND,
  REDIRECT_READ_WRITE,
  REDIRECT_DUPLICATE_INPUT,
  REDIRECT_DUPLICATE_OUTPUT,
  REDIRECT_DOCUMENT
};

struct redirect {
  struct redirect *next;
  enum redirect_kind kind;
  int fd;
  struct word *target;   /* file, descriptor; of a here-document its delimiter */
  struct part *document; /* content of a here-document */
  bool strip_tabs;
};

enum node_kind {
  NODE_SIMPLE,
  NODE_PIPELINE,
  NODE_NOT,
  NODE_AND,
  NODE_OR,
  NODE_SEQUENCE,
  NODE_BACKGROUND,
  NODE_SUBSHELL,
  NODE_GROUP, /* braces, or any compound command with redirections */
  NODE_IF,
  NODE_WHILE,
  NODE_UNTIL,
  NODE_FOR,
  NODE_CASE,
  NODE_FUNCTION
};

struct case_item {
  struct case_item *next;
  struct word *patterns;
  struct node *body; /* may be NULL */
};

struct node {
  enum node_kind kind;
  int line;
  struct node *next; /* of a pipeline's commands */
  struct redirect *redirects;
  union {
    struct {
      struct word *assignments;
      struct word *words;
    } simple;
    struct {
      struct node *commands;
    } pipeline;
    struct {
      struct node *left;
      struct node *right;
    } pair;
    struct {
      struct node *body;
    } unary; /* NODE_NOT, _BACKGROUND, _SUBSHELL, _GROUP */
    struct {
      struct node *condition;
      struct node *body;
      struct node *otherwise;
    } branch; /* NODE_IF, _WHILE, _UNTIL */
    struct {
      const char *variable;
      struct word *words;
      bool over_parameters; /* no "in": "$@" */
      struct node *body;
    } loop;
    struct {
      struct word *word;
      struct case_item *items;
    } choice;
    struct {
      const char *name;
      struct node *body;
      struct script *script;
    } function;
  };
};

/* The memory of trees that were parsed together. */
struct script {
  struct arena arena;
  int references;
};

struct script *script_new(void);
void script_acquire(struct script *script);
void script_drop(struct script *script);

/* A script is held while it is parsed or run; an exception lets go of what was held since its catcher began. */
void script_hold(struct script *script);
void script_let_go(void);
int script_depth(void);
void script_unwind(int depth);

/* The source text of a tree, shortened, as `jobs` shows it; in scratch memory. */
char *node_text(const struct node *node);

#endif
