/* chown: changes owners. (POSIX chown) */
#include <ctype.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: chown [-Rhv] [OWNER][:[GROUP]] FILE...\nChange owner and group.\n  -R  trees   -h  links themselves\n";

static int recursive, no_follow, verbose, status;
static uid_t uid = (uid_t)-1;
static gid_t gid = (gid_t)-1;

static void change(const char *path) {
  if (no_follow ? lchown(path, uid, gid) : chown(path, uid, gid)) {
    complain_errno("changing ownership of %s", quoted(path));
    status = 1;
  } else if (verbose) {
    printf("changed ownership of %s\n", quoted(path));
  }
  struct stat info;
  struct name_list list;
  if (!recursive || lstat(path, &info) || !S_ISDIR(info.st_mode) || !list_directory(path, &list)) return;
  for (size_t i = 0; i < list.count; i++) {
    char *inner = join_path(path, list.names[i]);
    change(inner);
    free(inner);
  }
  free_names(&list);
}

static int is_number(const char *text) {
  return *text && !text[strspn(text, "0123456789")];
}

static void parse_owner(char *text) {
  char *colon = strchr(text, ':');
  if (colon) *colon = 0;
  if (*text) {
    struct passwd *user = getpwnam(text);
    if (!user && !is_number(text)) die(1, "invalid user: %s", quoted(text));
    uid = user ? user->pw_uid : (uid_t)strtoul(text, 0, 10);
    if (colon && !colon[1] && user) gid = user->pw_gid;
  }
  if (colon && colon[1]) {
    struct group *group = getgrnam(colon + 1);
    if (!group && !is_number(colon + 1)) die(1, "invalid group: %s", quoted(colon + 1));
    gid = group ? group->gr_gid : (gid_t)strtoul(colon + 1, 0, 10);
  }
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"recursive", 0, 0, 'R'}, {"no-dereference", 0, 0, 'h'}, {"verbose", 0, 0, 'v'}, {0}};
  static const struct command_line line = {"Rhv", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    recursive |= letter == 'R';
    no_follow |= letter == 'h';
    verbose |= letter == 'v';
  }
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  char *owner = argv[optind++];
  if (optind == argc) {
    complain("missing operand after %s", quoted(owner));
    usage_error(1);
  }
  parse_owner(owner);
  for (; optind < argc; optind++) change(argv[optind]);
  return finish(status);
}
