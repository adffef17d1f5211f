/* echo and printf. */
#ifndef PRINTING_H
#define PRINTING_H

int builtin_echo(int argc, char **argv);
int builtin_printf(int argc, char **argv);

#endif
