/* Names in the file system: links, directories, owners, the working directory. (POSIX <unistd.h>, <sys/stat.h>,
 * <libgen.h>) */
#include "internal.h"
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int faccessat(int dirfd, const char *path, int mode, int flags) {
  if (!flags) return (int)syscall(SYS_faccessat, dirfd, path, mode);
  return (int)syscall(SYS_faccessat2, dirfd, path, mode, flags);
}

int access(const char *path, int mode) {
  return faccessat(AT_FDCWD, path, mode, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int link(const char *from, const char *to) {
  return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int dirfd, const char *path) {
  return (int)syscall(SYS_symlinkat, target, dirfd, path);
}

int symlink(const char *target, const char *path) {
  return symlinkat(target, AT_FDCWD, path);
}

ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buffer, size_t size) {
  return syscall(SYS_readlinkat, dirfd, path, buffer, size);
}

ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size) {
  return readlinkat(AT_FDCWD, path, buffer, size);
}

int unlinkat(int dirfd, const char *path, int flags) {
  return (int)syscall(SYS_unlinkat, dirfd, path, flags);
}

int unlink(const char *path) {
  return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path) {
  return unlink(path) && errno == EISDIR ? rmdir(path) : 0;
}

int rename(const char *from, const char *to) {
  return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdirat(int dirfd, const char *path, mode_t mode) {
  return (int)syscall(SYS_mkdirat, dirfd, path, mode);
}

int mkdir(const char *path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t device) {
  return (int)syscall(SYS_mknodat, dirfd, path, mode, (unsigned)device);
}

int mknod(const char *path, mode_t mode, dev_t device) {
  return mknodat(AT_FDCWD, path, mode, device);
}

int mkfifo(const char *path, mode_t mode) {
  return mknod(path, mode | S_IFIFO, 0);
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags) {
  if (flags) {
    errno = flags == AT_SYMLINK_NOFOLLOW ? EOPNOTSUPP : EINVAL;
    return -1;
  }
  return (int)syscall(SYS_fchmodat, dirfd, path, mode);
}

int chmod(const char *path, mode_t mode) {
  return fchmodat(AT_FDCWD, path, mode, 0);
}

int fchmod(int fd, mode_t mode) {
  return (int)syscall(SYS_fchmod, fd, mode);
}

int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags) {
  return (int)syscall(SYS_fchownat, dirfd, path, uid, gid, flags);
}

int chown(const char *path, uid_t uid, gid_t gid) {
  return fchownat(AT_FDCWD, path, uid, gid, 0);
}

int lchown(const char *path, uid_t uid, gid_t gid) {
  return fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t uid, gid_t gid) {
  return (int)syscall(SYS_fchown32, fd, uid, gid);
}

mode_t umask(mode_t mask) {
  return (mode_t)__syscall(SYS_umask, mask);
}

int chdir(const char *path) {
  return (int)syscall(SYS_chdir, path);
}

int fchdir(int fd) {
  return (int)syscall(SYS_fchdir, fd);
}

int chroot(const char *path) {
  return (int)syscall(SYS_chroot, path);
}

/* With a null buffer the result is allocated, as GNU does. */
char *getcwd(char *buffer, size_t size) {
  char own[PATH_MAX];
  if (syscall(SYS_getcwd, buffer ? buffer : own, buffer ? size : sizeof own) < 0) return 0;
  return buffer ? buffer : strdup(own);
}

char *basename(char *path) {
  size_t length = strlen(path);
  if (!length) return ".";
  while (length > 1 && path[length - 1] == '/') path[--length] = 0;
  char *slash = strrchr(path, '/');
  return slash && slash[1] ? slash + 1 : path;
}

char *dirname(char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  while (length && path[length - 1] != '/') length--;
  while (length > 1 && path[length - 1] == '/') length--;
  if (!length) return ".";
  path[length] = 0;
  return path;
}

/* Replaces the XXXXXX at the end of the pattern by something new until `make` does not find it existing. */
static int unique(char *pattern, int (*make)(const char *path)) {
  size_t length = strlen(pattern);
  if (length < 6 || strcmp(pattern + length - 6, "XXXXXX")) {
    errno = EINVAL;
    return -1;
  }
  static unsigned serial;
  unsigned value = (unsigned)getpid() * 2654435761u;
  for (int tries = 0; tries < 1000; tries++) {
    unsigned rest = value + serial++ * 40503u;
    for (int i = 1; i <= 6; i++, rest /= 36)
      pattern[length - (size_t)i] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
    int result = make(pattern);
    if (result >= 0 || errno != EEXIST) return result;
  }
  return -1;
}

static int make_file(const char *path) {
  return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int make_directory(const char *path) {
  return mkdir(path, 0700);
}

int mkstemp(char *pattern) {
  return unique(pattern, make_file);
}

char *mkdtemp(char *pattern) {
  return unique(pattern, make_directory) < 0 ? 0 : pattern;
}
