/* Walking through trees by open directories. The outer ones are kept open, so descriptors suffice at any depth; `..`
 * leads back to others. */
#include "../internal.h"
#include <errno.h>
#include <fcntl.h>
#include <place.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Levels whose directory stays open while one is further down. */
#define KEPT_LEVELS 16

void begin_walk(struct place *place, const char *operand) {
  *place = (struct place){.directory = AT_FDCWD, .path = must_strdup(operand), .length = strlen(operand)};
  place->room = place->length + 1;
}

void end_walk(struct place *place) {
  free(place->path);
}

size_t look_at(struct place *place, const char *name) {
  size_t before = place->length, size = strlen(name) + 1;
  if (place->room < before + 1 + size) {
    place->room = 2 * (before + 1 + size);
    place->path = must_realloc(place->path, place->room);
  }
  if (before > 0 && place->path[before - 1] != '/') place->path[place->length++] = '/';
  memcpy(place->path + place->length, name, size);
  place->length += size - 1;
  return before;
}

void look_back(struct place *place, size_t length) {
  place->length = length;
  place->path[length] = 0;
}

static int is_same(int fd, dev_t device, ino_t inode) {
  struct stat info;
  if (fstat(fd, &info)) return 0;
  if (info.st_dev == device && info.st_ino == inode) return 1;
  errno = ENOENT;
  return 0;
}

static int read_names(int fd, struct name_list *names) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return copy >= 0 && list_open_directory(copy, names);
}

int enter_directory(struct place *place, const char *name, const struct stat *info, int follow, struct name_list *names,
                    struct way_back *back) {
  int flags = (names ? O_RDONLY : O_PATH) | O_DIRECTORY | O_CLOEXEC;
  int fd = openat(place->directory, name, flags | O_NOFOLLOW), is_link = 0;
  if (fd < 0 && follow && (errno == ELOOP || errno == ENOTDIR)) {
    fd = openat(place->directory, name, flags);
    is_link = 1;
  }
  if (fd < 0) return 0;
  if (!is_same(fd, info->st_dev, info->st_ino) || (names && !read_names(fd, names))) {
    int error = errno;
    close(fd);
    errno = error;
    return 0;
  }
  *back = (struct way_back){place->directory, place->device, place->inode};
  /* Behind a link `..` is another directory, and an operand may have several names. */
  if (place->depth >= KEPT_LEVELS && !is_link) {
    close(place->directory);
    back->directory = -1;
  }
  place->directory = fd;
  place->device = info->st_dev;
  place->inode = info->st_ino;
  place->depth++;
  return 1;
}

void leave_directory(struct place *place, const struct way_back *back) {
  int above = back->directory;
  if (above == -1) {
    above = openat(place->directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 || !is_same(above, back->device, back->inode))
      die_errno(1, "cannot return from %s", quoted(place->path));
  }
  close(place->directory);
  place->directory = above;
  place->device = back->device;
  place->inode = back->inode;
  place->depth--;
}
