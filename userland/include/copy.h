/* Copying files and trees: what cp does, and mv between file systems. */
#pragma once
#include <sys/stat.h>

struct copy_options {
  /** Trees; symbolic links as such, but for operands if these are followed; a target that cannot be opened is removed; or any target is, first. */
  int recursive, keepLinks, followOperands, force, removeFirst;
  /** What of a source its copy gets: hard links among the sources become such among the copies. */
  int keepMode, keepOwner, keepTimes, keepHardLinks;
  /** Modes are those of new files, not even the source's without set-id bits. */
  int newModes;
  /** Hard or symbolic links instead of copies; files without content; not into other file systems. */
  int makeHardLinks, makeSymbolicLinks, attributesOnly, oneDevice;
  int ask, noClobber, verbose, update;
};
/** Copies to exactly this name; false after messages. */
int copy_tree(const char *from, const char *to, const struct copy_options *options);
/** Whether the path is a directory (behind symbolic links). */
int is_directory(const char *path);
