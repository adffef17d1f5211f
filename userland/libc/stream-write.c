/* Writing to streams. (POSIX fwrite, fputc, fputs) */
#include "internal.h"
#include "stream.h"
#include <string.h>

size_t fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict stream) {
  size_t total = size * count, done = 0;
  if (!total || !__stream_begin_write(stream)) return 0;
  while (done < total) {
    size_t part = stream->size - stream->tail;
    if (part > total - done) part = total - done;
    memcpy(stream->buffer + stream->tail, (const char *)from + done, part);
    stream->tail += part;
    done += part;
    if (stream->tail == stream->size && __stream_drain(stream)) return done / size;
  }
  int flush = stream->mode == _IONBF || (stream->mode == _IOLBF && memchr(from, '\n', total));
  if (flush && __stream_drain(stream)) return 0;
  return count;
}

int fputc(int c, FILE *stream) {
  if (!stream->writing && !__stream_begin_write(stream)) return EOF;
  stream->buffer[stream->tail++] = (unsigned char)c;
  int flush = stream->tail == stream->size || (stream->mode != _IOFBF && (stream->mode == _IONBF || c == '\n'));
  return flush && __stream_drain(stream) ? EOF : (unsigned char)c;
}

int putc(int c, FILE *stream) {
  return fputc(c, stream);
}

int putchar(int c) {
  return fputc(c, stdout);
}

int fputs(const char *restrict s, FILE *restrict stream) {
  size_t length = strlen(s);
  return fwrite(s, 1, length, stream) == length ? 0 : EOF;
}

int puts(const char *s) {
  return fputs(s, stdout) || fputc('\n', stdout) == EOF ? EOF : 0;
}

void perror(const char *prefix) {
  const char *message = strerror(errno);
  if (prefix && *prefix) fprintf(stderr, "%s: %s\n", prefix, message);
  else fprintf(stderr, "%s\n", message);
}
