/* The line editor. */
#ifndef EDITOR_H
#define EDITOR_H

/*
 * Reads a line from standard input, with editing if it is a terminal that allows it. Returns the line with
 * its newline, valid until the next call, or NULL at the end of input. Ctrl-C raises an interrupt.
 */
const char *editor_read_line(const char *prompt);

#endif
