/* Buffered streams and formatted input and output. (POSIX <stdio.h>) */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 8192
#define FILENAME_MAX 4096
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

typedef struct stream FILE;
extern FILE *const stdin, *const stdout, *const stderr;

FILE *fopen(const char *restrict path, const char *restrict mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream);
/* A stream that writes to memory; the buffer is current after fflush or fclose. */
FILE *open_memstream(char **buffer, size_t *size);
int fclose(FILE *stream);
int fflush(FILE *stream);
int setvbuf(FILE *restrict stream, char *restrict buffer, int mode, size_t size);
void setbuf(FILE *restrict stream, char *restrict buffer);
void setlinebuf(FILE *stream);
int fileno(FILE *stream);
int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);

size_t fread(void *restrict to, size_t size, size_t count, FILE *restrict stream);
size_t fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict stream);
int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
int ungetc(int c, FILE *stream);
char *fgets(char *restrict to, int size, FILE *restrict stream);
ssize_t getline(char **restrict line, size_t *restrict capacity, FILE *restrict stream);
ssize_t getdelim(char **restrict line, size_t *restrict capacity, int delimiter, FILE *restrict stream);
int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *restrict s, FILE *restrict stream);
int puts(const char *s);
int fseek(FILE *stream, long offset, int whence);
int fseeko(FILE *stream, off_t offset, int whence);
long ftell(FILE *stream);
off_t ftello(FILE *stream);
void rewind(FILE *stream);

#define PRINTF_LIKE(text, first) __attribute__((__format__(__printf__, text, first)))
#define SCANF_LIKE(text, first) __attribute__((__format__(__scanf__, text, first)))
int printf(const char *restrict format, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *restrict stream, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int dprintf(int fd, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int sprintf(char *restrict to, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int snprintf(char *restrict to, size_t size, const char *restrict format, ...) PRINTF_LIKE(3, 4);
int asprintf(char **to, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int vprintf(const char *restrict format, va_list arguments) PRINTF_LIKE(1, 0);
int vfprintf(FILE *restrict stream, const char *restrict format, va_list arguments) PRINTF_LIKE(2, 0);
int vdprintf(int fd, const char *restrict format, va_list arguments) PRINTF_LIKE(2, 0);
int vsprintf(char *restrict to, const char *restrict format, va_list arguments) PRINTF_LIKE(2, 0);
int vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list arguments) PRINTF_LIKE(3, 0);
int vasprintf(char **to, const char *restrict format, va_list arguments) PRINTF_LIKE(2, 0);
int scanf(const char *restrict format, ...) SCANF_LIKE(1, 2);
int fscanf(FILE *restrict stream, const char *restrict format, ...) SCANF_LIKE(2, 3);
int sscanf(const char *restrict s, const char *restrict format, ...) SCANF_LIKE(2, 3);
int vfscanf(FILE *restrict stream, const char *restrict format, va_list arguments) SCANF_LIKE(2, 0);
int vsscanf(const char *restrict s, const char *restrict format, va_list arguments) SCANF_LIKE(2, 0);

void perror(const char *prefix);
int remove(const char *path);
int rename(const char *from, const char *to);
