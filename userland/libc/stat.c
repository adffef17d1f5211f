/* Attributes of files. The kernel's structure has times of 32 bits. (Linux/i386 struct stat64) */
#include "internal.h"
#include <bits/kernel.h>
#include <fcntl.h>
#include <sys/stat.h>

static int convert(long status, const struct kernel_stat64 *from, struct stat *to) {
  if (status < 0) return -1;
  *to = (struct stat){
      .st_dev = from->dev,
      .st_ino = from->ino,
      .st_mode = from->mode,
      .st_nlink = from->nlink,
      .st_uid = from->uid,
      .st_gid = from->gid,
      .st_rdev = from->rdev,
      .st_size = from->size,
      .st_blksize = (blksize_t)from->blksize,
      .st_blocks = (blkcnt_t)from->blocks,
      .st_atim = {(int32_t)from->atime, (long)from->atime_nsec, 0},
      .st_mtim = {(int32_t)from->mtime, (long)from->mtime_nsec, 0},
      .st_ctim = {(int32_t)from->ctime, (long)from->ctime_nsec, 0},
  };
  return 0;
}

int stat(const char *restrict path, struct stat *restrict result) {
  struct kernel_stat64 buffer;
  return convert(syscall(SYS_stat64, path, &buffer), &buffer, result);
}

int lstat(const char *restrict path, struct stat *restrict result) {
  struct kernel_stat64 buffer;
  return convert(syscall(SYS_lstat64, path, &buffer), &buffer, result);
}

int fstat(int fd, struct stat *result) {
  struct kernel_stat64 buffer;
  return convert(syscall(SYS_fstat64, fd, &buffer), &buffer, result);
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict result, int flags) {
  struct kernel_stat64 buffer;
  return convert(syscall(SYS_fstatat64, dirfd, path, &buffer, flags), &buffer, result);
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags) {
  return (int)syscall(SYS_utimensat_time64, dirfd, path, times, flags);
}

int futimens(int fd, const struct timespec times[2]) {
  return utimensat(fd, 0, times, 0);
}
