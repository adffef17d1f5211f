/* mv: renames files; between file systems it copies and removes. (POSIX mv) */
#include <copy.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <place.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: mv [-finuTv] SOURCE TARGET\n   or: mv [OPTIONS] SOURCE... DIRECTORY\nRename files.\n"
    "  -f  without questions   -i  ask before replacing   -n  never replace   -u  only if newer   -v  tell each\n";

static int ask, no_clobber, verbose, update, force;

static int remove_any(struct place *place, const char *name) {
  struct stat info;
  if (fstatat(place->directory, name, &info, AT_SYMLINK_NOFOLLOW)) return 0;
  if (!S_ISDIR(info.st_mode)) return unlinkat(place->directory, name, 0) == 0;
  struct name_list list;
  struct way_back back;
  if (!enter_directory(place, name, &info, 0, &list, &back)) return 0;
  int ok = 1;
  for (size_t i = 0; i < list.count; i++) {
    size_t length = look_at(place, list.names[i]);
    if (!remove_any(place, list.names[i])) ok = 0;
    look_back(place, length);
  }
  leave_directory(place, &back);
  free_names(&list);
  return ok && unlinkat(place->directory, name, AT_REMOVEDIR) == 0;
}

static int remove_tree(const char *path) {
  struct place place;
  begin_walk(&place, path);
  int ok = remove_any(&place, path);
  end_walk(&place);
  return ok;
}

static int move_by_copy(const char *from, const char *to) {
  static const struct copy_options options = {.recursive = 1,
                                              .keep_links = 1,
                                              .force = 1,
                                              .keep_mode = 1,
                                              .keep_owner = 1,
                                              .keep_times = 1,
                                              .keep_hard_links = 1};
  struct stat info;
  if (lstat(to, &info) == 0 && (S_ISDIR(info.st_mode) ? rmdir(to) : unlink(to))) {
    complain_errno("inter-device move failed: %s to %s; unable to remove target", quoted(from), quoted(to));
    return 0;
  }
  if (!copy_tree(from, to, &options)) return 0;
  if (remove_tree(from)) return 1;
  complain_errno("cannot remove %s", quoted(from));
  return 0;
}

static int move(const char *from, const char *to) {
  struct stat source, old;
  if (lstat(from, &source)) {
    complain_errno("cannot stat %s", quoted(from));
    return 0;
  }
  if (lstat(to, &old) == 0) {
    if (source.st_dev == old.st_dev && source.st_ino == old.st_ino &&
        (S_ISDIR(source.st_mode) || strcmp(from, to) == 0)) {
      complain("%s and %s are the same file", quoted(from), quoted(to));
      return 0;
    }
    if (no_clobber || (update && old.st_mtime >= source.st_mtime)) return 1;
    if (S_ISDIR(old.st_mode) && !S_ISDIR(source.st_mode)) {
      complain("cannot overwrite directory %s with non-directory", quoted(to));
      return 0;
    }
    if (!S_ISDIR(old.st_mode) && S_ISDIR(source.st_mode)) {
      complain("cannot overwrite non-directory %s with directory %s", quoted(to), quoted(from));
      return 0;
    }
    int protected = !S_ISLNK(old.st_mode) && access(to, W_OK) != 0 && isatty(STDIN_FILENO);
    if (ask || (protected && !force)) {
      fprintf(stderr, "%s: %s %s? ", program_name, protected ? "replace write-protected" : "overwrite", quoted(to));
      if (!answered_yes()) return 1;
    }
  }
  if (rename(from, to)) {
    if (errno == EXDEV) {
      if (!move_by_copy(from, to)) return 0;
    } else if (errno == EINVAL) {
      complain("cannot move %s to a subdirectory of itself, %s", quoted(from), quoted(to));
      return 0;
    } else {
      complain_errno("cannot move %s to %s", quoted(from), quoted(to));
      return 0;
    }
  }
  if (verbose) printf("renamed %s -> %s\n", quoted(from), quoted(to));
  return 1;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"force", 0, 0, 'f'},
                                        {"no-clobber", 0, 0, 'n'},
                                        {"interactive", 0, 0, 'i'},
                                        {"verbose", 0, 0, 'v'},
                                        {"target-directory", 1, 0, 't'},
                                        {"no-target-directory", 0, 0, 'T'},
                                        {"update", 0, 0, 'u'},
                                        {0}};
  static const struct command_line line = {"finTt:uv", names, help, 1};
  int exact = 0;
  const char *directory = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'f':
      case 'i':
      case 'n':
        force = letter == 'f';
        ask = letter == 'i';
        no_clobber = letter == 'n';
        break;
      case 'T': exact = 1; break;
      case 't': directory = optarg; break;
      case 'u': update = 1; break;
      default: verbose = 1;
    }
  int count = argc - optind;
  if (count < 1) {
    complain("missing file operand");
    usage_error(1);
  }
  if (!directory && count < 2) {
    complain("missing destination file operand after %s", quoted(argv[optind]));
    usage_error(1);
  }
  if (!directory) {
    const char *last = argv[argc - 1];
    if (!exact && is_directory(last)) {
      directory = last;
      argc--;
    } else if (count > 2) {
      die(1, "target %s: %s", quoted(last),
          is_directory(last)   ? "Is a directory"
          : access(last, F_OK) ? strerror(errno)
                               : "Not a directory");
    } else {
      return finish(!move(argv[optind], last));
    }
  }
  int status = 0;
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]), *target = join_path(directory, name);
    if (!move(argv[optind], target)) status = 1;
    free(name);
    free(target);
  }
  return finish(status);
}
