/* chown: changes owners. (POSIX chown) */
#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <place.h>
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

/* @param name in the place's directory; its path leads there */
static void change(struct place *place, const char *name) {
  if (fchownat(place->directory, name, uid, gid, no_follow ? AT_SYMLINK_NOFOLLOW : 0)) {
    complain_errno("changing ownership of %s", quoted(place->path));
    status = 1;
  } else if (verbose) {
    printf("changed ownership of %s\n", quoted(place->path));
  }
  struct stat info;
  struct name_list list;
  struct way_back back;
  if (!recursive || fstatat(place->directory, name, &info, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(info.st_mode)) return;
  if (!enter_directory(place, name, &info, 0, &list, &back)) {
    complain_errno("cannot read directory %s", quoted(place->path));
    status = 1;
    return;
  }
  for (size_t i = 0; i < list.count; i++) {
    size_t length = look_at(place, list.names[i]);
    change(place, list.names[i]);
    look_back(place, length);
  }
  leave_directory(place, &back);
  free_names(&list);
}

static void change_operand(const char *operand) {
  struct place place;
  begin_walk(&place, operand);
  change(&place, operand);
  end_walk(&place);
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
  for (; optind < argc; optind++) change_operand(argv[optind]);
  return finish(status);
}
