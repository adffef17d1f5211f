/*
 * Text in the middle of expansion: bytes that remember where they come from. Beneath: arenas.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* Origin of a byte, or a mark without a byte. */
enum origin {
  ORIGIN_TEXT = 0x000,     /* written in the word: pattern characters mean something */
  ORIGIN_EXPANDED = 0x100, /* from an expansion: is split, pattern characters mean something */
  ORIGIN_QUOTED = 0x200,   /* stands for itself */
  ORIGIN_EMPTY = 0x300,    /* mark: quotes were here; makes an empty field count */
  ORIGIN_BREAK = 0x400     /* mark: a field ends, between the parameters of $@ */
};

enum { ORIGIN_MASK = 0x700 };

struct text {
  unsigned short *units; /* byte | origin */
  size_t length;
  size_t capacity;
};

void text_add(struct text *text, char c, enum origin origin);
void text_add_string(struct text *text, const char *string, enum origin origin);
void text_add_mark(struct text *text, enum origin mark);

/* Without marks and origins. */
char *text_string(const struct text *text, size_t from, size_t to);
/* As a pattern, quoted characters behind backslashes. */
char *text_pattern(const struct text *text, size_t from, size_t to);

/*
 * Splits at the separators. At most `limit` fields (0: no limit) are made: the last is the rest as it is, but
 * for separating blanks at its end. Calls back with each field's range.
 */
void text_split(const struct text *text, size_t limit, void (*field)(void *data, size_t from, size_t to), void *data);

#endif
