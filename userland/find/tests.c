/* The tests of find's expressions. */
#include "find.h"
#include <errno.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static int compare(const struct node *node, long long value) {
  return node->sign < 0 ? value < node->number : node->sign > 0 ? value > node->number : value == node->number;
}

int test_true(const struct node *node, const struct visit *visit) {
  (void)node, (void)visit;
  return 1;
}

int test_false(const struct node *node, const struct visit *visit) {
  return !test_true(node, visit);
}

/* A pattern has nothing to do with slashes at the end of a starting point. */
int test_name(const struct node *node, const struct visit *visit) {
  char *name = last_component(visit->name);
  int result = fnmatch(node->text, name, (int)node->number) == 0;
  free(name);
  return result;
}

int test_path(const struct node *node, const struct visit *visit) {
  return fnmatch(node->text, visit->path, (int)node->number) == 0;
}

char *link_text(const struct visit *visit) {
  if (!S_ISLNK(visit->info->st_mode)) return must_strdup("");
  for (size_t size = 256;; size *= 2) {
    char *text = must_malloc(size);
    ssize_t length = readlink(visit->here, text, size);
    if (length < (ssize_t)size) {
      text[length < 0 ? 0 : length] = 0;
      return text;
    }
    free(text);
  }
}

int test_link_text(const struct node *node, const struct visit *visit) {
  char *text = link_text(visit);
  int result = S_ISLNK(visit->info->st_mode) && fnmatch(node->text, text, (int)node->number) == 0;
  free(text);
  return result;
}

char type_letter(mode_t mode) {
  char text[11];
  mode_text(mode, text);
  return text[0] == '-' ? 'f' : text[0];
}

char target_type(const struct visit *visit) {
  struct stat info;
  if (!S_ISLNK(visit->info->st_mode)) return type_letter(visit->info->st_mode);
  if (stat(visit->here, &info) == 0) return type_letter(info.st_mode);
  return errno == ENOENT || errno == ENOTDIR ? 'N' : errno == ELOOP ? 'L' : '?';
}

int test_type(const struct node *node, const struct visit *visit) {
  return strchr(node->text, type_letter(visit->info->st_mode)) != 0;
}

/* What lies on the other side of -type: behind links, or with -L the link itself. */
int test_target_type(const struct node *node, const struct visit *visit) {
  struct stat link;
  if (walk_options.follow_links > 0 && lstat(visit->here, &link) == 0)
    return strchr(node->text, type_letter(link.st_mode)) != 0;
  char type = target_type(visit);
  return strchr(node->text, type == 'N' || type == 'L' ? 'l' : type) != 0;
}

int test_size(const struct node *node, const struct visit *visit) {
  return compare(node, (visit->info->st_size + node->unit - 1) / node->unit);
}

const struct timespec *time_of(const struct stat *info, char which) {
  return which == 'a' ? &info->st_atim : which == 'c' ? &info->st_ctim : &info->st_mtim;
}

int test_newer(const struct node *node, const struct visit *visit) {
  const struct timespec *own = time_of(visit->info, node->which);
  return own->tv_sec > node->time.tv_sec || (own->tv_sec == node->time.tv_sec && own->tv_nsec > node->time.tv_nsec);
}

/* Whole units of age. */
int test_age(const struct node *node, const struct visit *visit) {
  return compare(node, (now - time_of(visit->info, node->which)->tv_sec) / (long long)node->unit);
}

int test_permissions(const struct node *node, const struct visit *visit) {
  mode_t mode = visit->info->st_mode & 07777;
  if (*node->text == '-') return (mode & node->mode) == node->mode;
  if (*node->text == '/') return !node->mode || (mode & node->mode) != 0;
  return mode == node->mode;
}

int test_user(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_uid);
}

int test_group(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_gid);
}

int test_no_user(const struct node *node, const struct visit *visit) {
  (void)node;
  return !getpwuid(visit->info->st_uid);
}

int test_no_group(const struct node *node, const struct visit *visit) {
  (void)node;
  return !getgrgid(visit->info->st_gid);
}

int test_links(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_nlink);
}

int test_inode(const struct node *node, const struct visit *visit) {
  return compare(node, (long long)visit->info->st_ino);
}

int test_same_file(const struct node *node, const struct visit *visit) {
  return visit->info->st_ino == node->inode && visit->info->st_dev == node->device;
}

int test_empty(const struct node *node, const struct visit *visit) {
  (void)node;
  struct name_list list;
  if (S_ISREG(visit->info->st_mode)) return visit->info->st_size == 0;
  if (!S_ISDIR(visit->info->st_mode) || !list_directory(visit->here, &list)) return 0;
  int empty = list.count == 0;
  free_names(&list);
  return empty;
}

int test_regex(const struct node *node, const struct visit *visit) {
  regmatch_t match;
  return regexec(node->expression, visit->path, 1, &match, 0) == 0 && match.rm_so == 0 && !visit->path[match.rm_eo];
}

int test_access(const struct node *node, const struct visit *visit) {
  return access(visit->here, (int)node->number) == 0;
}
