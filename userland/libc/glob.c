/* Path names that match a pattern: one directory level after the other. (POSIX glob) */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
  int flags;
  int (*on_error)(const char *, int);
  glob_t *result;
  char path[PATH_MAX];
};

static int add(struct search *search, const char *path) {
  glob_t *result = search->result;
  char **grown = realloc(result->gl_pathv, (result->gl_offs + result->gl_pathc + 2) * sizeof *grown);
  if (!grown) return GLOB_NOSPACE;
  result->gl_pathv = grown;
  char *copy = malloc(strlen(path) + 2);
  if (!copy) return GLOB_NOSPACE;
  strcpy(copy, path);
  struct stat info;
  if (search->flags & GLOB_MARK && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) strcat(copy, "/");
  grown[result->gl_offs + result->gl_pathc++] = copy;
  grown[result->gl_offs + result->gl_pathc] = 0;
  return 0;
}

static int has_wildcard(const char *part, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (part[i] == '\\' && i + 1 < length) i++;
    else if (memchr("*?[", part[i], 3)) return 1;
  }
  return 0;
}

static int expand(struct search *search, size_t length, const char *pattern);

/* Appends one component to the path of `length` bytes and goes on with the rest of the pattern. */
static int descend(struct search *search, size_t length, const char *name, size_t size, const char *rest) {
  if (length + size + 2 >= sizeof search->path) return 0;
  memcpy(search->path + length, name, size);
  length += size;
  search->path[length] = 0;
  if (*rest) {
    while (*rest == '/' && length + 2 < sizeof search->path) search->path[length++] = *rest++;
    search->path[length] = 0;
    if (*rest) return expand(search, length, rest);
  }
  struct stat info;
  return lstat(search->path, &info) == 0 ? add(search, search->path) : 0;
}

static size_t unescape(char *to, const char *part, size_t length, int flags) {
  size_t size = 0;
  for (size_t i = 0; i < length; i++) {
    if (part[i] == '\\' && i + 1 < length && !(flags & GLOB_NOESCAPE)) i++;
    to[size++] = part[i];
  }
  to[size] = 0;
  return size;
}

static int expand(struct search *search, size_t length, const char *pattern) {
  size_t size = strcspn(pattern, "/");
  const char *rest = pattern + size;
  char part[PATH_MAX];
  if (size >= sizeof part) return 0;
  if (!has_wildcard(pattern, size)) {
    size_t plain = unescape(part, pattern, size, search->flags);
    return descend(search, length, part, plain, rest);
  }
  memcpy(part, pattern, size);
  part[size] = 0;
  DIR *directory = opendir(length ? search->path : ".");
  if (!directory) {
    if (errno == ENOTDIR) return 0;
    int stop = search->on_error && search->on_error(search->path, errno);
    return stop || search->flags & GLOB_ERR ? GLOB_ABORTED : 0;
  }
  int status = 0;
  int flags = FNM_PERIOD | (search->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0);
  for (struct dirent *entry; !status && (entry = readdir(directory));) {
    if (fnmatch(part, entry->d_name, flags)) continue;
    status = descend(search, length, entry->d_name, strlen(entry->d_name), rest);
    search->path[length] = 0;
  }
  closedir(directory);
  return status;
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int), glob_t *restrict result) {
  struct search search = {.flags = flags, .on_error = on_error, .result = result};
  if (!(flags & GLOB_APPEND)) {
    if (!(flags & GLOB_DOOFFS)) result->gl_offs = 0;
    result->gl_pathc = 0;
    result->gl_pathv = calloc(result->gl_offs + 1, sizeof *result->gl_pathv);
    if (!result->gl_pathv) return GLOB_NOSPACE;
  }
  size_t first = result->gl_pathc, slashes = strspn(pattern, "/");
  if (slashes >= sizeof search.path) return GLOB_NOMATCH;
  memcpy(search.path, pattern, slashes);
  int status = pattern[slashes] || !slashes ? expand(&search, slashes, pattern + slashes) : add(&search, search.path);
  if (status) return status;
  if (result->gl_pathc == first) return flags & GLOB_NOCHECK ? add(&search, pattern) : GLOB_NOMATCH;
  if (!(flags & GLOB_NOSORT))
    qsort(result->gl_pathv + result->gl_offs + first, result->gl_pathc - first, sizeof(char *), compare);
  return 0;
}

void globfree(glob_t *result) {
  for (size_t i = 0; i < result->gl_pathc; i++) free(result->gl_pathv[result->gl_offs + i]);
  free(result->gl_pathv);
  result->gl_pathv = 0;
  result->gl_pathc = 0;
}
