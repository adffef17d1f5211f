/* Space of file systems. (Linux/i386 struct statfs64) */
#include "internal.h"
#include <bits/kernel.h>
#include <sys/statvfs.h>

int statvfs(const char *restrict path, struct statvfs *restrict result) {
  struct kernel_statfs64 buffer;
  if (syscall(SYS_statfs64, path, sizeof buffer, &buffer) < 0) return -1;
  *result = (struct statvfs){
      .f_bsize = buffer.bsize,
      .f_frsize = buffer.frsize ? buffer.frsize : buffer.bsize,
      .f_blocks = buffer.blocks,
      .f_bfree = buffer.bfree,
      .f_bavail = buffer.bavail,
      .f_files = buffer.files,
      .f_ffree = buffer.ffree,
      .f_favail = buffer.ffree,
      .f_flag = buffer.flags,
      .f_namemax = buffer.namelen,
  };
  return 0;
}
