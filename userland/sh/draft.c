/* Text in work; see draft.h. */
#include "draft.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "utf8.h"

static void reserve(struct draft *draft, size_t size) {
  if (size <= draft->capacity) return;
  draft->capacity = size * 2 + 64;
  draft->text = memory_grow(draft->text, draft->capacity);
}

void draft_free(struct draft *draft) {
  free(draft->text);
  *draft = (struct draft){0};
}

void draft_set(struct draft *draft, const char *text) {
  draft->length = strlen(text);
  draft->cursor = draft->length;
  reserve(draft, draft->length + 2);
  memcpy(draft->text, text, draft->length);
}

void draft_insert(struct draft *draft, const char *bytes, size_t length) {
  /* Two bytes more, so that a newline and a NUL always fit behind. */
  reserve(draft, draft->length + length + 2);
  char *at = draft->text + draft->cursor;
  memmove(at + length, at, draft->length - draft->cursor);
  memcpy(at, bytes, length);
  draft->length += length;
  draft->cursor += length;
}

void draft_remove(struct draft *draft, size_t from, size_t to) {
  memmove(draft->text + from, draft->text + to, draft->length - to);
  draft->length -= to - from;
  draft->cursor = from;
}

size_t draft_before(const struct draft *draft) {
  return draft->cursor ? utf8_before(draft->text, draft->cursor) : 0;
}

size_t draft_after(const struct draft *draft) {
  long code;
  if (draft->cursor == draft->length) return draft->length;
  return draft->cursor + utf8_decode(draft->text + draft->cursor, draft->length - draft->cursor, &code);
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || (c & 0x80);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

size_t draft_word_before(const struct draft *draft) {
  size_t at = draft->cursor;
  while (at && !is_word(draft->text[at - 1])) at--;
  while (at && is_word(draft->text[at - 1])) at--;
  return at;
}

size_t draft_word_after(const struct draft *draft) {
  size_t at = draft->cursor;
  while (at < draft->length && !is_word(draft->text[at])) at++;
  while (at < draft->length && is_word(draft->text[at])) at++;
  return at;
}

size_t draft_blank_word_before(const struct draft *draft) {
  size_t at = draft->cursor;
  while (at && is_blank(draft->text[at - 1])) at--;
  while (at && !is_blank(draft->text[at - 1])) at--;
  return at;
}
