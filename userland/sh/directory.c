/* cd and pwd (POSIX XCU); see directory.h. Beneath: chdir, getcwd, stat. */
#include "directory.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "builtins.h"
#include "error.h"
#include "output.h"
#include "shell.h"
#include "variables.h"

/* The path by which the shell came here, links as they were named; NULL if unknown. */
static char *logical;

static void remember(const char *path) {
  char *copy = path ? memory_copy(path) : NULL;
  free(logical);
  logical = copy;
}

static char *physical_path(void) {
  char *path = arena_alloc(&scratch, PATH_MAX);
  return getcwd(path, PATH_MAX);
}

static bool is_here(const char *path) {
  struct stat named;
  struct stat here;
  return *path == '/' && stat(path, &named) == 0 && stat(".", &here) == 0 && named.st_dev == here.st_dev &&
         named.st_ino == here.st_ino;
}

void directory_begin(void) {
  const char *given = variable_get("PWD");
  remember(given && is_here(given) ? given : physical_path());
  if (logical) variable_set("PWD", logical, VARIABLE_EXPORT);
}

/* Whether a path begins with exactly two slashes, which are kept (POSIX XBD 4.13). */
static bool has_double_root(const char *path) {
  return path[0] == '/' && path[1] == '/' && path[2] != '/';
}

/*
 * The absolute path without "." and "..", in scratch memory; NULL if something before ".." is no directory.
 */
static char *canonical(const char *directory) {
  struct buffer path = buffer_new(&scratch);
  if (*directory != '/') {
    if (!logical) return NULL;
    buffer_string(&path, logical);
  } else if (has_double_root(directory)) {
    buffer_string(&path, "/");
  }
  size_t root = has_double_root(*directory == '/' ? directory : logical) ? 1 : 0;
  while (*directory) {
    while (*directory == '/') directory++;
    size_t length = strcspn(directory, "/");
    if (length == 2 && directory[0] == '.' && directory[1] == '.') {
      struct stat status;
      if (path.length > root && (stat(buffer_finish(&path), &status) < 0 || !S_ISDIR(status.st_mode))) return NULL;
      while (path.length > root && path.text[path.length - 1] != '/') path.length--;
      if (path.length > root) path.length--;
    } else if (length && !(length == 1 && *directory == '.')) {
      if (!path.length || path.text[path.length - 1] != '/' || (root && path.length == root)) buffer_char(&path, '/');
      buffer_bytes(&path, directory, length);
    }
    directory += length;
  }
  if (path.length == root) buffer_char(&path, '/');
  return buffer_finish(&path);
}

/* Goes to a directory; false with errno on an error. */
static bool change(const char *directory, bool physical) {
  char *path = physical ? NULL : canonical(directory);
  if (!physical && !path) {
    if (logical) {
      errno = ENOENT;
      return false;
    }
    physical = true;
  }
  if (chdir(physical ? directory : path) < 0) return false;
  char *old = logical ? arena_copy(&scratch, logical, strlen(logical)) : NULL;
  remember(physical ? physical_path() : path);
  if (old) variable_set("OLDPWD", old, VARIABLE_EXPORT);
  if (logical) variable_set("PWD", logical, VARIABLE_EXPORT);
  return true;
}

/* Tries the directories of CDPATH; *found is set to what was joined with one that is not the current. */
static bool change_by_search(const char *directory, bool physical, bool *print) {
  const char *next = variable_get("CDPATH");
  bool relative = *directory != '/' && strcmp(directory, ".") != 0 && strcmp(directory, "..") != 0 &&
                  strncmp(directory, "./", 2) != 0 && strncmp(directory, "../", 3) != 0;
  for (; relative && next; next = *next ? next + 1 : NULL) {
    struct stat status;
    struct buffer path = buffer_new(&scratch);
    size_t length = strcspn(next, ":");
    buffer_bytes(&path, next, length);
    if (length && next[length - 1] != '/') buffer_char(&path, '/');
    buffer_string(&path, directory);
    next += length;
    if (stat(buffer_finish(&path), &status) == 0 && S_ISDIR(status.st_mode) && change(path.text, physical)) {
      *print = length > 0;
      return true;
    }
  }
  return change(directory, physical);
}

int builtin_cd(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int option;
  bool physical = false;
  bool print = false;
  while ((option = builtin_option(&options, "LP"))) physical = option == 'P';
  const char *directory = argv[options.index];
  if (!directory) directory = variable_text("HOME");
  else if (strcmp(directory, "-") == 0) {
    directory = variable_text("OLDPWD");
    print = true;
  }
  if (!*directory) directory = ".";
  if (!change_by_search(directory, physical, &print)) fail("can't cd to %s", directory);
  if (print && logical) out_format("%s\n", logical);
  return 0;
}

int builtin_pwd(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int option;
  bool physical = false;
  while ((option = builtin_option(&options, "LP"))) physical = option == 'P';
  const char *path = physical || !logical ? physical_path() : logical;
  if (!path) fail("%s", strerror(errno));
  out_format("%s\n", path);
  return 0;
}
