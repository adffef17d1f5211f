/* rm: removes files and trees. (POSIX rm) */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <place.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] = "Usage: rm [-dfirRv] FILE...\nRemove files.\n"
                           "  -r, -R  directories with all that is in them   -d  empty directories\n"
                           "  -f  no questions, no error for what is missing -i  ask before each   -v  tell each\n";

static int recursive, force, ask, verbose, empty_directories, status;

static int confirmed(const char *verb, const char *kind, const char *path) {
  fflush(stdout);
  fprintf(stderr, "%s: %s %s%s%s? ", program_name, verb, kind, *kind ? " " : "", quoted(path));
  return answered_yes();
}

static void fail(const char *path) {
  complain_errno("cannot remove %s", quoted(path));
  status = 1;
}

static const char *kind_name(const struct stat *info) {
  if (S_ISREG(info->st_mode)) return info->st_size ? "regular file" : "regular empty file";
  if (S_ISDIR(info->st_mode)) return "directory";
  if (S_ISLNK(info->st_mode)) return "symbolic link";
  if (S_ISFIFO(info->st_mode)) return "fifo";
  if (S_ISSOCK(info->st_mode)) return "socket";
  return S_ISCHR(info->st_mode) ? "character special file" : "block special file";
}

/* A file that may not be written is asked about when somebody is there to answer. */
static int may_remove(const struct place *place, const char *name, const struct stat *info) {
  if (force && !ask) return 1;
  int protected = !S_ISLNK(info->st_mode) && faccessat(place->directory, name, W_OK, 0) != 0;
  if (!ask && !(protected && isatty(STDIN_FILENO))) return 1;
  return confirmed(protected ? "remove write-protected" : "remove", kind_name(info), place->path);
}

static void remove_any(struct place *place, const char *name);

static void remove_contents(struct place *place, const char *name, const struct stat *info) {
  struct name_list list;
  struct way_back back;
  if (!enter_directory(place, name, info, 0, &list, &back)) {
    fail(place->path);
    return;
  }
  for (size_t i = 0; i < list.count; i++) {
    size_t length = look_at(place, list.names[i]);
    remove_any(place, list.names[i]);
    look_back(place, length);
  }
  leave_directory(place, &back);
  free_names(&list);
}

static void remove_directory(struct place *place, const char *name, const struct stat *info) {
  if (!recursive && !empty_directories) {
    errno = EISDIR;
    fail(place->path);
    return;
  }
  if (recursive) {
    if (ask && !confirmed("descend into", "directory", place->path)) return;
    int before = status;
    remove_contents(place, name, info);
    if (status != before) return;
  }
  if (!may_remove(place, name, info)) return;
  if (unlinkat(place->directory, name, AT_REMOVEDIR)) fail(place->path);
  else if (verbose) printf("removed directory %s\n", quoted(place->path));
}

/* @param name in the place's directory; its path leads there */
static void remove_any(struct place *place, const char *name) {
  struct stat info;
  if (fstatat(place->directory, name, &info, AT_SYMLINK_NOFOLLOW)) {
    if (!(force && (errno == ENOENT || errno == ENOTDIR))) fail(place->path);
  } else if (S_ISDIR(info.st_mode)) {
    remove_directory(place, name, &info);
  } else if (may_remove(place, name, &info)) {
    if (unlinkat(place->directory, name, 0)) fail(place->path);
    else if (verbose) printf("removed %s\n", quoted(place->path));
  }
}

static void remove_operand(const char *operand) {
  struct place place;
  begin_walk(&place, operand);
  remove_any(&place, operand);
  end_walk(&place);
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"recursive", 0, 0, 'r'}, {"force", 0, 0, 'f'}, {"verbose", 0, 0, 'v'}, {"dir", 0, 0, 'd'}, {0}};
  static const struct command_line line = {"dfirRv", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'r' || letter == 'R') recursive = 1;
    if (letter == 'd') empty_directories = 1;
    if (letter == 'v') verbose = 1;
    if (letter == 'f' || letter == 'i') {
      force = letter == 'f';
      ask = letter == 'i';
    }
  }
  if (optind == argc) {
    if (force) return 0;
    complain("missing operand");
    usage_error(1);
  }
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]);
    if ((recursive || empty_directories) && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)) {
      complain("refusing to remove '.' or '..' directory: skipping %s", quoted(argv[optind]));
      status = 1;
    } else if (recursive && strcmp(name, "/") == 0) {
      complain("it is dangerous to operate recursively on %s", quoted("/"));
      status = 1;
    } else {
      remove_operand(argv[optind]);
    }
    free(name);
  }
  return finish(status);
}
