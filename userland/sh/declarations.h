/* export, readonly, local, unset. */
#ifndef DECLARATIONS_H
#define DECLARATIONS_H

int builtin_export(int argc, char **argv); /* and readonly */
int builtin_local(int argc, char **argv);
int builtin_unset(int argc, char **argv);

#endif
