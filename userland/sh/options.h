/* Option flags: names, letters, `set`. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "shell.h"

/* Takes the options at the front of an argument vector; returns the index of the first operand. */
struct invocation {
  bool command;        /* -c */
  bool login;          /* -l */
  bool operands_begin; /* "-" or "--" was given */
};

/* invocation is NULL for the builtin set, which knows no -c and -l. */
int options_parse(int argc, char **argv, struct invocation *invocation);

/* "$-" in scratch memory. */
char *options_letters(void);

/* After flags changed: puts job control and line editing in accordance. */
void options_changed(void);

int builtin_set(int argc, char **argv);

#endif
