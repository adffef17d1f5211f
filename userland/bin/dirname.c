/* dirname: path names without their last part. (POSIX dirname) */
#include <getopt.h>
#include <libgen.h>
#include <tool.h>

static const char help[] = "Usage: dirname [-z] NAME...\nPrint names without their last part.\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"zero", 0, 0, 'z'}, {0}};
  static const struct command_line line = {"z", names, help, 1};
  int end = '\n';
  while (next_option(argc, argv, &line) != -1) end = 0;
  if (optind == argc) {
    complain("missing operand");
    usage_error(1);
  }
  for (; optind < argc; optind++) printf("%s%c", dirname(argv[optind]), end);
  return finish(0);
}
