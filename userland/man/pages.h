/* The manual pages that are installed. */
#pragma once
#include <stddef.h>

struct manual_page {
  char *path;
  /* Of the file: l3_call and 3 of l3_call.3. */
  char *name, *section;
  /* What the NAME section says: names with commas between, and a description. */
  char *names, *description;
};

/* All pages below the directories of MANPATH, by section and name. */
const struct manual_page *manual_pages(size_t *count);
/* Calls `visit` with each name of a page until it returns non-zero; returns that. */
int each_name(const struct manual_page *page,
              int (*visit)(const struct manual_page *page, const char *name, void *state), void *state);
