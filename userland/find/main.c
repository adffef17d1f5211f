/* find: walks trees and tests what it finds. (POSIX find; -printf -newerXY -samefile -maxdepth -delete … of GNU) */
#include "find.h"
#include <fcntl.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: find [-HLP] [PATH]... [EXPRESSION]\nWalk trees.\n"
    "Tests: -name -iname -path -ipath -lname -ilname P, -regex -iregex RE, -type -xtype bcdflps, -size [+-]N[bcwkMG], -empty, -samefile F,\n"
    "  -newer F, -newerXY F (X, Y of a c m; Y t for a date), -anewer -cnewer F, -mtime -atime -ctime -mmin -amin -cmin N, -perm [-/]MODE,\n"
    "  -readable -writable -executable, -user U, -group G, -uid -gid -links -inum N, -nouser, -nogroup, -true, -false; ! ( ) -a -o ,\n"
    "Actions: -print -print0 -printf FORMAT -ls, -fprint -fprint0 -fls FILE, -fprintf FILE FORMAT, -exec -execdir CMD {} ; or +, -ok -okdir CMD ;,\n"
    "  -delete, -prune, -quit.\n"
    "Options: -maxdepth N -mindepth N -depth -xdev -daystart -regextype TYPE -follow.\n";

struct walk_options walk_options = {.max_depth = 0x7fffffff};
int status, prune, quit, start_directory;
time_t now;

/* -H, -L, -P and levels of optimization, of which there are none. */
static int is_leading_option(const char *word) {
  return strcmp(word, "-H") == 0 || strcmp(word, "-L") == 0 || strcmp(word, "-P") == 0 ||
         (word[0] == '-' && word[1] == 'O' && word[2]);
}

int main(int argc, char **argv) {
  int first = argc == 2 ? no_options(argc, argv, help) : 1;
  for (; first < argc && is_leading_option(argv[first]); first++)
    if (argv[first][1] != 'O') walk_options.follow_links = argv[first][1] == 'L' ? 1 : argv[first][1] == 'H' ? -1 : 0;
  if (first < argc && strcmp(argv[first], "--") == 0) first++;
  int end = first;
  while (end < argc && !(argv[end][0] == '-' && argv[end][1]) && strcmp(argv[end], "!") && strcmp(argv[end], "("))
    end++;
  time(&now);
  start_directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const struct node *expression = parse_expression(argv + end);
  if (first == end) walk(expression, ".");
  for (int i = first; i < end && !quit; i++) walk(expression, argv[i]);
  run_gathered();
  return finish(status);
}
