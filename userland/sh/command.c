/* Finding and describing commands; see command.h. Beneath: stat, execve. */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alias.h"
#include "builtins.h"
#include "error.h"
#include "output.h"
#include "shell.h"
#include "variables.h"
#include "word.h"

enum { BUCKETS = 64 };

struct path {
  struct path *next;
  char *name;
  char *path;
};

static struct function *functions[BUCKETS];
static struct path *paths[BUCKETS];
static bool paths_remembered;

static unsigned bucket_of(const char *name) {
  unsigned hash = 0;
  while (*name) hash = hash * 31 + (unsigned char)*name++;
  return hash % BUCKETS;
}

/* Functions. */

static struct function **function_slot(const char *name) {
  struct function **slot = &functions[bucket_of(name)];
  while (*slot && strcmp((*slot)->name, name) != 0) slot = &(*slot)->next;
  return slot;
}

const struct function *function_find(const char *name) {
  return *function_slot(name);
}

bool function_remove(const char *name) {
  struct function **slot = function_slot(name);
  struct function *function = *slot;
  if (!function) return false;
  *slot = function->next;
  script_drop(function->script);
  free(function->name);
  free(function);
  return true;
}

/* `set -h`: looks the commands of a function up when it is defined. */
static void remember_commands(const struct node *node) {
  if (!node) return;
  switch (node->kind) {
    case NODE_SIMPLE:
      if (node->simple.words && node->simple.words->literal) command_find(node->simple.words->literal, 0);
      break;
    case NODE_PIPELINE:
      for (node = node->pipeline.commands; node; node = node->next) remember_commands(node);
      break;
    case NODE_AND:
    case NODE_OR:
    case NODE_SEQUENCE:
      remember_commands(node->pair.left);
      remember_commands(node->pair.right);
      break;
    case NODE_NOT:
    case NODE_BACKGROUND:
    case NODE_SUBSHELL:
    case NODE_GROUP: remember_commands(node->unary.body); break;
    case NODE_IF:
    case NODE_WHILE:
    case NODE_UNTIL:
      remember_commands(node->branch.condition);
      remember_commands(node->branch.body);
      remember_commands(node->branch.otherwise);
      break;
    case NODE_FOR: remember_commands(node->loop.body); break;
    case NODE_CASE:
      for (const struct case_item *item = node->choice.items; item; item = item->next) remember_commands(item->body);
      break;
    case NODE_FUNCTION: break; /* when it is defined itself */
  }
}

void function_define(const struct node *definition) {
  struct script *script = definition->function.script;
  script_acquire(script);
  function_remove(definition->function.name);
  struct function *function = memory_alloc(sizeof *function);
  struct function **slot = &functions[bucket_of(definition->function.name)];
  *function = (struct function){.next = *slot,
                                .name = memory_copy(definition->function.name),
                                .body = definition->function.body,
                                .script = script};
  *slot = function;
  if (shell.option[OPTION_HASHALL]) remember_commands(function->body);
}

void functions_each(void (*visit)(const char *name, void *data), void *data) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct function *function = functions[i]; function; function = function->next) visit(function->name, data);
  }
}

/* Files. */

void command_forget_paths(void) {
  if (!paths_remembered) return;
  for (int i = 0; i < BUCKETS; i++) {
    while (paths[i]) {
      struct path *path = paths[i];
      paths[i] = path->next;
      free(path->name);
      free(path->path);
      free(path);
    }
  }
  paths_remembered = false;
}

static const char *remembered_path(const char *name) {
  for (struct path *path = paths[bucket_of(name)]; path; path = path->next) {
    if (strcmp(path->name, name) == 0) return path->path;
  }
  return NULL;
}

static void remember_path(const char *name, const char *file) {
  struct path **slot = &paths[bucket_of(name)];
  struct path *path = memory_alloc(sizeof *path);
  *path = (struct path){*slot, memory_copy(name), memory_copy(file)};
  *slot = path;
  paths_remembered = true;
}

struct command command_search(const char *name, const char *path_list) {
  struct command command = {.kind = COMMAND_NOT_FOUND};
  for (const char *next = path_list; next; next = *next ? next + 1 : NULL) {
    struct stat status;
    size_t length = strcspn(next, ":");
    struct buffer path = buffer_new(&scratch);
    buffer_bytes(&path, next, length);
    if (length) buffer_char(&path, '/');
    buffer_string(&path, name);
    buffer_finish(&path);
    next += length;
    if (stat(path.text, &status) < 0 || !S_ISREG(status.st_mode)) continue;
    bool executable = status.st_mode & 0111;
    if (!executable && command.kind == COMMAND_DENIED) continue;
    command.kind = executable ? COMMAND_FILE : COMMAND_DENIED;
    command.path = path.text;
    if (executable) break;
  }
  return command;
}

struct command command_find(const char *name, unsigned flags) {
  struct command command = {.kind = COMMAND_FILE, .path = name};
  if (strchr(name, '/')) return command;
  const struct builtin *builtin = builtin_find(name);
  const struct function *function = flags & SEARCH_NO_FUNCTIONS ? NULL : function_find(name);
  if (builtin && (builtin->special || !function)) {
    command.kind = COMMAND_BUILTIN;
    command.builtin = builtin;
    return command;
  }
  if (function) {
    command.kind = COMMAND_FUNCTION;
    command.function = function;
    return command;
  }
  if (flags & SEARCH_DEFAULT_PATH) return command_search(name, DEFAULT_PATH);
  command.path = remembered_path(name);
  if (command.path) return command;
  command = command_search(name, variable_text("PATH"));
  if (command.kind == COMMAND_FILE) remember_path(name, command.path);
  return command;
}

/* A file that is no program is a script for the shell. */
static void execute_script(const char *path, char **argv, char **environment) {
  struct list arguments = {0};
  list_add(&arguments, "sh");
  list_add(&arguments, (char *)path);
  for (char **argument = argv + 1; *argument; argument++) list_add(&arguments, *argument);
  execve("/bin/sh", arguments.items, environment);
}

int command_run_file(const struct command *command, char **argv) {
  char **environment = variables_environment();
  int error = command->kind == COMMAND_DENIED ? EACCES : ENOENT;
  struct command found = *command;
  if (found.kind == COMMAND_FILE) {
    execve(found.path, argv, environment);
    error = errno;
    if (error == ENOENT && !strchr(*argv, '/')) {
      /* What was remembered may have moved. */
      found = command_search(*argv, variable_text("PATH"));
      if (found.kind == COMMAND_FILE) {
        execve(found.path, argv, environment);
        error = errno;
      }
    }
    if (error == ENOEXEC) {
      execute_script(found.path, argv, environment);
      error = errno;
    }
  }
  bool absent = error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
  warn("%s: %s", *argv, absent ? "not found" : strerror(error));
  return absent ? 127 : 126;
}

/* Builtins. */

int builtin_hash(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int status = 0;
  if (builtin_option(&options, "r")) {
    command_forget_paths();
    return 0;
  }
  if (options.index == argc) {
    for (int i = 0; i < BUCKETS; i++) {
      for (struct path *path = paths[i]; path; path = path->next) out_format("%s\n", path->path);
    }
    return 0;
  }
  for (char **name = argv + options.index; *name; name++) {
    struct command command = command_find(*name, 0);
    if (command.kind != COMMAND_NOT_FOUND) continue;
    warn("%s: not found", *name);
    status = 1;
  }
  return status;
}

static int describe_file(const char *name, const struct command *command, bool verbose) {
  if (strchr(name, '/') && access(name, X_OK) < 0) {
    if (verbose) out_format("%s: not found\n", name);
    return 127;
  }
  if (verbose) out_format("%s is %s\n", name, command->path);
  else out_format("%s\n", command->path);
  return 0;
}

int command_describe(const char *name, bool verbose, unsigned flags) {
  if (is_keyword(name)) {
    out_format(verbose ? "%s is a shell keyword\n" : "%s\n", name);
    return 0;
  }
  const char *alias = alias_value(name);
  if (alias) {
    if (verbose) out_format("%s is an alias for %s\n", name, alias);
    else {
      out_format("alias %s=", name);
      out_quoted(alias);
      out_char('\n');
    }
    return 0;
  }
  struct command command = command_find(name, flags);
  switch (command.kind) {
    case COMMAND_FILE: return describe_file(name, &command, verbose);
    case COMMAND_FUNCTION: out_format(verbose ? "%s is a shell function\n" : "%s\n", name); return 0;
    case COMMAND_BUILTIN:
      if (!verbose) out_format("%s\n", name);
      else out_format("%s is a %sshell builtin\n", name, command.builtin->special ? "special " : "");
      return 0;
    default:
      if (verbose) out_format("%s: not found\n", name);
      return 127;
  }
}

int builtin_type(int argc, char **argv) {
  int status = 0;
  for (int i = 1; i < argc; i++) status |= command_describe(argv[i], true, 0);
  return status;
}
