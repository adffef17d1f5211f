/* Prompts: escapes like \w, then parameters and commands. */
#ifndef PROMPT_H
#define PROMPT_H

#include <stdbool.h>

/* Gives PS1 its default. */
void prompt_begin(void);
/* The prompt for a command's first line (PS1) or its others (PS2); valid until the next call. */
const char *prompt_text(bool first);
/* Expands parameters, commands and arithmetic in a text that comes from a variable; in scratch memory. */
char *prompt_expand(const char *text);

#endif
