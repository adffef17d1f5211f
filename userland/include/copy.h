/* Copying files and trees: what cp does, and mv between file systems. */
#pragma once
#include <sys/stat.h>

struct copy_options {
  /** Trees; symbolic links as such; modes, owners and times; no error for a target that cannot be opened: remove it. */
  int recursive, keepLinks, preserve, force;
  int ask, noClobber, verbose, update;
};
/** Copies to exactly this name; false after messages. */
int copy_tree(const char *from, const char *to, const struct copy_options *options);
/** Whether the path is a directory (behind symbolic links). */
int is_directory(const char *path);
