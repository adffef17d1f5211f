/* The actions of find's expressions that run nothing. */
#include "find.h"
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

int do_print(const struct node *node, const struct visit *visit) {
  fprintf(node->output, "%s%c", visit->path, (int)node->number);
  return 1;
}

int do_prune(const struct node *node, const struct visit *visit) {
  prune = 1;
  return test_true(node, visit);
}

int do_quit(const struct node *node, const struct visit *visit) {
  quit = 1;
  return test_true(node, visit);
}

int do_delete(const struct node *node, const struct visit *visit) {
  (void)node;
  if (strcmp(visit->path, ".") == 0) return 1;
  if (unlinkat(AT_FDCWD, visit->here, S_ISDIR(visit->info->st_mode) ? AT_REMOVEDIR : 0) == 0) return 1;
  complain_errno("cannot delete %s", quoted(visit->path));
  status = 1;
  return 0;
}

int do_list(const struct node *node, const struct visit *visit) {
  const struct stat *info = visit->info;
  const struct passwd *user = getpwuid(info->st_uid);
  const struct group *group = getgrgid(info->st_gid);
  char mode[11], date[32], user_id[16], group_id[16];
  mode_text(info->st_mode, mode);
  sprintf(user_id, "%u", (unsigned)info->st_uid);
  sprintf(group_id, "%u", (unsigned)info->st_gid);
  /* The time of the day for the last half year, the year otherwise. */
  long long age = now - info->st_mtime;
  strftime(date, sizeof date, age >= 0 && age < 15778476 ? "%b %e %H:%M" : "%b %e  %Y", localtime(&info->st_mtime));
  char *link = link_text(visit);
  fprintf(node->output, "%9llu %6llu %s %3lu %-8s %-8s %8lld %s %s%s%s\n", (unsigned long long)info->st_ino,
          ((unsigned long long)info->st_blocks + 1) / 2, mode, (unsigned long)info->st_nlink,
          user ? user->pw_name : user_id, group ? group->gr_name : group_id, (long long)info->st_size, date,
          visit->path, *link ? " -> " : "", link);
  free(link);
  return 1;
}
