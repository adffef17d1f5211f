/* A buffered stream. While reading, [head, tail) of the buffer is unread; while writing, [0, tail) is unwritten. */
#pragma once
#include <stdio.h>

struct stream {
  int fd;
  /* _IOFBF, _IOLBF, _IONBF, or UNDECIDED until the first transfer. */
  signed char mode;
  unsigned char reading, writing, eof, error, append, readable, writable, own_buffer;
  unsigned char *buffer;
  size_t size, head, tail;
  /* Of open_memstream: where the user sees the buffer and its length. */
  char **memory;
  size_t *memory_size;
  size_t memory_length;
  /* All open streams are in a list, for exit and fflush(0). */
  struct stream *next;
};

#define UNDECIDED (-1)

/* Fills the empty buffer; number of bytes, 0 at the end or an error. */
size_t __stream_fill(FILE *stream);
/* Makes room for a byte to write; false after an error. */
int __stream_begin_write(FILE *stream);
int __stream_drain(FILE *stream);
