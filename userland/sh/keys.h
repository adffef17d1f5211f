/* Keys as a terminal sends them: characters of UTF-8, control sequences (ECMA-48), pasted text. */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "draft.h"

/* Longest sequence of bytes that a key sends, as far as it is known here. */
enum { LONGEST_KEY = 8 };

/* A key as its bytes: one character of text, or a control sequence. */
struct typed {
  char bytes[LONGEST_KEY + 1];
  size_t length;
};

/* What terminals that were told so (terminal.h) send before and behind pasted text. */
#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"

/*
 * Reads a key; false at the end of input. Of a sequence that is too long, only its end is missing. If the
 * window's size changes meanwhile, resized is called.
 */
bool key_read(struct typed *typed, void (*resized)(void));
/* Whether it stands for itself. */
bool key_is_text(const struct typed *typed);
/* Reads what is pasted, to its end, and inserts it as it is, lines ended by newlines; false at the end of input. */
bool key_read_paste(struct draft *draft, void (*resized)(void));

#endif
