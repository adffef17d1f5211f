/*
 * Word expansion (POSIX XCU 2.6): tilde, parameters, commands, arithmetic, field splitting, paths, quote
 * removal. Results are in scratch memory.
 */
#ifndef EXPAND_H
#define EXPAND_H

#include "syntax.h"

/* All expansions; adds the fields of each word. */
void expand_words(const struct word *words, struct list *fields);
/* One field: no splitting, no paths. */
char *expand_string(const struct word *word);
/* A "name=value" word: tildes behind "=" and ":" too. */
char *expand_assignment(const struct word *word);
/* One field in which a backslash is before each quoted character that means something in patterns. */
char *expand_pattern(const struct word *word);
/* The content of a here-document or prompt: no tilde, nothing split. */
char *expand_document(const struct part *parts);

/* A field or parameter of "$@" and the like: the value of "$x", NULL if unset. x is a name, digits or special. */
const char *parameter_value(const char *name);

#endif
