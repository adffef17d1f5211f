/* The printf family: streams, descriptors, arrays. (POSIX fprintf, dprintf; asprintf as in GNU) */
#include "format.h"
#include "internal.h"
#include "stream.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put_stream(struct sink *sink, const char *bytes, size_t size) {
  fwrite(bytes, 1, size, sink->target);
}

static void put_array(struct sink *sink, const char *bytes, size_t size) {
  size_t at = (size_t)sink->count;
  if (at >= sink->room) return;
  memcpy((char *)sink->target + at, bytes, size < sink->room - at ? size : sink->room - at);
}

int vfprintf(FILE *restrict stream, const char *restrict format, va_list arguments) {
  struct sink sink = {.put = put_stream, .target = stream};
  /* A message on an unbuffered stream is still one write, so that messages of several processes do not mix. */
  int unbuffered = stream->mode == _IONBF;
  if (unbuffered) stream->mode = _IOFBF;
  int failed = stream->error;
  stream->error = 0;
  __format(&sink, format, arguments);
  if (unbuffered) {
    stream->mode = _IONBF;
    if (stream->writing) __stream_drain(stream);
  }
  int result = stream->error ? -1 : sink.count;
  stream->error |= (unsigned char)failed;
  return result;
}

int vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list arguments) {
  struct sink sink = {.put = put_array, .target = to, .room = size ? size - 1 : 0};
  __format(&sink, format, arguments);
  if (size) to[(size_t)sink.count < size ? (size_t)sink.count : size - 1] = 0;
  return sink.count;
}

int vsprintf(char *restrict to, const char *restrict format, va_list arguments) {
  return vsnprintf(to, INT_MAX, format, arguments);
}

int vasprintf(char **to, const char *restrict format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(0, 0, format, again);
  va_end(again);
  *to = malloc((size_t)length + 1);
  return *to ? vsprintf(*to, format, arguments) : -1;
}

int vdprintf(int fd, const char *restrict format, va_list arguments) {
  char *text;
  int length = vasprintf(&text, format, arguments);
  if (length < 0) return -1;
  ssize_t written = write(fd, text, (size_t)length);
  free(text);
  return written < 0 ? -1 : length;
}

int vprintf(const char *restrict format, va_list arguments) {
  return vfprintf(stdout, format, arguments);
}

int printf(const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vfprintf(stdout, format, arguments));
}

int fprintf(FILE *restrict stream, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vfprintf(stream, format, arguments));
}

int dprintf(int fd, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vdprintf(fd, format, arguments));
}

int sprintf(char *restrict to, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vsprintf(to, format, arguments));
}

int snprintf(char *restrict to, size_t size, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vsnprintf(to, size, format, arguments));
}

int asprintf(char **to, const char *restrict format, ...) {
  WITH_ARGUMENTS(format, vasprintf(to, format, arguments));
}
