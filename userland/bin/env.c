/* env: shows the environment, or runs a program in a changed one. (POSIX env) */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: env [-i0] [-u NAME]... [-C DIR] [NAME=VALUE]... [COMMAND [ARG]...]\nRun a command in a changed environment, or show it.\n  -i  from nothing   -u NAME  without NAME   -0  NUL at line ends\n";

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"ignore-environment", 0, 0, 'i'}, {"unset", 1, 0, 'u'}, {"null", 0, 0, '0'}, {"chdir", 1, 0, 'C'}, {0}};
  static const struct command_line line = {"+iu:0C:", names, help, 125};
  int end = '\n';
  const char *directory = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'i': clearenv(); break;
      case '0': end = 0; break;
      case 'C': directory = optarg; break;
      case 'u':
        if (unsetenv(optarg)) die_errno(125, "cannot unset %s", quoted(optarg));
        break;
    }
  if (optind < argc && strcmp(argv[optind], "-") == 0) {
    clearenv();
    optind++;
  }
  for (; optind < argc && strchr(argv[optind], '='); optind++) putenv(argv[optind]);
  if (optind == argc) {
    for (char **entry = environ; *entry; entry++) printf("%s%c", *entry, end);
    return finish_with(0, 125);
  }
  if (directory && chdir(directory)) die_errno(125, "cannot change directory to %s", quoted(directory));
  execvp(argv[optind], argv + optind);
  int status = errno == ENOENT ? 127 : 126;
  complain_errno("%s", quoted(argv[optind]));
  return status;
}
