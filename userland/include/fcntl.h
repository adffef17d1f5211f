/* Opening files and controlling descriptors. (POSIX <fcntl.h>, values of Linux/i386) */
#pragma once
#include <bits/fcntl.h>
#include <sys/types.h>

#define AT_FDCWD (-100)

/* Packed as the kernel's struct flock64 on i386. */
struct flock {
  short l_type, l_whence;
  off_t l_start, l_len;
  pid_t l_pid;
} __attribute__((packed, aligned(4)));

int open(const char *path, int flags, ...);
int openat(int dirfd, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);
