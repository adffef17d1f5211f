/* rm: removes files and trees. (POSIX rm) */
#include <errno.h>
#include <getopt.h>
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
static int may_remove(const char *path, const struct stat *info) {
  if (force && !ask) return 1;
  int protected = !S_ISLNK(info->st_mode) && access(path, W_OK) != 0;
  if (!ask && !(protected && isatty(STDIN_FILENO))) return 1;
  return confirmed(protected ? "remove write-protected" : "remove", kind_name(info), path);
}

static void remove_tree(const char *path);

static void remove_contents(const char *path) {
  struct name_list list;
  if (!list_directory(path, &list)) {
    fail(path);
    return;
  }
  for (size_t i = 0; i < list.count; i++) {
    char *inner = join_path(path, list.names[i]);
    remove_tree(inner);
    free(inner);
  }
  free_names(&list);
}

static void remove_directory(const char *path, const struct stat *info) {
  if (!recursive && !empty_directories) {
    errno = EISDIR;
    fail(path);
    return;
  }
  if (recursive) {
    if (ask && !confirmed("descend into", "directory", path)) return;
    int before = status;
    remove_contents(path);
    if (status != before) return;
  }
  if (!may_remove(path, info)) return;
  if (rmdir(path)) fail(path);
  else if (verbose) printf("removed directory %s\n", quoted(path));
}

static void remove_tree(const char *path) {
  struct stat info;
  if (lstat(path, &info)) {
    if (!(force && (errno == ENOENT || errno == ENOTDIR))) fail(path);
  } else if (S_ISDIR(info.st_mode)) {
    remove_directory(path, &info);
  } else if (may_remove(path, &info)) {
    if (unlink(path)) fail(path);
    else if (verbose) printf("removed %s\n", quoted(path));
  }
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
      remove_tree(argv[optind]);
    }
    free(name);
  }
  return finish(status);
}
