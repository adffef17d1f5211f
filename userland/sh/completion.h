/* Completion of commands, files and variables. */
#ifndef COMPLETION_H
#define COMPLETION_H

#include <stddef.h>

#include "arena.h"

struct completion {
  size_t start;      /* of what is completed, in the line */
  char *replacement; /* for the text from start to the cursor */
  struct list names; /* what fits, sorted, as it is listed */
};

/* What the text up to the cursor may be completed to; in scratch memory. */
struct completion complete(const char *text, size_t cursor);

#endif
