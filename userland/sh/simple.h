/* Simple commands: expansion, assignments, redirections, and the call of what the name stands for. */
#ifndef SIMPLE_H
#define SIMPLE_H

#include "syntax.h"

void execute_simple(const struct node *node, unsigned flags);

#endif
