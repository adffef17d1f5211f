/*
 * Syntax trees: what the parser makes and the executor runs. A tree lives in the arena of its script; a
 * function definition keeps its whole script alive. Source: POSIX XCU 2.10.
 */
#ifndef SYNTAX_H
#define SYNTAX_H

#include <stdbool.h>

#include "arena.h"

struct Node;
struct Word;

enum PartKind {
  PART_TEXT,   /* as it stands; subject to patterns */
  PART_QUOTED, /* by single quotes or a backslash */
  PART_DOUBLE, /* parts between double quotes */
  PART_PARAMETER,
  PART_COMMAND,
  PART_ARITHMETIC
};

enum ParameterOperator {
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

struct Part {
  struct Part *next;
  enum PartKind kind;
  enum ParameterOperator operator;
  bool colon;        /* ${name:-word}: empty counts as unset */
  const char *text;  /* text, or a parameter's name */
  struct Part *parts; /* PART_DOUBLE, PART_ARITHMETIC, and a parameter's word */
  struct Node *command;
};

struct Word {
  struct Word *next;
  struct Part *parts;
  const char *plain;   /* the text, when no part of the word is quoted or expanded */
  const char *literal; /* the text, when expansion would leave it as it is */
};

enum RedirectKind {
  REDIRECT_READ,
  REDIRECT_WRITE,
  REDIRECT_CLOBBER,
  REDIRECT_APPEND,
  REDIRECT_READ_WRITE,
  REDIRECT_DUPLICATE_INPUT,
  REDIRECT_DUPLICATE_OUTPUT,
  REDIRECT_DOCUMENT
};

struct Redirect {
  struct Redirect *next;
  enum RedirectKind kind;
  int fd;
  struct Word *target;   /* file, descriptor; of a here-document its delimiter */
  struct Part *document; /* content of a here-document */
  bool strip_tabs;
};

enum NodeKind {
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

struct CaseItem {
  struct CaseItem *next;
  struct Word *patterns;
  struct Node *body; /* may be NULL */
};

struct Node {
  enum NodeKind kind;
  int line;
  struct Node *next; /* of a pipeline's commands */
  struct Redirect *redirects;
  union {
    struct {
      struct Word *assignments;
      struct Word *words;
    } simple;
    struct {
      struct Node *commands;
    } pipeline;
    struct {
      struct Node *left;
      struct Node *right;
    } pair;
    struct {
      struct Node *body;
    } unary; /* NODE_NOT, _BACKGROUND, _SUBSHELL, _GROUP */
    struct {
      struct Node *condition;
      struct Node *body;
      struct Node *otherwise;
    } branch; /* NODE_IF, _WHILE, _UNTIL */
    struct {
      const char *variable;
      struct Word *words;
      bool over_parameters; /* no "in": "$@" */
      struct Node *body;
    } loop;
    struct {
      struct Word *word;
      struct CaseItem *items;
    } choice;
    struct {
      const char *name;
      struct Node *body;
      struct Script *script;
    } function;
  };
};

/* The memory of trees that were parsed together. */
struct Script {
  struct Arena arena;
  int references;
};

struct Script *script_new(void);
void script_acquire(struct Script *script);
void script_drop(struct Script *script);

/* A script is held while it is parsed or run; an exception lets go of what was held since its catcher began. */
void script_hold(struct Script *script);
void script_let_go(void);
int script_depth(void);
void script_unwind(int depth);

/* The source text of a tree, shortened, as `jobs` shows it; in scratch memory. */
char *node_text(const struct Node *node);

#endif
