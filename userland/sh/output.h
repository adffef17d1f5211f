/* Standard output of builtins: gathered, and written when the builtin ends. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

void out_char(char c);
void out_string(const char *text);
void out_bytes(const char *bytes, size_t length);
void out_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* In single quotes, so that the shell would read it back. */
void out_quoted(const char *text);

/* False if anything since the last flush could not be written. */
bool out_flush(void);
void out_discard(void);

/* Diagnostics and prompts, at once. */
void error_string(const char *text);

#endif
