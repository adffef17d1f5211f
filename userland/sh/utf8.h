/* UTF-8 and the widths of characters on a terminal. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* Length of the character at text, 1 for a byte that begins none; *code is -1 then. */
size_t utf8_decode(const char *text, size_t length, long *code);
/* Bytes of a character that begins with this one; 1 if none does. */
size_t utf8_length(unsigned char first);
/* Offset of the character in front of an offset. */
size_t utf8_before(const char *text, size_t offset);
/* Columns: 0, 1 or 2. */
int utf8_width(long code);

#endif
