/*
 * Shell variables, local scopes and the environment of commands. Values are the variables' own copies.
 */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>

enum variable_flag {
  VARIABLE_EXPORT = 1,
  VARIABLE_READONLY = 2,
};

/* Takes over the environment and sets the shell's own variables. */
void variables_begin(char **environment);

/* NULL if unset. Valid until the variable changes. */
const char *variable_get(const char *name);
/* The value, or "" if unset. */
const char *variable_text(const char *name);
/* Sets a variable and adds flags; fails for a read-only one. */
void variable_set(const char *name, const char *value, unsigned flags);
void variable_set_number(const char *name, long long value);
/* Handles "name=value". */
void variable_assign(const char *assignment, unsigned flags);
void variable_unset(const char *name);
/* Adds flags to a variable, creating it unset. */
void variable_mark(const char *name, unsigned flags);

/* The characters that separate fields. */
const char *separators(void);

/* Prints "prefix name='value'" for all variables that have all of the flags, sorted. */
void variables_print(const char *prefix, unsigned flags);

/* NULL-terminated "name=value" strings of the exported variables, in scratch memory. */
char **variables_environment(void);

/* Names that begin with a prefix, for completion: calls back with each. */
void variables_each(void (*visit)(const char *name, void *data), void *data);

/* Variables made local to a scope get their old state back when it ends. */
void scope_begin(void);
void scope_end(void);
int scope_depth(void);
void scope_unwind(int depth);
/* Makes a variable local to the innermost scope; it keeps its value. */
void scope_local(const char *name);
/* Makes the option flags local to the innermost scope. */
void scope_local_options(void);

#endif
