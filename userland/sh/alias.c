/* Aliases (POSIX XCU 2.3.1). */
#include "alias.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "builtins.h"
#include "error.h"
#include "output.h"

static struct alias *aliases;

static struct alias **slot_of(const char *name) {
  struct alias **slot = &aliases;
  while (*slot && strcmp((*slot)->name, name) < 0) slot = &(*slot)->next;
  return slot;
}

static struct alias *lookup(const char *name) {
  struct alias *alias = *slot_of(name);
  return alias && strcmp(alias->name, name) == 0 ? alias : NULL;
}

struct alias *alias_find(const char *name) {
  if (!aliases) return NULL;
  struct alias *alias = lookup(name);
  return alias && !alias->uses ? alias : NULL;
}

const char *alias_value(const char *name) {
  struct alias *alias = lookup(name);
  return alias ? alias->value : NULL;
}

static void free_alias(struct alias *alias) {
  free(alias->name);
  free(alias->value);
  free(alias);
}

bool alias_remove(const char *name) {
  struct alias **slot = slot_of(name);
  struct alias *alias = *slot;
  if (!alias || strcmp(alias->name, name) != 0) return false;
  *slot = alias->next;
  if (alias->uses) alias->removed = true;
  else free_alias(alias);
  return true;
}

void alias_remove_all(void) {
  while (aliases) alias_remove(aliases->name);
}

void alias_set(const char *name, const char *value) {
  alias_remove(name);
  struct alias **slot = slot_of(name);
  struct alias *alias = memory_alloc(sizeof *alias);
  *alias = (struct alias){.next = *slot, .name = memory_copy(name), .value = memory_copy(value)};
  *slot = alias;
}

void alias_acquire(struct alias *alias) {
  alias->uses++;
}

void alias_drop(struct alias *alias) {
  if (--alias->uses == 0 && alias->removed) free_alias(alias);
}

static void print_alias(const char *name, const char *value) {
  out_string(name);
  out_char('=');
  out_quoted(value);
  out_char('\n');
}

int builtin_alias(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int status = 0;
  builtin_option(&options, "");
  if (options.index == argc) {
    for (struct alias *alias = aliases; alias; alias = alias->next) print_alias(alias->name, alias->value);
    return 0;
  }
  for (char **word = argv + options.index; *word; word++) {
    char *equals = **word ? strchr(*word + 1, '=') : NULL;
    if (equals) {
      char *name = arena_copy(&scratch, *word, (size_t)(equals - *word));
      alias_set(name, equals + 1);
      continue;
    }
    const char *value = alias_value(*word);
    if (value) print_alias(*word, value);
    else {
      warn("%s not found", *word);
      status = 1;
    }
  }
  return status;
}

int builtin_unalias(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int option;
  while ((option = builtin_option(&options, "a"))) {
    alias_remove_all();
    return 0;
  }
  int status = 0;
  for (char **word = argv + options.index; *word; word++) {
    if (!alias_remove(*word)) {
      warn("%s not found", *word);
      status = 1;
    }
  }
  return status;
}
