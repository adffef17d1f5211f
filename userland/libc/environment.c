/* The environment. Strings that setenv made are not freed: others may hold them. (POSIX getenv, setenv) */
#include "internal.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The table that this file allocated, if environ is still that one. */
static char **own_table;

static char **find(const char *name, size_t length) {
  for (char **entry = environ; entry && *entry; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return entry;
  return 0;
}

char *getenv(const char *name) {
  size_t length = strlen(name);
  char **entry = find(name, length);
  return entry ? *entry + length + 1 : 0;
}

int putenv(char *assignment) {
  size_t length = strcspn(assignment, "=");
  if (!assignment[length]) return unsetenv(assignment);
  char **entry = find(assignment, length);
  if (entry) {
    *entry = assignment;
    return 0;
  }
  size_t count = 0;
  while (environ && environ[count]) count++;
  char **table = realloc(environ == own_table ? own_table : 0, (count + 2) * sizeof *table);
  if (!table) return -1;
  if (environ && environ != own_table) memcpy(table, environ, count * sizeof *table);
  table[count] = assignment;
  table[count + 1] = 0;
  environ = own_table = table;
  return 0;
}

int setenv(const char *name, const char *value, int overwrite) {
  size_t length = strlen(name);
  if (!length || strchr(name, '=')) {
    errno = EINVAL;
    return -1;
  }
  if (!overwrite && find(name, length)) return 0;
  char *assignment = malloc(length + strlen(value) + 2);
  if (!assignment) return -1;
  memcpy(assignment, name, length);
  assignment[length] = '=';
  strcpy(assignment + length + 1, value);
  return putenv(assignment);
}

int unsetenv(const char *name) {
  size_t length = strlen(name);
  if (!length || strchr(name, '=')) {
    errno = EINVAL;
    return -1;
  }
  for (char **entry; (entry = find(name, length));)
    for (; *entry; entry++) entry[0] = entry[1];
  return 0;
}

int clearenv(void) {
  static char *none[1];
  environ = none;
  return 0;
}
