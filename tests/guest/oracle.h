/* For programs that run on a Linux host too, whose output there is what must come inside. Results are values or errno
 * numbers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Prints a call and what came of it: its value, or the error. */
#define RESULT(call)                                         \
  do {                                                       \
    errno = 0;                                               \
    long value = (long)(call);                               \
    if (value == -1) printf("%s: error %d\n", #call, errno); \
    else printf("%s: %ld\n", #call, value);                  \
    fflush(stdout);                                          \
  } while (0)

/* The same for calls that open something, which is closed again: which number it got does not matter. */
#define OPENS(call)                                      \
  do {                                                   \
    errno = 0;                                           \
    int fd_ = (call);                                    \
    if (fd_ < 0) printf("%s: error %d\n", #call, errno); \
    else printf("%s: opened\n", #call);                  \
    fflush(stdout);                                      \
    if (fd_ >= 0) close(fd_);                            \
  } while (0)
