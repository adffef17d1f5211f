/* Pathname expansion. */
#ifndef PATHS_H
#define PATHS_H

#include "arena.h"

/* Adds the paths that match, sorted; returns how many. */
size_t glob_paths(const char *pattern, struct list *paths);

#endif
