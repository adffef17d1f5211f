/* A guard against recursion that would run the shell out of stack. */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>

/* Called by main: the stack begins here. */
void stack_begin(const void *address);
/* True when little is left of the stack. */
bool stack_low(void);

#endif
