/* readlink: text of symbolic links, or canonical names. (POSIX readlink; -f -e -m of GNU) */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: readlink [-efnqsvz] FILE...\nPrint what symbolic links name; -f the full name without links, of which the last part may be missing (not so with -e).\n  -n  no newline at the end   -v  messages\n";

/* The last part may not exist, even behind symbolic links. */
static char *canonical(const char *path, int depth) {
  char *result = realpath(path, 0);
  if (result || errno != ENOENT || depth > 40) return result;
  char target[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target - 1);
  char *copy = must_strdup(path), *name = last_component(path), *directory = realpath(dirname(copy), 0), *full = 0;
  if (directory && length >= 0) {
    target[length] = 0;
    char *next = *target == '/' ? must_strdup(target) : join_path(directory, target);
    full = canonical(next, depth + 1);
    free(next);
  } else if (directory) {
    full = join_path(directory, name);
  }
  free(copy);
  free(name);
  free(directory);
  return full;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"canonicalize", 0, 0, 'f'}, {"canonicalize-existing", 0, 0, 'e'},
                                        {"no-newline", 0, 0, 'n'},   {"quiet", 0, 0, 'q'},
                                        {"silent", 0, 0, 'q'},       {"verbose", 0, 0, 'v'},
                                        {"zero", 0, 0, 'z'},         {0}};
  static const struct command_line line = {"efnqsvz", names, help, 1};
  int mode = 0, newline = 1, verbose = 0, end = '\n', status = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'e':
      case 'f': mode = letter; break;
      case 'n': newline = 0; break;
      case 'v': verbose = 1; break;
      case 'z': end = 0; break;
      default: verbose = 0;
    }
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  int several = argc - optind > 1;
  for (; optind < argc; optind++) {
    const char *path = argv[optind];
    char text[PATH_MAX], *result = text;
    if (mode) {
      result = mode == 'e' ? realpath(path, 0) : canonical(path, 0);
    } else {
      ssize_t length = readlink(path, text, sizeof text - 1);
      if (length < 0) result = 0;
      else text[length] = 0;
    }
    if (!result) {
      status = 1;
      if (verbose) complain_errno("%s", quoted_if_needed(path));
      continue;
    }
    fputs(result, stdout);
    if (newline || several) putchar(end);
  }
  return finish(status);
}
