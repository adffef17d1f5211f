/* pwd: the working directory; -L takes PWD if it is right. (POSIX pwd) */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: pwd [-LP]\nPrint the working directory; -L with symbolic links as in $PWD, -P without (default).\n";

static int is_here(const char *path) {
  struct stat a, b;
  if (!path || *path != '/' || strstr(path, "/./") || strstr(path, "/../")) return 0;
  return stat(path, &a) == 0 && stat(".", &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int main(int argc, char **argv) {
  static const struct command_line line = {"LP", 0, help, 1};
  int logical = getenv("POSIXLY_CORRECT") != 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) logical = letter == 'L';
  const char *path = getenv("PWD");
  if (!logical || !is_here(path)) path = getcwd(0, 0);
  if (!path) die_errno(1, "cannot find the working directory");
  puts(path);
  return finish(0);
}
