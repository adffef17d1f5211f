/* Walking through trees, to any depth: no path that the kernel sees is longer than a name. Paths are for messages only.
 */
#pragma once
#include <sys/stat.h>
#include <tool.h>

/* Where a walk is. */
struct place {
  /* What names are relative to, for the calls that end in "at": an open directory, or AT_FDCWD. */
  int directory;
  /* Path of what is looked at. */
  char *path;
  size_t length, room;
  /* Of the directory, and the number of directories entered. */
  dev_t device;
  ino_t inode;
  unsigned depth;
};

/* The directory that a walk goes back to. */
struct way_back {
  /* Open still, or AT_FDCWD; -1: the one above, which has these numbers. */
  int directory;
  dev_t device;
  ino_t inode;
};

/* Starts a walk at an operand, which is its first name. */
void begin_walk(struct place *place, const char *operand);
void end_walk(struct place *place);

/* The path leads to a name in the directory now; returns the length to go back to. */
size_t look_at(struct place *place, const char *name);
void look_back(struct place *place, size_t length);

/*
 * Goes into the directory of that name, which is not behind a symbolic link unless `follow`. `names` (or null) are what
 * is in it, freed by free_names. False with errno: it cannot be opened, or is not what `info` says any more (ENOENT).
 */
int enter_directory(struct place *place, const char *name, const struct stat *info, int follow, struct name_list *names,
                    struct way_back *back);
/* Goes back; exits with a message if the directory above has become another one. */
void leave_directory(struct place *place, const struct way_back *back);
