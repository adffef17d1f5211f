/* The builtin read. */
#ifndef READ_H
#define READ_H

int builtin_read(int argc, char **argv);

#endif
