/* Groups, from /etc/group. (POSIX <grp.h>) */
#pragma once
#include <sys/types.h>
struct group {
  char *gr_name, *gr_passwd;
  gid_t gr_gid;
  char **gr_mem;
};
struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);
int setgroups(size_t count, const gid_t *list);
