/* Descriptors: opening, transfer, positions, duplication. (POSIX <unistd.h>, <fcntl.h>, <poll.h>) */
#include "internal.h"
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <unistd.h>

int openat(int dirfd, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return (int)syscall(SYS_openat, dirfd, path, flags | O_LARGEFILE, mode);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
  return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return (int)syscall(SYS_fcntl64, fd, command, argument);
}

ssize_t read(int fd, void *buffer, size_t size) {
  return syscall(SYS_read, fd, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size) {
  return syscall(SYS_write, fd, buffer, size);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset) {
  return syscall(SYS_pread64, fd, buffer, size, LOW(offset), HIGH(offset));
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset) {
  return syscall(SYS_pwrite64, fd, buffer, size, LOW(offset), HIGH(offset));
}

int close(int fd) {
  return (int)syscall(SYS_close, fd);
}

off_t lseek(int fd, off_t offset, int whence) {
  off_t result;
  return syscall(SYS_llseek, fd, HIGH(offset), LOW(offset), &result, whence) < 0 ? -1 : result;
}

int dup(int fd) {
  return (int)syscall(SYS_dup, fd);
}

int dup2(int from, int to) {
  return (int)syscall(SYS_dup2, from, to);
}

int dup3(int from, int to, int flags) {
  return (int)syscall(SYS_dup3, from, to, flags);
}

int pipe2(int fds[2], int flags) {
  return (int)syscall(SYS_pipe2, fds, flags);
}

int pipe(int fds[2]) {
  return pipe2(fds, 0);
}

int fsync(int fd) {
  return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
  return (int)syscall(SYS_fdatasync, fd);
}

void sync(void) {
  __syscall(SYS_sync);
}

int ftruncate(int fd, off_t length) {
  return (int)syscall(SYS_ftruncate64, fd, LOW(length), HIGH(length));
}

int truncate(const char *path, off_t length) {
  return (int)syscall(SYS_truncate64, path, LOW(length), HIGH(length));
}

int poll(struct pollfd *fds, nfds_t count, int milliseconds) {
  return (int)syscall(SYS_poll, fds, count, milliseconds);
}
