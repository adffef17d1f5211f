/* The executor: runs trees (POSIX XCU 2.9). */
#ifndef EXECUTE_H
#define EXECUTE_H

#include <stdbool.h>

#include "syntax.h"

enum execute_flag {
  EXECUTE_LAST = 1,   /* nothing comes after it: the shell may become the command */
  EXECUTE_TESTED = 2, /* its status is tested: `set -e` does not apply */
};

enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN };

/* Where control is: what break, continue and return refer to. */
struct flow {
  enum skip skip;         /* commands are skipped up to the loop or function that it is for */
  int levels;             /* of loops, for break and continue */
  int loops;              /* that are running in this function */
  int functions;          /* that are running */
  unsigned builtin_flags; /* how the builtin that runs was called: EXECUTE_TESTED or nothing */
};

extern struct flow flow;

/* Runs a tree (NULL: nothing) and leaves its status in shell.status. */
void execute(const struct node *node, unsigned flags);
/* Parses and runs text; its first line has this number. */
void execute_text(const char *text, int line, unsigned flags);
/* Parses and runs the source on top to its end. */
void execute_input(unsigned flags);
/* In a forked subshell: runs the tree and exits. */
_Noreturn void execute_in_child(const struct node *node, unsigned flags);
/* Ends the shell with shell.status, after the EXIT trap. */
_Noreturn void shell_exit(void);

#endif
