/* Text with origins, and its division into fields (POSIX XCU 2.6.5); see fields.h. */
#include "fields.h"

#include <string.h>

#include "variables.h"

static void add_unit(struct text *text, unsigned short unit) {
  if (text->length == text->capacity) {
    size_t capacity = text->capacity ? text->capacity * 2 : 32;
    text->units = arena_grow(&scratch, text->units, text->capacity * sizeof unit, capacity * sizeof unit);
    text->capacity = capacity;
  }
  text->units[text->length++] = unit;
}

void text_add(struct text *text, char c, enum origin origin) {
  add_unit(text, (unsigned short)((unsigned char)c | origin));
}

void text_add_string(struct text *text, const char *string, enum origin origin) {
  while (*string) text_add(text, *string++, origin);
}

void text_add_mark(struct text *text, enum origin mark) {
  add_unit(text, (unsigned short)mark);
}

static unsigned origin_of(unsigned short unit) {
  return unit & ORIGIN_MASK;
}

static bool is_mark(unsigned short unit) {
  return origin_of(unit) >= ORIGIN_EMPTY;
}

char *text_string(const struct text *text, size_t from, size_t to) {
  char *string = arena_alloc(&scratch, to - from + 1);
  char *end = string;
  for (; from < to; from++) {
    if (!is_mark(text->units[from])) *end++ = (char)text->units[from];
  }
  *end = 0;
  return string;
}

char *text_pattern(const struct text *text, size_t from, size_t to) {
  char *string = arena_alloc(&scratch, 2 * (to - from) + 1);
  char *end = string;
  for (; from < to; from++) {
    unsigned short unit = text->units[from];
    if (is_mark(unit)) continue;
    if (origin_of(unit) == ORIGIN_QUOTED && strchr("*?[]\\-!^:.=", (char)unit)) *end++ = '\\';
    *end++ = (char)unit;
  }
  *end = 0;
  return string;
}

enum separation { SEPARATES_NOT, SEPARATES_BLANK, SEPARATES_STRICTLY };

/* Kinds of separators of all bytes, remade when IFS is another. */
static enum separation separation_of(unsigned short unit, const char *ifs) {
  if (origin_of(unit) != ORIGIN_EXPANDED) return SEPARATES_NOT;
  char c = (char)unit;
  if (!c || !strchr(ifs, c)) return SEPARATES_NOT;
  return c == ' ' || c == '\t' || c == '\n' ? SEPARATES_BLANK : SEPARATES_STRICTLY;
}

/* The end of the rest of the text, from `from` on, as the last field of a limited number. */
static size_t rest_end(const struct text *text, size_t from, const char *ifs) {
  size_t end = text->length;
  while (end > from && separation_of(text->units[end - 1], ifs) == SEPARATES_BLANK) end--;
  /* One strict separator ends the field if there is no other in front of it. */
  if (end > from && separation_of(text->units[end - 1], ifs) == SEPARATES_STRICTLY) {
    size_t last = end - 1;
    while (last > from && separation_of(text->units[last - 1], ifs) == SEPARATES_BLANK) last--;
    bool only = true;
    for (size_t i = from; i < last; i++) {
      if (separation_of(text->units[i], ifs) != SEPARATES_NOT) only = false;
    }
    if (only) return last;
  }
  return end;
}

void text_split(const struct text *text, size_t limit, void (*field)(void *data, size_t from, size_t to), void *data) {
  const char *ifs = separators();
  size_t count = 0;
  size_t start = 0;
  bool inside = false;
  bool after_blank = false; /* blanks have ended a field: a strict separator behind them belongs to them */
  for (size_t i = 0; i < text->length; i++) {
    unsigned short unit = text->units[i];
    if (origin_of(unit) == ORIGIN_BREAK) {
      if (inside) field(data, start, i);
      inside = after_blank = false;
      continue;
    }
    enum separation separation = separation_of(unit, ifs);
    if (separation == SEPARATES_NOT) {
      if (inside) continue;
      inside = true;
      start = i;
      after_blank = false;
    } else if (inside) {
      field(data, start, i);
      count++;
      inside = false;
      after_blank = separation == SEPARATES_BLANK;
      continue;
    } else if (separation == SEPARATES_BLANK) {
      continue;
    } else if (after_blank) {
      after_blank = false;
      continue;
    } else {
      start = i;
    }
    if (limit && count + 1 == limit) {
      field(data, start, rest_end(text, start, ifs));
      return;
    }
    if (separation == SEPARATES_STRICTLY) {
      field(data, i, i);
      count++;
    }
  }
  if (inside) field(data, start, text->length);
}
