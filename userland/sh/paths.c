/* Pathname expansion, component by component; see paths.h. Beneath: opendir, lstat. */
#include "paths.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pattern.h"

static void walk(struct buffer *path, const char *pattern, struct list *paths);

static void append_plain(struct buffer *path, const char *component, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (component[i] == '\\' && i + 1 < length) i++;
    buffer_char(path, component[i]);
  }
}

/* All of the pattern is in the path: it counts if it exists. */
static void add_existing(struct buffer *path, struct list *paths) {
  struct stat status;
  buffer_finish(path);
  if (lstat(path->text, &status) == 0) list_add(paths, arena_copy(&scratch, path->text, path->length));
}

static void walk_directory(struct buffer *path, const char *component, const char *rest, struct list *paths) {
  size_t base = path->length;
  DIR *directory = opendir(base ? buffer_finish(path) : ".");
  if (!directory) return;
  /* Names are gathered first, so that few directories are open at a time. */
  struct list names = {0};
  bool hidden = *component == '.' || (component[0] == '\\' && component[1] == '.');
  struct dirent *entry;
  while ((entry = readdir(directory))) {
    size_t length = strlen(entry->d_name);
    if (entry->d_name[0] == '.' && !hidden) continue;
    if (pattern_match(component, entry->d_name, length)) list_add(&names, arena_copy(&scratch, entry->d_name, length));
  }
  closedir(directory);
  for (size_t i = 0; i < names.count; i++) {
    path->length = base;
    buffer_string(path, names.items[i]);
    if (*rest) walk(path, rest, paths);
    else list_add(paths, arena_copy(&scratch, path->text, path->length));
  }
  path->length = base;
}

static void walk(struct buffer *path, const char *pattern, struct list *paths) {
  size_t base = path->length;
  for (;;) {
    while (*pattern == '/') buffer_char(path, *pattern++);
    if (!*pattern) {
      add_existing(path, paths);
      break;
    }
    size_t length = strcspn(pattern, "/");
    char *component = arena_copy(&scratch, pattern, length);
    if (pattern_is_active(component)) {
      walk_directory(path, component, pattern + length, paths);
      break;
    }
    append_plain(path, pattern, length);
    pattern += length;
  }
  path->length = base;
}

static int compare(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

size_t glob_paths(const char *pattern, struct list *paths) {
  size_t before = paths->count;
  struct buffer path = buffer_new(&scratch);
  walk(&path, pattern, paths);
  size_t found = paths->count - before;
  if (found > 1) qsort(paths->items + before, found, sizeof *paths->items, compare);
  return found;
}
