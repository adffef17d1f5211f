/* ulimit, umask, times. */
#ifndef SHELL_LIMITS_H
#define SHELL_LIMITS_H

int builtin_ulimit(int argc, char **argv);
int builtin_umask(int argc, char **argv);
int builtin_times(int argc, char **argv);

#endif
