/* Showing the prompt and the line in work on as many rows as they need. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct line {
  const char *prompt;
  const char *text;
  size_t length;
  size_t cursor; /* offset in text */
};

/* The line will begin at the left of the current row. */
void screen_begin(void);
/* Shows the line in place of what was shown before. */
void screen_show(const struct line *line);
/* Adds a character of width 1, if the cursor is at the end and the row is not full; false if it is not so. */
bool screen_append(char c);
/* The window has another size; the line is what it shows now. */
void screen_resize(const struct line *line);
/* Puts the cursor behind all that is shown, on a row of its own. */
void screen_leave(void);
/* Something else was printed or the screen was cleared: nothing is shown any more. */
void screen_forget(void);

#endif
