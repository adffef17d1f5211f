/* Options of the utilities: getopt_long with --help. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

#define NAMES_LIMIT 40
#define HELP 0x4000

int next_option(int argc, char **argv, const struct command_line *line) {
  static struct option names[NAMES_LIMIT + 2];
  if (!names[0].name) {
    int count = 0;
    for (const struct option *name = line->names; name && name->name && count < NAMES_LIMIT; name++)
      names[count++] = *name;
    names[count] = (struct option){"help", no_argument, 0, HELP};
  }
  int letter = getopt_long(argc, argv, line->letters, names, 0);
  if (letter == '?') usage_error(line->failure);
  if (letter != HELP) return letter;
  fputs(line->help, stdout);
  exit(finish(0));
}

int no_options(int argc, char **argv, const char *help) {
  if (argc == 2 && strcmp(argv[1], "--help") == 0) {
    fputs(help, stdout);
    exit(finish(0));
  }
  return argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
}
