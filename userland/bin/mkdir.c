/* mkdir: makes directories. (POSIX mkdir) */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>

static const char help[] =
    "Usage: mkdir [-pv] [-m MODE] DIRECTORY...\nMake directories; -p also those above, and no error if they exist.\n";

static int parents, verbose;
static const char *mode_argument;

static int make(const char *path, mode_t mode, int is_parent) {
  if (mkdir(path, mode) == 0) {
    if (verbose) printf("%s: created directory %s\n", program_name, quoted(path));
    return 1;
  }
  int error = errno;
  struct stat info;
  if (parents && (error == EEXIST || error == EISDIR) && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return 1;
  errno = parents && error == EEXIST && is_parent ? ENOTDIR : error;
  complain_errno("cannot create directory %s", quoted(path));
  return 0;
}

/* Makes the directories above the last component; they are writable for their owner whatever the mask is. */
static int make_parents(const char *path, mode_t mask) {
  char *copy = must_strdup(path);
  for (char *at = copy + strspn(copy, "/"); *at;) {
    at += strcspn(at, "/");
    char *rest = at + strspn(at, "/");
    if (!*rest) return 1;
    char kept = *at;
    *at = 0;
    umask(mask & ~0300u);
    int made = make(copy, 0777, 1);
    umask(mask);
    if (!made) return 0;
    *at = kept;
    at = rest;
  }
  return 1;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"parents", 0, 0, 'p'}, {"mode", 1, 0, 'm'}, {"verbose", 0, 0, 'v'}, {0}};
  static const struct command_line line = {"pm:v", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'p') parents = 1;
    else if (letter == 'v') verbose = 1;
    else mode_argument = optarg;
  }
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  mode_t mask = umask(0), mode = 0777;
  umask(mask);
  if (mode_argument && !apply_mode(mode_argument, 0777, 1, mask, &mode))
    die(1, "invalid mode %s", quoted(mode_argument));
  int status = 0;
  for (; optind < argc; optind++) {
    const char *path = argv[optind];
    if ((parents && !make_parents(path, mask)) || !make(path, mode, 0)) {
      status = 1;
    } else if (mode_argument && chmod(path, mode)) {
      complain_errno("cannot set permissions of %s", quoted(path));
      status = 1;
    }
  }
  return finish(status);
}
