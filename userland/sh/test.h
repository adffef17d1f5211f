/* The builtin test, also called [. */
#ifndef TEST_H
#define TEST_H

int builtin_test(int argc, char **argv);

#endif
