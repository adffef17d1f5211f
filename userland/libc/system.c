/* Names and parameters of the system. (POSIX uname, sysconf) */
#include "internal.h"
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

int uname(struct utsname *result) {
  return (int)syscall(SYS_uname, result);
}

int gethostname(char *name, size_t size) {
  struct utsname names;
  if (uname(&names)) return -1;
  strlcpy(name, names.nodename, size);
  return 0;
}

int sethostname(const char *name, size_t size) {
  return (int)syscall(SYS_sethostname, name, size);
}

int getpagesize(void) {
  return 4096;
}

long sysconf(int name) {
  struct rlimit limit;
  switch (name) {
    case _SC_CLK_TCK: return 100;
    case _SC_PAGESIZE: return 4096;
    case _SC_NPROCESSORS_ONLN: return 1;
    case _SC_OPEN_MAX: return getrlimit(RLIMIT_NOFILE, &limit) ? 1024 : (long)limit.rlim_cur;
  }
  errno = EINVAL;
  return -1;
}
