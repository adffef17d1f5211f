/* Gathered output; see output.h. Beneath: write. */
#include "output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "error.h"

enum { CAPACITY = 1024 };

static char gathered[CAPACITY];
static size_t used;
static bool failed;

static void write_out(void) {
  if (used && !write_all(1, gathered, used)) failed = true;
  used = 0;
}

bool out_flush(void) {
  write_out();
  bool fine = !failed;
  failed = false;
  return fine;
}

void out_discard(void) {
  used = 0;
  failed = false;
}

void out_bytes(const char *bytes, size_t length) {
  if (!length) return;
  if (length > CAPACITY - used) write_out();
  if (length > CAPACITY) {
    if (!write_all(1, bytes, length)) failed = true;
    return;
  }
  memcpy(gathered + used, bytes, length);
  used += length;
}

void out_char(char c) {
  if (used == CAPACITY) write_out();
  gathered[used++] = c;
}

void out_string(const char *text) {
  out_bytes(text, strlen(text));
}

void out_format(const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < (int)sizeof text) {
    out_bytes(text, (size_t)length);
    return;
  }
  struct arena_mark mark = arena_mark(&scratch);
  char *longer = arena_alloc(&scratch, (size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(longer, (size_t)length + 1, format, arguments);
  va_end(arguments);
  out_bytes(longer, (size_t)length);
  arena_release(&scratch, mark);
}

void out_quoted(const char *text) {
  /* Runs of single quotes go between double ones, what is between them between single ones. */
  for (;;) {
    size_t length = strcspn(text, "'");
    out_char('\'');
    out_bytes(text, length);
    out_char('\'');
    text += length;
    size_t quotes = strspn(text, "'");
    if (!quotes) return;
    out_char('"');
    out_bytes(text, quotes);
    out_char('"');
    text += quotes;
  }
}

void error_string(const char *text) {
  write_all(2, text, strlen(text));
}
