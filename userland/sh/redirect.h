/*
 * Redirections. Those of a command that runs in the shell itself are undone behind it: the descriptors that
 * they replace are kept as copies from 10 up.
 */
#ifndef REDIRECT_H
#define REDIRECT_H

#include <stdbool.h>

#include "syntax.h"

/* Performs redirections for good. Fails with a message. */
void redirect_perform(const struct redirect *redirects);
/* Performs them until redirect_undo. Fails with a message; what was done is then undone by the catcher. */
void redirect_begin(const struct redirect *redirects);
/* The same, but that a file cannot be opened is caught: false, with status 2. */
bool redirect_try(const struct redirect *redirects);
int redirect_depth(void);
/* Undoes all levels above this depth. */
void redirect_undo(int depth);
/* Makes the innermost level permanent (exec). */
void redirect_keep(void);
/* Where a descriptor was before the innermost level replaced it. */
int redirect_outer(int fd);
/* In a forked shell: the copies belong to the parent. */
void redirect_forget(void);

/* Moves a descriptor of the shell's own out of the way of scripts, to be closed by exec. Returns it, or -1. */
int private_descriptor(int fd);

#endif
