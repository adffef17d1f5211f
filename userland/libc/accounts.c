/* Users and groups, from /etc/passwd and /etc/group. Results are valid until the next call. (POSIX <pwd.h>, <grp.h>) */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 7
#define MEMBERS 64

/* Finds the line whose field 0 is `name`, or whose field 2 is `id` when name is null; splits it at the colons. */
static int find(const char *path, const char *name, unsigned id, int count, char *line, size_t size,
                char *fields[FIELDS]) {
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  int found = 0;
  while (!found && fgets(line, (int)size, file)) {
    char *rest = line;
    line[strcspn(line, "\n")] = 0;
    int i = 0;
    while (i < count && rest) fields[i++] = strsep(&rest, ":");
    found = i == count && (name ? strcmp(fields[0], name) == 0 : (unsigned)strtoul(fields[2], 0, 10) == id);
  }
  fclose(file);
  return found;
}

static struct passwd *find_user(const char *name, uid_t uid) {
  static struct passwd user;
  static char line[1024];
  char *fields[FIELDS];
  if (!find("/etc/passwd", name, uid, 7, line, sizeof line, fields)) return 0;
  user = (struct passwd){
      fields[0], fields[1], (uid_t)strtoul(fields[2], 0, 10), (gid_t)strtoul(fields[3], 0, 10), fields[4],
      fields[5], fields[6]};
  return &user;
}

static struct group *find_group(const char *name, gid_t gid) {
  static struct group group;
  static char line[1024];
  static char *members[MEMBERS + 1];
  char *fields[FIELDS];
  if (!find("/etc/group", name, gid, 4, line, sizeof line, fields)) return 0;
  int count = 0;
  for (char *rest = *fields[3] ? fields[3] : 0; rest && count < MEMBERS;) members[count++] = strsep(&rest, ",");
  members[count] = 0;
  group = (struct group){fields[0], fields[1], (gid_t)strtoul(fields[2], 0, 10), members};
  return &group;
}

struct passwd *getpwnam(const char *name) {
  return find_user(name, 0);
}

struct passwd *getpwuid(uid_t uid) {
  return find_user(0, uid);
}

struct group *getgrnam(const char *name) {
  return find_group(name, 0);
}

struct group *getgrgid(gid_t gid) {
  return find_group(0, gid);
}
