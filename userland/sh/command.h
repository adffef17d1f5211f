/* What a command's name stands for: function, builtin or file. File paths are remembered. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

#include "syntax.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct builtin;

struct function {
  struct function *next;
  char *name;
  const struct node *body;
  struct script *script;
};

enum command_kind { COMMAND_NOT_FOUND, COMMAND_DENIED, COMMAND_FILE, COMMAND_FUNCTION, COMMAND_BUILTIN };

struct command {
  enum command_kind kind;
  const char *path; /* COMMAND_FILE, COMMAND_DENIED; valid until the next search */
  const struct function *function;
  const struct builtin *builtin;
};

enum search_flag { SEARCH_NO_FUNCTIONS = 1, SEARCH_DEFAULT_PATH = 2 };

struct command command_find(const char *name, unsigned flags);
/* Only files; does not remember. The path is in scratch memory. */
struct command command_search(const char *name, const char *path_list);
/* Replaces the shell by the command, or prints why not and returns status 126 or 127. */
int command_run_file(const struct command *command, char **argv);

void command_forget_paths(void);

void function_define(const struct node *definition);
bool function_remove(const char *name);
const struct function *function_find(const char *name);

/* Calls back with names of functions, for completion. */
void functions_each(void (*visit)(const char *name, void *data), void *data);

int builtin_hash(int argc, char **argv);
int builtin_type(int argc, char **argv);
/* command -v, -V: as `type` or in words that can be read again. */
int command_describe(const char *name, bool verbose, unsigned flags);

#endif
