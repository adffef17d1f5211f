/* Error numbers, as Linux/i386 numbers them. (POSIX <errno.h>) */
#pragma once
#include <bits/errno.h>
extern int errno;
#define EWOULDBLOCK EAGAIN
#define ENOTSUP EOPNOTSUPP
