/* Arithmetic expressions (POSIX XCU 2.6.4): C's operators over 64-bit numbers. */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

/* Evaluates an expression, which may assign variables; fails with a message. */
long long arithmetic(const char *expression);

#endif
