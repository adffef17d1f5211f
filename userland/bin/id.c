/* id: the user's and groups' names and numbers. (POSIX id) */
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: id [-u | -g | -G] [-nr] [USER]\nPrint user and group: all, or only the user (-u), group (-g) or groups (-G), as names (-n).\n";

#define GROUPS 64

static const char *user_name(uid_t uid) {
  struct passwd *user = getpwuid(uid);
  return user ? user->pw_name : 0;
}

static const char *group_name(gid_t gid) {
  struct group *group = getgrgid(gid);
  return group ? group->gr_name : 0;
}

static void print_one(unsigned id, const char *name, int as_name) {
  if (as_name && name) fputs(name, stdout);
  else printf("%u", id);
}

static void print_both(const char *label, unsigned id, const char *name) {
  printf("%s%u", label, id);
  if (name) printf("(%s)", name);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"user", 0, 0, 'u'}, {"group", 0, 0, 'g'}, {"groups", 0, 0, 'G'},
                                        {"name", 0, 0, 'n'}, {"real", 0, 0, 'r'},  {0}};
  static const struct command_line line = {"ugGnr", names, help, 1};
  int what = 0, as_name = 0, real = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'n') as_name = 1;
    else if (letter == 'r') real = 1;
    else if (what && what != letter) die(1, "cannot print \"only\" of more than one choice");
    else what = letter;
  }
  if (!what && (as_name || real)) die(1, "cannot print only names or real IDs in default format");
  uid_t uid = getuid(), euid = geteuid();
  gid_t gid = getgid(), egid = getegid(), groups[GROUPS];
  int group_count;
  if (optind < argc) {
    struct passwd *user = getpwnam(argv[optind]);
    if (!user) die(1, "%s: no such user", quoted(argv[optind]));
    uid = euid = user->pw_uid;
    gid = egid = user->pw_gid;
    groups[0] = gid;
    group_count = 1;
  } else {
    group_count = getgroups(GROUPS, groups);
    if (group_count < 0) group_count = 0;
  }
  if (what == 'u') {
    print_one(real ? uid : euid, user_name(real ? uid : euid), as_name);
  } else if (what == 'g') {
    print_one(real ? gid : egid, group_name(real ? gid : egid), as_name);
  } else if (what == 'G') {
    print_one(gid, group_name(gid), as_name);
    for (int i = 0; i < group_count; i++) {
      if (groups[i] == gid) continue;
      putchar(' ');
      print_one(groups[i], group_name(groups[i]), as_name);
    }
  } else {
    print_both("uid=", uid, user_name(uid));
    print_both(" gid=", gid, group_name(gid));
    if (euid != uid) print_both(" euid=", euid, user_name(euid));
    if (egid != gid) print_both(" egid=", egid, group_name(egid));
    print_both(" groups=", egid, group_name(egid));
    for (int i = 0; i < group_count; i++)
      if (groups[i] != egid) print_both(",", groups[i], group_name(groups[i]));
  }
  putchar('\n');
  return finish(0);
}
