/* Command substitution. */
#ifndef SUBSTITUTION_H
#define SUBSTITUTION_H

struct node;

/* Exit status of the last substitution: that of a command that has no name of its own. */
extern int substitution_status;

/* Runs the commands (NULL: none) in a subshell; what they write, without newlines at the end, in scratch memory. */
char *substitute_command(const struct node *node);

#endif
