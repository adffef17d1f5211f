/* Aliases: words that stand for text, replaced by the parser at a command's first word. */
#ifndef ALIAS_H
#define ALIAS_H

#include <stdbool.h>

struct alias {
  struct alias *next;
  char *name;
  char *value;
  int uses;     /* sources that read the value now: it is not replaced again meanwhile */
  bool removed; /* freed when no source reads it any more */
};

/* NULL if there is none, or if it is in use. */
struct alias *alias_find(const char *name);
const char *alias_value(const char *name);
void alias_set(const char *name, const char *value);
bool alias_remove(const char *name);
void alias_remove_all(void);
void alias_acquire(struct alias *alias);
void alias_drop(struct alias *alias);

int builtin_alias(int argc, char **argv);
int builtin_unalias(int argc, char **argv);

#endif
