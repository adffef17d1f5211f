/*
 * Patterns (POSIX XCU 2.13): * ? [...] and backslash, which takes the meaning from the next character.
 * Text is compared byte by byte.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>

bool pattern_match(const char *pattern, const char *text, size_t length);
/* Whether it can match anything but one text. */
bool pattern_is_active(const char *pattern);

#endif
