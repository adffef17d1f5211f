/* The text in work in the line editor, and its cursor. */
#ifndef DRAFT_H
#define DRAFT_H

#include <stddef.h>

struct draft {
  char *text;
  size_t length;
  size_t capacity;
  size_t cursor;
};

void draft_free(struct draft *draft);
void draft_set(struct draft *draft, const char *text);
void draft_insert(struct draft *draft, const char *bytes, size_t length);
/* Removes a range and puts the cursor there. */
void draft_remove(struct draft *draft, size_t from, size_t to);
/* Offsets of the characters and words around the cursor. */
size_t draft_before(const struct draft *draft);
size_t draft_after(const struct draft *draft);
size_t draft_word_before(const struct draft *draft);
size_t draft_word_after(const struct draft *draft);
/* Words that only blanks separate, as Ctrl-W sees them. */
size_t draft_blank_word_before(const struct draft *draft);

#endif
