/* The terminal while a line is edited: modes, size, bytes. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Raw mode, in which pasted text is told from keys; false if standard input is no terminal that can be edited on. */
bool terminal_begin(void);
/* The modes from before. */
void terminal_end(void);
int terminal_columns(void);

enum { KEY_END = -1, KEY_RESIZED = -2 };

/* The next byte typed, or KEY_END, or KEY_RESIZED. An interrupt leaves raw mode and is raised. */
int terminal_read(void);
void terminal_write(const char *bytes, size_t length);
void terminal_print(const char *text);

#endif
