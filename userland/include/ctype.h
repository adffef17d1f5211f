/* Character classes of the C locale: bytes above 127 belong to none. (ISO C 7.4) */
#pragma once
int isalnum(int c);
int isalpha(int c);
int isblank(int c);
int iscntrl(int c);
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
int toupper(int c);
/* The class named as in POSIX brackets ("alpha", `length` bytes long), or a null pointer. */
int (*__class_named(const char *name, int length))(int);
