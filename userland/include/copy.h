/* Copying files and trees: what cp does, and mv between file systems. */
#pragma once
#include <sys/stat.h>

struct copy_options {
  /* Trees; symbolic links as such, but for operands if these are followed; a target that cannot be opened is removed;
   * or any target is, first. */
  int recursive, keep_links, follow_operands, force, remove_first;
  /* What of a source its copy gets: hard links among the sources become such among the copies. */
  int keep_mode, keep_owner, keep_times, keep_hard_links;
  /* Modes are those of new files, not even the source's without set-id bits. */
  int new_modes;
  /* Hard or symbolic links instead of copies; files without content; not into other file systems. */
  int make_hard_links, make_symbolic_links, attributes_only, one_device;
  int ask, no_clobber, verbose, update;
};
/* Copies to exactly this name; false after messages. */
int copy_tree(const char *from, const char *to, const struct copy_options *options);
/* Whether the path is a directory (behind symbolic links). */
int is_directory(const char *path);
