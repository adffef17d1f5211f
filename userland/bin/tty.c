/* tty: name of the terminal. (POSIX tty) */
#include <getopt.h>
#include <tool.h>
#include <unistd.h>

static const char help[] = "Usage: tty [-s]\nPrint the name of the terminal at standard input; -s only the status.\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"silent", 0, 0, 's'}, {"quiet", 0, 0, 's'}, {0}};
  static const struct command_line line = {"s", names, help, 2};
  int silent = 0;
  while (next_option(argc, argv, &line) != -1) silent = 1;
  if (optind < argc) {
    complain("extra operand %s", quoted(argv[optind]));
    usage_error(2);
  }
  if (silent) return !isatty(STDIN_FILENO);
  const char *name = ttyname(STDIN_FILENO);
  puts(name ? name : "not a tty");
  return finish_with(!name, 3);
}
