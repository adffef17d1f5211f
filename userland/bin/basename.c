/* basename: the last part of path names. (POSIX basename; -a -s -z of GNU) */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: basename NAME [SUFFIX]\n   or: basename [-az] [-s SUFFIX] NAME...\nPrint the last part of a name, without a suffix.\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"multiple", 0, 0, 'a'}, {"suffix", 1, 0, 's'}, {"zero", 0, 0, 'z'}, {0}};
  static const struct command_line line = {"+as:z", names, help, 1};
  int several = 0, end = '\n';
  const char *suffix = "";
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'z') end = 0;
    else several = 1;
    if (letter == 's') suffix = optarg;
  }
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  if (!several && argc - optind > 2) {
    complain("extra operand %s", quoted(argv[optind + 2]));
    usage_error(1);
  }
  if (!several && argc - optind == 2) suffix = argv[--argc];
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]);
    size_t length = strlen(name), suffix_length = strlen(suffix);
    if (length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0) name[length - suffix_length] = 0;
    printf("%s%c", name, end);
    free(name);
  }
  return finish(0);
}
