/* Canonical path names, component by component. (POSIX realpath) */
#include "internal.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINK_LIMIT 40

static char *fail(int error) {
  errno = error;
  return 0;
}

char *realpath(const char *restrict path, char *restrict resolved) {
  char result[PATH_MAX], rest[PATH_MAX], target[PATH_MAX];
  int links = 0;
  if (!*path) return fail(ENOENT);
  if (strlcpy(rest, path, sizeof rest) >= sizeof rest) return fail(ENAMETOOLONG);
  if (*path == '/') strcpy(result, "/");
  else if (!getcwd(result, sizeof result)) return 0;
  size_t length = strlen(result);
  for (char *at = rest; *at;) {
    at += strspn(at, "/");
    size_t size = strcspn(at, "/");
    if (size == 0 || (size == 1 && at[0] == '.')) {
      at += size;
      continue;
    }
    if (size == 2 && at[0] == '.' && at[1] == '.') {
      while (length > 1 && result[--length] != '/') continue;
      result[length ? length : 1] = 0;
      if (length == 0) length = 1;
      at += size;
      continue;
    }
    size_t parent = length;
    if (length + size + 2 > sizeof result) return fail(ENAMETOOLONG);
    if (length > 1) result[length++] = '/';
    memcpy(result + length, at, size);
    length += size;
    result[length] = 0;
    at += size;
    struct stat info;
    if (lstat(result, &info)) return 0;
    if (S_ISLNK(info.st_mode)) {
      ssize_t target_length = readlink(result, target, sizeof target);
      if (target_length < 0) return 0;
      if (++links > LINK_LIMIT) return fail(ELOOP);
      size_t tail = strlen(at);
      if ((size_t)target_length + tail + 1 > sizeof target) return fail(ENAMETOOLONG);
      memcpy(target + target_length, at, tail + 1);
      memcpy(rest, target, (size_t)target_length + tail + 1);
      at = rest;
      length = *rest == '/' ? 1 : parent;
      result[length] = 0;
    } else if (*at && !S_ISDIR(info.st_mode)) {
      return fail(ENOTDIR);
    }
  }
  return resolved ? strcpy(resolved, result) : strdup(result);
}
