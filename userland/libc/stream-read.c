/* Reading from streams. (POSIX fread, fgetc, getdelim) */
#include "internal.h"
#include "stream.h"
#include <stdlib.h>
#include <string.h>

/* Whether unread bytes are in the buffer, after filling it if it was empty. */
static inline int ready(FILE *stream) {
  return (stream->reading && stream->head < stream->tail) || __stream_fill(stream) > 0;
}

int fgetc(FILE *stream) {
  return ready(stream) ? stream->buffer[stream->head++] : EOF;
}

int getc(FILE *stream) {
  return fgetc(stream);
}

int getchar(void) {
  return fgetc(stdin);
}

int ungetc(int c, FILE *stream) {
  if (c == EOF || (!stream->reading && !ready(stream) && !stream->reading)) return EOF;
  if (stream->head == 0) {
    if (stream->tail == stream->size) return EOF;
    memmove(stream->buffer + 1, stream->buffer, stream->tail);
    stream->head++;
    stream->tail++;
  }
  stream->buffer[--stream->head] = (unsigned char)c;
  stream->eof = 0;
  return (unsigned char)c;
}

size_t fread(void *restrict to, size_t size, size_t count, FILE *restrict stream) {
  size_t total = size * count, done = 0;
  while (done < total && ready(stream)) {
    size_t part = stream->tail - stream->head;
    if (part > total - done) part = total - done;
    memcpy((char *)to + done, stream->buffer + stream->head, part);
    stream->head += part;
    done += part;
  }
  return size ? done / size : 0;
}

char *fgets(char *restrict to, int size, FILE *restrict stream) {
  int length = 0;
  while (length < size - 1) {
    int c = fgetc(stream);
    if (c == EOF) break;
    to[length++] = (char)c;
    if (c == '\n') break;
  }
  if (length == 0) return 0;
  to[length] = 0;
  return to;
}

ssize_t getdelim(char **restrict line, size_t *restrict capacity, int delimiter, FILE *restrict stream) {
  size_t length = 0;
  if (!*line) *capacity = 0;
  while (ready(stream)) {
    unsigned char *start = stream->buffer + stream->head;
    size_t available = stream->tail - stream->head;
    unsigned char *end = memchr(start, delimiter, available);
    size_t part = end ? (size_t)(end - start) + 1 : available;
    if (length + part + 1 > *capacity) {
      size_t wanted = length + part + 1 < 120 ? 120 : (length + part + 1) * 3 / 2;
      char *grown = realloc(*line, wanted);
      if (!grown) return -1;
      *line = grown;
      *capacity = wanted;
    }
    memcpy(*line + length, start, part);
    length += part;
    stream->head += part;
    if (end) break;
  }
  if (length == 0) return -1;
  (*line)[length] = 0;
  return (ssize_t)length;
}

ssize_t getline(char **restrict line, size_t *restrict capacity, FILE *restrict stream) {
  return getdelim(line, capacity, '\n', stream);
}
