/* ln: makes links. (POSIX ln) */
#include <copy.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: ln [-finsTv] TARGET [LINK]\n   or: ln [OPTIONS] TARGET... DIRECTORY\nMake links.\n"
    "  -s  symbolic   -f  replace what is there   -n  a link to a directory is no directory   -v  tell each\n";

static int symbolic, force, verbose;

static int make_link(const char *target, const char *path) {
  struct stat old, source;
  if (!symbolic && lstat(target, &source)) {
    complain_errno("failed to access %s", quoted(target));
    return 0;
  }
  if (!symbolic && S_ISDIR(source.st_mode)) {
    complain("%s: hard link not allowed for directory", quoted_if_needed(target));
    return 0;
  }
  if (force && lstat(path, &old) == 0 && !S_ISDIR(old.st_mode)) {
    if (!symbolic && source.st_dev == old.st_dev && source.st_ino == old.st_ino) {
      complain("%s and %s are the same file", quoted(target), quoted(path));
      return 0;
    }
    if (unlink(path)) {
      complain_errno("cannot remove %s", quoted(path));
      return 0;
    }
  }
  if (symbolic ? symlink(target, path) : link(target, path)) {
    if (symbolic) complain_errno("failed to create symbolic link %s", quoted(path));
    else if (errno == EEXIST) complain_errno("failed to create hard link %s", quoted(path));
    else complain_errno("failed to create hard link %s => %s", quoted(path), quoted(target));
    return 0;
  }
  if (verbose) printf("%s %s %s\n", quoted(path), symbolic ? "->" : "=>", quoted(target));
  return 1;
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"symbolic", 0, 0, 's'}, {"force", 0, 0, 'f'}, {"no-dereference", 0, 0, 'n'}, {"verbose", 0, 0, 'v'}, {0}};
  static const struct command_line line = {"finsTv", names, help, 1};
  int exact = 0, no_follow = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 's': symbolic = 1; break;
      case 'f': force = 1; break;
      case 'i': force = 0; break;
      case 'n': no_follow = 1; break;
      case 'T': exact = 1; break;
      default: verbose = 1;
    }
  int count = argc - optind;
  if (count < 1) {
    complain("missing file operand");
    usage_error(1);
  }
  const char *last = argv[argc - 1], *directory = ".";
  struct stat info;
  if (count > 1) {
    int is_link = no_follow && lstat(last, &info) == 0 && S_ISLNK(info.st_mode);
    if (exact || is_link || !is_directory(last)) {
      if (count > 2) die(1, "target %s: %s", quoted(last), access(last, F_OK) ? strerror(errno) : "Not a directory");
      return finish(!make_link(argv[optind], last));
    }
    directory = last;
    argc--;
  }
  int status = 0;
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]);
    char *path = strcmp(directory, ".") == 0 && count == 1 ? must_strdup(name) : join_path(directory, name);
    if (!make_link(argv[optind], path)) status = 1;
    free(name);
    free(path);
  }
  return finish(status);
}
