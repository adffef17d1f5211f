/* Reading directories. (POSIX <dirent.h>) */
#include "internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct directory {
  int fd;
  int at, end;
  _Alignas(8) char buffer[8192];
};

DIR *fdopendir(int fd) {
  DIR *directory = malloc(sizeof *directory);
  if (!directory) return 0;
  directory->fd = fd;
  directory->at = directory->end = 0;
  return directory;
}

DIR *opendir(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return 0;
  DIR *directory = fdopendir(fd);
  if (!directory) close(fd);
  return directory;
}

struct dirent *readdir(DIR *directory) {
  if (directory->at == directory->end) {
    long count = syscall(SYS_getdents64, directory->fd, directory->buffer, sizeof directory->buffer);
    if (count <= 0) return 0;
    directory->at = 0;
    directory->end = (int)count;
  }
  struct dirent *entry = (struct dirent *)(void *)(directory->buffer + directory->at);
  directory->at += entry->d_reclen;
  return entry;
}

void rewinddir(DIR *directory) {
  lseek(directory->fd, 0, SEEK_SET);
  directory->at = directory->end = 0;
}

int closedir(DIR *directory) {
  int result = close(directory->fd);
  free(directory);
  return result;
}

int dirfd(DIR *directory) {
  return directory->fd;
}

int alphasort(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  DIR *directory = opendir(path);
  if (!directory) return -1;
  struct dirent **entries = 0;
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (filter && !filter(entry)) continue;
    struct dirent **grown = count & 15 ? entries : realloc(entries, (count + 16) * sizeof *entries);
    struct dirent *copy = malloc(entry->d_reclen);
    if (!grown || !copy) {
      closedir(directory);
      return -1;
    }
    memcpy(copy, entry, entry->d_reclen);
    entries = grown;
    entries[count++] = copy;
  }
  closedir(directory);
  if (compare) qsort(entries, count, sizeof *entries, (int (*)(const void *, const void *))compare);
  *list = entries;
  return (int)count;
}
