/* The table of builtins; see builtins.h. */
#include "builtins.h"

#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "command.h"
#include "control.h"
#include "declarations.h"
#include "directory.h"
#include "error.h"
#include "job-control.h"
#include "limits.h"
#include "options.h"
#include "parameters.h"
#include "printing.h"
#include "read.h"
#include "test.h"
#include "traps.h"

static int builtin_true(int argc, char **argv) {
  (void)argc, (void)argv;
  return 0;
}

static int builtin_false(int argc, char **argv) {
  (void)argc, (void)argv;
  return 1;
}

/* Sorted by name. */
static const struct builtin builtins[] = {
    {".", builtin_dot, true, false},
    {":", builtin_true, true, false},
    {"[", builtin_test, false, false},
    {"alias", builtin_alias, false, true},
    {"bg", builtin_bg, false, false},
    {"break", builtin_break, true, false},
    {"cd", builtin_cd, false, false},
    {"chdir", builtin_cd, false, false},
    {"command", builtin_command, false, false},
    {"continue", builtin_break, true, false},
    {"echo", builtin_echo, false, false},
    {"eval", builtin_eval, true, false},
    {"exec", builtin_exec, true, false},
    {"exit", builtin_exit, true, false},
    {"export", builtin_export, true, true},
    {"false", builtin_false, false, false},
    {"fg", builtin_fg, false, false},
    {"getopts", builtin_getopts, false, false},
    {"hash", builtin_hash, false, false},
    {"jobs", builtin_jobs, false, false},
    {"kill", builtin_kill, false, false},
    {"local", builtin_local, true, true},
    {"printf", builtin_printf, false, false},
    {"pwd", builtin_pwd, false, false},
    {"read", builtin_read, false, false},
    {"readonly", builtin_export, true, true},
    {"return", builtin_return, true, false},
    {"set", builtin_set, true, false},
    {"shift", builtin_shift, true, false},
    {"source", builtin_dot, true, false},
    {"test", builtin_test, false, false},
    {"times", builtin_times, true, false},
    {"trap", builtin_trap, true, false},
    {"true", builtin_true, false, false},
    {"type", builtin_type, false, false},
    {"ulimit", builtin_ulimit, false, false},
    {"umask", builtin_umask, false, false},
    {"unalias", builtin_unalias, false, false},
    {"unset", builtin_unset, true, false},
    {"wait", builtin_wait, false, false},
};

enum { COUNT = sizeof builtins / sizeof builtins[0] };

static int compare(const void *name, const void *builtin) {
  return strcmp(name, ((const struct builtin *)builtin)->name);
}

const struct builtin *builtin_find(const char *name) {
  return bsearch(name, builtins, COUNT, sizeof builtins[0], compare);
}

void builtins_each(void (*visit)(const char *name, void *data), void *data) {
  for (size_t i = 0; i < COUNT; i++) visit(builtins[i].name, data);
}

int builtin_option(struct builtin_options *options, const char *known) {
  if (!options->next || !*options->next) {
    const char *argument = options->index < options->argc ? options->argv[options->index] : NULL;
    if (!argument || *argument != '-' || !argument[1]) return 0;
    options->index++;
    if (strcmp(argument, "--") == 0) return 0;
    options->next = argument + 1;
  }
  char letter = *options->next++;
  if (!strchr(known, letter)) fail("Illegal option -%c", letter);
  return letter;
}
