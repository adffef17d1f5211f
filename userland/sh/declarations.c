/* Builtins that declare variables; see declarations.h. */
#include "declarations.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "builtins.h"
#include "command.h"
#include "error.h"
#include "execute.h"
#include "variables.h"
#include "word.h"

static void check_name(const char *word) {
  size_t length = name_length(word);
  if (!length || (word[length] && word[length] != '=')) {
    fail("%.*s: bad variable name", (int)strcspn(word, "="), word);
  }
}

int builtin_export(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  bool print = false;
  unsigned flag = *argv[0] == 'r' ? VARIABLE_READONLY : VARIABLE_EXPORT;
  while (builtin_option(&options, "p")) print = true;
  if (print || options.index == argc) {
    char prefix[16];
    snprintf(prefix, sizeof prefix, "%s ", argv[0]);
    variables_print(prefix, flag);
    return 0;
  }
  for (char **word = argv + options.index; *word; word++) {
    check_name(*word);
    if (strchr(*word, '=')) variable_assign(*word, flag);
    else variable_mark(*word, flag);
  }
  return 0;
}

int builtin_local(int argc, char **argv) {
  if (!flow.functions) fail("not in a function");
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-") == 0) {
      scope_local_options();
      continue;
    }
    check_name(argv[i]);
    scope_local(arena_copy(&scratch, argv[i], name_length(argv[i])));
    if (strchr(argv[i], '=')) variable_assign(argv[i], 0);
  }
  return 0;
}

int builtin_unset(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int option;
  int kind = 0;
  while ((option = builtin_option(&options, "vf"))) kind = option;
  for (char **name = argv + options.index; *name; name++) {
    if (kind == 'f') {
      function_remove(*name);
      continue;
    }
    check_name(*name);
    variable_unset(*name);
  }
  return 0;
}
