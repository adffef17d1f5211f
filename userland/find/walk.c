/*
 * The walk. It goes from directory to directory, so that paths may be longer than the kernel takes at once. `..` leads
 * back, or an open directory where that would lead elsewhere: behind a link.
 */
#include "find.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

/* The directories in which one is. */
struct level {
  const struct level *above;
  const char *path;
  dev_t device;
  ino_t inode;
};

static void fail(const char *path) {
  complain_errno("%s", quoted(path));
  status = 1;
}

static void apply(const struct node *expression, const struct visit *visit) {
  if (visit->depth >= walk_options.min_depth) expression->test(expression, visit);
}

static const struct level *find_loop(const struct level *level, const struct stat *info) {
  while (level && (level->device != info->st_dev || level->inode != info->st_ino)) level = level->above;
  return level;
}

/* Goes back to the directory that `back` is, or else to the one above, which must be the expected one. */
static void leave(int back, const struct stat *expected, const char *path) {
  struct stat info;
  int failed = back >= 0 ? fchdir(back) : chdir("..");
  if (!failed && back < 0 && (stat(".", &info) || info.st_dev != expected->st_dev || info.st_ino != expected->st_ino)) {
    failed = 1;
    errno = ENOENT;
  }
  if (back >= 0) close(back);
  if (failed) die_errno(1, "cannot return from %s", quoted(path));
}

static void visit_one(const struct node *expression, const struct visit *place, const struct level *above);

static void descend(const struct node *expression, const struct visit *visit, const struct level *above) {
  struct level level = {above, visit->path, visit->info->st_dev, visit->info->st_ino};
  struct name_list list;
  struct stat parent;
  /* Where the directory was reached through a link or by several names, its `..` is not where we are. */
  int is_one_step = visit->depth > 0 && walk_options.follow_links <= 0;
  int back = is_one_step ? -1 : open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (is_one_step && stat(".", &parent)) {
    fail(visit->path);
    return;
  }
  if (!list_directory(visit->here, &list)) {
    fail(visit->path);
    if (back >= 0) close(back);
    return;
  }
  if (chdir(visit->here)) {
    fail(visit->path);
  } else {
    for (size_t i = 0; i < list.count && !quit; i++) {
      char *path = join_path(visit->path, list.names[i]);
      struct visit inner = {
          .path = path, .name = list.names[i], .here = list.names[i], .start = visit->start, .depth = visit->depth + 1};
      visit_one(expression, &inner, &level);
      free(path);
    }
    leave(back, &parent, visit->path);
    back = -1;
  }
  if (back >= 0) close(back);
  free_names(&list);
}

static void visit_one(const struct node *expression, const struct visit *place, const struct level *above) {
  struct stat info;
  int follows = walk_options.follow_links > 0 || (place->depth == 0 && walk_options.follow_links < 0);
  if (follows ? stat(place->here, &info) && lstat(place->here, &info) : lstat(place->here, &info)) {
    fail(place->path);
    return;
  }
  struct visit visit = *place;
  visit.info = &info;
  const struct level *loop = S_ISDIR(info.st_mode) ? find_loop(above, &info) : 0;
  if (loop) {
    char *other = must_strdup(quoted(loop->path));
    complain("File system loop detected; %s is part of the same file system loop as %s.", quoted(place->path), other);
    free(other);
    status = 1;
    return;
  }
  prune = 0;
  if (!walk_options.depth_first) apply(expression, &visit);
  int goes = S_ISDIR(info.st_mode) && !prune && visit.depth < walk_options.max_depth &&
             !(walk_options.one_device && above && info.st_dev != above->device);
  if (goes && !quit) descend(expression, &visit, above);
  if (walk_options.depth_first && !quit) apply(expression, &visit);
}

void walk(const struct node *expression, const char *start) {
  const char *name = start + strlen(start);
  while (name > start + 1 && name[-1] == '/') name--;
  while (name > start && name[-1] != '/') name--;
  const struct visit visit = {.path = start, .name = *name ? name : start, .here = start, .start = start};
  visit_one(expression, &visit, 0);
}
