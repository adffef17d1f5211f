/* Builtins that change the flow of control. */
#ifndef CONTROL_H
#define CONTROL_H

int builtin_break(int argc, char **argv); /* and continue */
int builtin_return(int argc, char **argv);
int builtin_exit(int argc, char **argv);
int builtin_eval(int argc, char **argv);
int builtin_dot(int argc, char **argv);
int builtin_exec(int argc, char **argv);
int builtin_command(int argc, char **argv);

#endif
