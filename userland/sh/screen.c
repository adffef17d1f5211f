/* Display of the line in work; see screen.h. Uses the control sequences of ECMA-48 that all terminals know. */
#include "screen.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "terminal.h"
#include "utf8.h"

enum { TAB_WIDTH = 8 };

struct place {
  int row;
  int column;
};

static int columns;
static struct place shown_cursor; /* from where the prompt begins */
static struct place shown_end;

static void advance(struct place *place, int width) {
  if (place->column + width > columns) {
    place->row++;
    place->column = 0;
  }
  place->column += width;
}

/* Where the next character goes: a full row is left only by it. */
static struct place settled(struct place place) {
  if (place.column >= columns) {
    place.row++;
    place.column = 0;
  }
  return place;
}

/* Length of the escape sequence at text, which takes no place. */
static size_t escape_length(const char *text, size_t length) {
  size_t i = 1;
  if (length < 2) return length;
  if (text[1] == ']') {
    while (i < length && text[i] != '\a') i++;
    return i < length ? i + 1 : i;
  }
  if (text[1] != '[') return 2;
  for (i = 2; i < length && !(text[i] >= '@' && text[i] <= '~'); i++) {
  }
  return i < length ? i + 1 : i;
}

/* Adds text as it is shown; in prompts, all control characters have their effect. */
static void add_shown(struct buffer *output, struct place *place, const char *text, size_t length, bool prompt) {
  for (size_t i = 0; i < length;) {
    long code;
    size_t size = utf8_decode(text + i, length - i, &code);
    if (code == '\n') {
      if (place->column < columns) buffer_string(output, "\033[K");
      buffer_string(output, "\r\n");
      place->row++;
      place->column = 0;
    } else if (prompt && code == '\033') {
      size = escape_length(text + i, length - i);
      buffer_bytes(output, text + i, size);
    } else if (prompt && code >= 0 && code < 32) {
      buffer_char(output, text[i]);
    } else if (code == '\t') {
      /* As blanks, so that what was there before is overwritten; a tab ends with its row. */
      do {
        advance(place, 1);
        buffer_char(output, ' ');
      } while (place->column % TAB_WIDTH && place->column < columns);
    } else if ((code >= 0 && code < 32) || code == 127) {
      advance(place, 1);
      advance(place, 1);
      buffer_char(output, '^');
      buffer_char(output, (char)(text[i] ^ 64));
    } else if (code < 0) {
      advance(place, 1);
      buffer_char(output, '?');
    } else {
      advance(place, utf8_width(code));
      buffer_bytes(output, text + i, size);
    }
    i += size;
  }
}

static void add_move(struct buffer *output, int count, char direction) {
  char text[24];
  if (count <= 0) return;
  snprintf(text, sizeof text, "\033[%d%c", count, direction);
  buffer_string(output, text);
}

void screen_begin(void) {
  columns = terminal_columns();
  screen_forget();
}

void screen_forget(void) {
  shown_cursor = shown_end = (struct place){0, 0};
}

/* Lays the line out; the places of cursor and end, the bytes to be written. */
static struct buffer lay_out(const struct line *line, struct place *cursor, struct place *end) {
  struct buffer output = buffer_new(&scratch);
  *end = (struct place){0, 0};
  add_shown(&output, end, line->prompt, strlen(line->prompt), true);
  add_shown(&output, end, line->text, line->cursor, false);
  *cursor = settled(*end);
  add_shown(&output, end, line->text + line->cursor, line->length - line->cursor, false);
  return output;
}

void screen_show(const struct line *line) {
  struct arena_mark mark = arena_mark(&scratch);
  struct buffer output = buffer_new(&scratch);
  struct place cursor;
  add_move(&output, shown_cursor.row, 'A');
  buffer_char(&output, '\r');
  struct buffer content = lay_out(line, &cursor, &shown_end);
  buffer_bytes(&output, content.text, content.length);
  if (shown_end.column == columns) {
    buffer_string(&output, "\r\n");
    shown_end = settled(shown_end);
  }
  buffer_string(&output, "\033[J");
  add_move(&output, shown_end.row - cursor.row, 'A');
  buffer_char(&output, '\r');
  add_move(&output, cursor.column, 'C');
  terminal_write(output.text, output.length);
  shown_cursor = cursor;
  arena_release(&scratch, mark);
}

bool screen_append(char c) {
  bool at_end = shown_cursor.row == shown_end.row && shown_cursor.column == shown_end.column;
  if (!at_end || shown_end.column + 1 >= columns) return false;
  terminal_write(&c, 1);
  shown_cursor.column = ++shown_end.column;
  return true;
}

void screen_resize(const struct line *line) {
  struct arena_mark mark = arena_mark(&scratch);
  columns = terminal_columns();
  lay_out(line, &shown_cursor, &shown_end);
  arena_release(&scratch, mark);
}

void screen_leave(void) {
  struct arena_mark mark = arena_mark(&scratch);
  struct buffer output = buffer_new(&scratch);
  add_move(&output, shown_end.row - shown_cursor.row, 'B');
  if (shown_end.column || !shown_end.row) buffer_string(&output, "\r\n");
  else buffer_char(&output, '\r');
  terminal_write(output.text, output.length);
  screen_forget();
  arena_release(&scratch, mark);
}
