/* Basic types. Times, file sizes and inode numbers are 64 bits wide everywhere. (POSIX <sys/types.h>) */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int ssize_t;
typedef long long off_t;
typedef int pid_t;
typedef unsigned uid_t;
typedef unsigned gid_t;
typedef unsigned id_t;
typedef unsigned mode_t;
typedef unsigned long long dev_t;
typedef unsigned long long ino_t;
typedef unsigned nlink_t;
typedef long blksize_t;
typedef long long blkcnt_t;
typedef unsigned long long fsblkcnt_t;
typedef unsigned long long fsfilcnt_t;
typedef long long time_t;
typedef long suseconds_t;
typedef int clockid_t;
typedef long clock_t;
