/* Buffered streams: opening, filling, draining, positions. (POSIX <stdio.h>) */
#include "stream.h"
#include "internal.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct stream standard_error = {.fd = 2, .mode = _IONBF, .writable = 1};
static struct stream standard_output = {.fd = 1, .mode = UNDECIDED, .writable = 1, .next = &standard_error};
static struct stream standard_input = {.fd = 0, .mode = UNDECIDED, .readable = 1, .next = &standard_output};
FILE *const stdin = &standard_input, *const stdout = &standard_output, *const stderr = &standard_error;
static struct stream *streams = &standard_input;

static int decide_buffer(FILE *stream) {
  if (stream->mode == UNDECIDED) stream->mode = stream->writable && isatty(stream->fd) ? _IOLBF : _IOFBF;
  if (stream->buffer) return 1;
  stream->size = BUFSIZ;
  stream->buffer = malloc(BUFSIZ);
  stream->own_buffer = 1;
  if (!stream->buffer) stream->error = 1;
  return stream->buffer != 0;
}

static int drain_memory(FILE *stream) {
  char *grown = realloc(*stream->memory, stream->memory_length + stream->tail + 1);
  if (!grown) return EOF;
  memcpy(grown + stream->memory_length, stream->buffer, stream->tail);
  stream->memory_length += stream->tail;
  grown[stream->memory_length] = 0;
  *stream->memory = grown;
  *stream->memory_size = stream->memory_length;
  stream->tail = 0;
  return 0;
}

int __stream_drain(FILE *stream) {
  if (stream->memory) return drain_memory(stream);
  size_t done = 0;
  while (done < stream->tail) {
    ssize_t written = write(stream->fd, stream->buffer + done, stream->tail - done);
    if (written < 0) {
      stream->error = 1;
      stream->tail = 0;
      return EOF;
    }
    done += (size_t)written;
  }
  stream->tail = 0;
  return 0;
}

size_t __stream_fill(FILE *stream) {
  if (stream->writing) {
    __stream_drain(stream);
    stream->writing = 0;
  }
  if (!stream->readable || !decide_buffer(stream)) {
    errno = EBADF;
    stream->error = 1;
    return 0;
  }
  /* A prompt must be seen before its answer is read. */
  if (stream == stdin && stdout->writing && stdout->mode == _IOLBF) fflush(stdout);
  stream->reading = 1;
  stream->head = stream->tail = 0;
  ssize_t count = read(stream->fd, stream->buffer, stream->mode == _IONBF ? 1 : stream->size);
  if (count <= 0) {
    if (count < 0) stream->error = 1;
    else stream->eof = 1;
    return 0;
  }
  stream->tail = (size_t)count;
  return stream->tail;
}

/* Gives unread input back to the file, if it has positions. */
static void unread(FILE *stream) {
  if (stream->reading && stream->head < stream->tail)
    lseek(stream->fd, -(off_t)(stream->tail - stream->head), SEEK_CUR);
  stream->reading = 0;
  stream->head = stream->tail = 0;
}

int __stream_begin_write(FILE *stream) {
  if (stream->reading) unread(stream);
  if (!stream->writable || !decide_buffer(stream)) {
    errno = EBADF;
    stream->error = 1;
    return 0;
  }
  stream->writing = 1;
  return 1;
}

int fflush(FILE *stream) {
  if (!stream) {
    int result = 0;
    for (FILE *each = streams; each; each = each->next)
      if (each->writing && __stream_drain(each)) result = EOF;
    return result;
  }
  if (stream->writing || stream->memory) return __stream_drain(stream);
  unread(stream);
  return 0;
}

void __flush_streams(void) {
  fflush(0);
}

static FILE *new_stream(int fd, const char *mode) {
  FILE *stream = calloc(1, sizeof *stream);
  if (!stream) return 0;
  int both = strchr(mode, '+') != 0;
  stream->fd = fd;
  stream->mode = UNDECIDED;
  stream->readable = *mode == 'r' || both;
  stream->writable = *mode != 'r' || both;
  stream->append = *mode == 'a';
  stream->next = streams;
  streams = stream;
  return stream;
}

static int mode_flags(const char *mode) {
  int access = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
  int creation = *mode == 'w' ? O_CREAT | O_TRUNC : *mode == 'a' ? O_CREAT | O_APPEND : 0;
  return access | creation | (strchr(mode, 'e') ? O_CLOEXEC : 0) | (strchr(mode, 'x') ? O_EXCL : 0);
}

FILE *fdopen(int fd, const char *mode) {
  return new_stream(fd, mode);
}

FILE *fopen(const char *restrict path, const char *restrict mode) {
  int fd = open(path, mode_flags(mode), 0666);
  if (fd < 0) return 0;
  FILE *stream = new_stream(fd, mode);
  if (!stream) close(fd);
  return stream;
}

FILE *open_memstream(char **buffer, size_t *size) {
  FILE *stream = new_stream(-1, "w");
  if (!stream) return 0;
  stream->mode = _IOFBF;
  stream->memory = buffer;
  stream->memory_size = size;
  *buffer = 0;
  if (drain_memory(stream)) {
    fclose(stream);
    return 0;
  }
  return stream;
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream) {
  fflush(stream);
  int fd = open(path, mode_flags(mode), 0666);
  if (fd < 0) return 0;
  if (dup2(fd, stream->fd) < 0) return 0;
  close(fd);
  stream->eof = stream->error = stream->reading = stream->writing = 0;
  stream->readable = *mode == 'r' || strchr(mode, '+') != 0;
  stream->writable = *mode != 'r' || strchr(mode, '+') != 0;
  return stream;
}

int fclose(FILE *stream) {
  int result = fflush(stream);
  if (stream->error) result = EOF;
  for (FILE **link = &streams; *link; link = &(*link)->next)
    if (*link == stream) {
      *link = stream->next;
      break;
    }
  if (stream->fd >= 0 && close(stream->fd)) result = EOF;
  if (stream->own_buffer) free(stream->buffer);
  stream->buffer = 0;
  stream->fd = -1;
  if (stream != stdin && stream != stdout && stream != stderr) free(stream);
  return result;
}

int setvbuf(FILE *restrict stream, char *restrict buffer, int mode, size_t size) {
  if (buffer && size && !stream->buffer) {
    stream->buffer = (unsigned char *)buffer;
    stream->size = size;
  }
  stream->mode = (signed char)mode;
  return 0;
}

void setbuf(FILE *restrict stream, char *restrict buffer) {
  setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *stream) {
  setvbuf(stream, 0, _IOLBF, 0);
}

int fileno(FILE *stream) {
  return stream->fd;
}

int feof(FILE *stream) {
  return stream->eof;
}

int ferror(FILE *stream) {
  return stream->error;
}

void clearerr(FILE *stream) {
  stream->eof = stream->error = 0;
}

int fseeko(FILE *stream, off_t offset, int whence) {
  if (fflush(stream)) return -1;
  stream->writing = 0;
  if (lseek(stream->fd, offset, whence) < 0) return -1;
  stream->eof = 0;
  return 0;
}

int fseek(FILE *stream, long offset, int whence) {
  return fseeko(stream, offset, whence);
}

off_t ftello(FILE *stream) {
  off_t position = lseek(stream->fd, 0, SEEK_CUR);
  if (position < 0) return -1;
  if (stream->reading) position -= (off_t)(stream->tail - stream->head);
  if (stream->writing) position += (off_t)stream->tail;
  return position;
}

long ftell(FILE *stream) {
  return (long)ftello(stream);
}

void rewind(FILE *stream) {
  fseeko(stream, 0, SEEK_SET);
  stream->error = 0;
}
