/* The working directory: cd, pwd, PWD. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

/* Takes PWD from the environment if it is right, else from the system. */
void directory_begin(void);

int builtin_cd(int argc, char **argv);
int builtin_pwd(int argc, char **argv);

#endif
