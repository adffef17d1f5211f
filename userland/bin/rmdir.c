/* rmdir: removes empty directories. (POSIX rmdir) */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: rmdir [-pv] DIRECTORY...\nRemove empty directories; -p also those above it in the name.\n";

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"parents", 0, 0, 'p'}, {"verbose", 0, 0, 'v'}, {"ignore-fail-on-non-empty", 0, 0, 'i'}, {0}};
  static const struct command_line line = {"pv", names, help, 1};
  int parents = 0, verbose = 0, status = 0, ignore_full = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    parents |= letter == 'p';
    verbose |= letter == 'v';
    ignore_full |= letter == 'i';
  }
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  for (; optind < argc; optind++) {
    char *path = argv[optind];
    int above = 0;
    for (;;) {
      if (verbose) printf("%s: removing directory, %s\n", program_name, quoted(path));
      if (rmdir(path)) {
        if (!(ignore_full && (errno == ENOTEMPTY || errno == EEXIST))) {
          complain_errno(above ? "failed to remove directory %s" : "failed to remove %s", quoted(path));
          status = 1;
        }
        break;
      }
      size_t length = strlen(path);
      while (length > 1 && path[length - 1] == '/') length--;
      while (length && path[length - 1] != '/') length--;
      while (length && path[length - 1] == '/') length--;
      if (!parents || !length) break;
      path[length] = 0;
      above = 1;
    }
  }
  return finish(status);
}
