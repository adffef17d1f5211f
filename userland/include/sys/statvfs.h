/* What is known about a file system. (POSIX <sys/statvfs.h>) */
#pragma once
#include <sys/types.h>
struct statvfs {
  unsigned long f_bsize, f_frsize;
  fsblkcnt_t f_blocks, f_bfree, f_bavail;
  fsfilcnt_t f_files, f_ffree, f_favail;
  unsigned long f_flag, f_namemax;
};
int statvfs(const char *restrict path, struct statvfs *restrict result);
