/* Numbers in arguments. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>

/* A decimal number without sign; fails with "Illegal number". */
int parse_number(const char *text);
bool is_number(const char *text);
/* A C constant (decimal, octal, hexadecimal) with sign and blanks around; fails with "Illegal number". */
long long parse_integer(const char *text, int base);

#endif
