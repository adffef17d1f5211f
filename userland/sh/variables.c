/* Variables in a hash table, with a list of saved states per scope; see variables.h. */
#include "variables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "directory.h"
#include "error.h"
#include "options.h"
#include "output.h"
#include "parameters.h"
#include "shell.h"
#include "word.h"

enum { BUCKETS = 128 };

struct variable {
  struct variable *next;
  char *name;
  char *value; /* NULL: unset */
  unsigned flags;
};

struct saved {
  struct saved *next;
  char *name;
  char *value;
  unsigned flags;
  bool existed;
};

struct scope {
  struct scope *outer;
  struct saved *saved;
  bool *options; /* NULL: not local */
};

/* What else happens when a variable changes. */
struct watch {
  const char *name;
  void (*changed)(const char *value);
};

static struct variable *buckets[BUCKETS];
static struct scope *scopes;
static int depth;
static const char *field_separators;

static void ifs_changed(const char *value) {
  field_separators = value ? value : " \t\n";
}

static void path_changed(const char *value) {
  (void)value;
  command_forget_paths();
}

static void optind_changed(const char *value) {
  getopts_restart(value ? atoi(value) : 1);
}

static const struct watch watches[] = {
    {"IFS", ifs_changed},
    {"PATH", path_changed},
    {"OPTIND", optind_changed},
};

const char *separators(void) {
  return field_separators;
}

static struct variable **slot_of(const char *name, size_t length) {
  unsigned hash = 0;
  for (size_t i = 0; i < length; i++) hash = hash * 31 + (unsigned char)name[i];
  struct variable **slot = &buckets[hash % BUCKETS];
  while (*slot && (strncmp((*slot)->name, name, length) != 0 || (*slot)->name[length])) slot = &(*slot)->next;
  return slot;
}

static struct variable *find(const char *name) {
  return *slot_of(name, strlen(name));
}

static struct variable *find_or_add(const char *name, size_t length) {
  struct variable **slot = slot_of(name, length);
  if (*slot) return *slot;
  struct variable *variable = memory_alloc(sizeof *variable);
  *variable = (struct variable){NULL, memory_alloc(length + 1), NULL, 0};
  memcpy(variable->name, name, length);
  variable->name[length] = 0;
  *slot = variable;
  return variable;
}

static void notify(const struct variable *variable) {
  for (size_t i = 0; i < sizeof watches / sizeof watches[0]; i++) {
    if (strcmp(watches[i].name, variable->name) == 0) watches[i].changed(variable->value);
  }
}

static void give_value(struct variable *variable, const char *value) {
  size_t size = strlen(value) + 1;
  if (variable->value && strlen(variable->value) + 1 >= size && size > 1) {
    memmove(variable->value, value, size);
  } else {
    char *copy = memory_copy(value);
    free(variable->value);
    variable->value = copy;
  }
  notify(variable);
}

static void check_writable(const struct variable *variable) {
  if (variable->flags & VARIABLE_READONLY) fail("%s: is read only", variable->name);
}

const char *variable_get(const char *name) {
  static char line[16];
  const struct variable *variable = find(name);
  if (!variable) return NULL;
  if (variable->value && strcmp(name, "LINENO") == 0 && !*variable->value) {
    snprintf(line, sizeof line, "%d", shell.line);
    return line;
  }
  return variable->value;
}

const char *variable_text(const char *name) {
  const char *value = variable_get(name);
  return value ? value : "";
}

static void set(const char *name, size_t length, const char *value, unsigned flags) {
  struct variable *variable = find_or_add(name, length);
  check_writable(variable);
  give_value(variable, value);
  if (shell.option[OPTION_ALLEXPORT]) flags |= VARIABLE_EXPORT;
  variable->flags |= flags;
}

void variable_set(const char *name, const char *value, unsigned flags) {
  set(name, strlen(name), value, flags);
}

void variable_set_number(const char *name, long long value) {
  char text[24];
  snprintf(text, sizeof text, "%lld", value);
  variable_set(name, text, 0);
}

void variable_assign(const char *assignment, unsigned flags) {
  const char *equals = strchr(assignment, '=');
  set(assignment, (size_t)(equals - assignment), equals + 1, flags);
}

void variable_unset(const char *name) {
  struct variable **slot = slot_of(name, strlen(name));
  struct variable *variable = *slot;
  if (!variable) return;
  check_writable(variable);
  free(variable->value);
  variable->value = NULL;
  notify(variable);
  *slot = variable->next;
  free(variable->name);
  free(variable);
}

void variable_mark(const char *name, unsigned flags) {
  find_or_add(name, strlen(name))->flags |= flags;
}

void variables_each(void (*visit)(const char *name, void *data), void *data) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct variable *variable = buckets[i]; variable; variable = variable->next) {
      if (variable->value) visit(variable->name, data);
    }
  }
}

static int compare_variables(const void *left, const void *right) {
  const struct variable *const *a = left;
  const struct variable *const *b = right;
  return strcmp((*a)->name, (*b)->name);
}

void variables_print(const char *prefix, unsigned flags) {
  struct list list = {0};
  for (int i = 0; i < BUCKETS; i++) {
    for (struct variable *variable = buckets[i]; variable; variable = variable->next) {
      if ((variable->flags & flags) == flags && (variable->value || flags)) list_add(&list, (char *)variable);
    }
  }
  if (list.count) qsort(list.items, list.count, sizeof *list.items, compare_variables);
  for (size_t i = 0; i < list.count; i++) {
    const struct variable *variable = (const struct variable *)list.items[i];
    out_string(prefix);
    out_string(variable->name);
    if (variable->value) {
      out_char('=');
      out_quoted(variable_get(variable->name));
    }
    out_char('\n');
  }
}

char **variables_environment(void) {
  struct list list = {0};
  list_add(&list, NULL);
  list.count = 0;
  for (int i = 0; i < BUCKETS; i++) {
    for (struct variable *variable = buckets[i]; variable; variable = variable->next) {
      if (!(variable->flags & VARIABLE_EXPORT) || !variable->value) continue;
      struct buffer text = buffer_new(&scratch);
      buffer_string(&text, variable->name);
      buffer_char(&text, '=');
      buffer_string(&text, variable->value);
      list_add(&list, buffer_finish(&text));
    }
  }
  return list.items;
}

void scope_begin(void) {
  struct scope *scope = memory_alloc(sizeof *scope);
  *scope = (struct scope){scopes, NULL, NULL};
  scopes = scope;
  depth++;
}

static void restore(struct saved *saved) {
  if (!saved->existed) {
    struct variable *variable = find(saved->name);
    if (variable) {
      variable->flags = 0;
      variable_unset(saved->name);
    }
  } else {
    struct variable *variable = find_or_add(saved->name, strlen(saved->name));
    free(variable->value);
    variable->value = saved->value;
    variable->flags = saved->flags;
    saved->value = NULL;
    notify(variable);
  }
  free(saved->name);
  free(saved->value);
  free(saved);
}

void scope_end(void) {
  struct scope *scope = scopes;
  while (scope->saved) {
    struct saved *saved = scope->saved;
    scope->saved = saved->next;
    restore(saved);
  }
  if (scope->options) {
    memcpy(shell.option, scope->options, sizeof shell.option);
    free(scope->options);
    options_changed();
  }
  scopes = scope->outer;
  depth--;
  free(scope);
}

int scope_depth(void) {
  return depth;
}

void scope_unwind(int to) {
  while (depth > to) scope_end();
}

void scope_local(const char *name) {
  for (struct saved *saved = scopes->saved; saved; saved = saved->next) {
    if (strcmp(saved->name, name) == 0) return;
  }
  struct saved *saved = memory_alloc(sizeof *saved);
  const struct variable *variable = find(name);
  *saved = (struct saved){
      .next = scopes->saved,
      .name = memory_copy(name),
      .value = variable && variable->value ? memory_copy(variable->value) : NULL,
      .flags = variable ? variable->flags : 0,
      .existed = variable != NULL,
  };
  scopes->saved = saved;
}

void scope_local_options(void) {
  if (scopes->options) return;
  scopes->options = memory_alloc(sizeof shell.option);
  memcpy(scopes->options, shell.option, sizeof shell.option);
}

static void import(char **environment) {
  for (; *environment; environment++) {
    const char *equals = strchr(*environment, '=');
    if (!equals || !assignment_value(*environment)) continue;
    size_t length = (size_t)(equals - *environment);
    if (length == 3 && strncmp(*environment, "IFS", 3) == 0) continue;
    set(*environment, length, equals + 1, VARIABLE_EXPORT);
  }
}

void variables_begin(char **environment) {
  char parent[16];
  variable_set("IFS", " \t\n", 0);
  variable_set("OPTIND", "1", 0);
  variable_set("PS2", "> ", 0);
  variable_set("PS4", "+ ", 0);
  import(environment);
  /* LINENO is computed while its value is empty. */
  variable_set("LINENO", "", 0);
  snprintf(parent, sizeof parent, "%d", (int)getppid());
  variable_set("PPID", parent, 0);
  if (!variable_get("PATH")) variable_set("PATH", DEFAULT_PATH, 0);
  directory_begin();
}
