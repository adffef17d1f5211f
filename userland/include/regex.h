/* Regular expressions, basic and extended, leftmost and longest. (POSIX <regex.h>, with GNU's \w \W \b \B \< \> \+ \?
 * \|) */
#pragma once
#include <stddef.h>
#define REG_EXTENDED 1
#define REG_ICASE 2
#define REG_NOSUB 4
#define REG_NEWLINE 8
#define REG_NOTBOL 1
#define REG_NOTEOL 2
/* The text is [rm_so, rm_eo) of the first match entry, and may hold NUL bytes. */
#define REG_STARTEND 4

#define REG_NOMATCH 1
#define REG_BADPAT 2
#define REG_ECOLLATE 3
#define REG_ECTYPE 4
#define REG_EESCAPE 5
#define REG_ESUBREG 6
#define REG_EBRACK 7
#define REG_EPAREN 8
#define REG_EBRACE 9
#define REG_BADBR 10
#define REG_ERANGE 11
#define REG_ESPACE 12
#define REG_BADRPT 13

typedef int regoff_t;
typedef struct {
  size_t re_nsub;
  struct regex_program *program;
} regex_t;
typedef struct {
  regoff_t rm_so, rm_eo;
} regmatch_t;
int regcomp(regex_t *restrict expression, const char *restrict pattern, int flags);
int regexec(const regex_t *restrict expression, const char *restrict string, size_t count, regmatch_t *restrict matches,
            int flags);
size_t regerror(int error, const regex_t *restrict expression, char *restrict buffer, size_t size);
void regfree(regex_t *expression);
