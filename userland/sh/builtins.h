/* The table of builtins, and how they read their options. */
#ifndef BUILTINS_H
#define BUILTINS_H

#include <stdbool.h>

struct builtin {
  const char *name;
  int (*run)(int argc, char **argv); /* returns the exit status */
  bool special;                      /* POSIX XCU 2.14: errors end the shell, assignments stay */
  bool declares;                     /* operands of the form name=value are expanded like assignments */
};

const struct builtin *builtin_find(const char *name);
void builtins_each(void (*visit)(const char *name, void *data), void *data);

/* Reading of single-letter options, without the effects on variables of getopt. */
struct builtin_options {
  int argc;
  char **argv;
  int index;        /* of the next argument: behind the last option, the first operand */
  const char *next; /* letters left in the current argument */
};

/* The next option letter; 0 behind the last one. Fails for letters that are not in `known`. */
int builtin_option(struct builtin_options *options, const char *known);

#endif
