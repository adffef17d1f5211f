/*
 * Where the lexer's characters come from: a stack of sources (text, a descriptor, a terminal, an alias).
 * Beneath: read, lseek; the line editor for terminals.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct alias;

enum { END_OF_INPUT = -1 };

/* A source is also an end: the reader sees END_OF_INPUT at its end, not what is beneath it. */
void input_push_text(const char *text, int line);
/* Reads a script; takes the descriptor over and closes it when popped. */
void input_push_file(int fd);
/* Reads standard input, never further than the line in work, so that commands can read on from there. */
void input_push_stdin(void);
/* An alias is no end: behind it the reader goes on with the source beneath. */
void input_push_alias(struct alias *alias);
void input_pop(void);

int input_depth(void);
void input_unwind(int depth);

int input_get(void);
/* Puts the last character back, then perhaps the one before it. */
void input_unget(int c);
/* Lines read so far in the current source, counted from 1. */
int input_line(void);
/* Whether the current source is text that has been read to its end. */
bool input_exhausted(void);
/* Forgets what is left of the current line, after an error or an interrupt. */
void input_discard(void);
/* True once after an alias that ends in a blank has been read: the next word may be an alias too. */
bool input_alias_continues(void);
/* Aliases are in use, and not replaced again, until the token behind their last one begins: then this is called. */
void input_release_aliases(void);
/* A terminal's next line is the first of a command: PS1; those behind it get PS2. */
void input_prompt_first(void);
/* In a forked shell: close the descriptors of the scripts being read. */
void input_close_files(void);
/* A script that is read from this descriptor is read from another one from now on: a redirection wants it. */
void input_make_way(int fd);

/*
 * Reads a line or a piece of at most size bytes from a descriptor that others read too: nothing behind the
 * newline is consumed. Returns the length, 0 at the end, -1 with errno on an error.
 */
long read_shared_line(int fd, char *bytes, size_t size);

#endif
