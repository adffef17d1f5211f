/* uname: names of the system. (POSIX uname) */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <tool.h>

static const char help[] =
    "Usage: uname [-asnrvmpio]\nPrint names of the system: kernel (-s), host (-n), release (-r), version (-v), machine (-m), system (-o), all (-a).\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"all", 0, 0, 'a'},
                                        {"kernel-name", 0, 0, 's'},
                                        {"nodename", 0, 0, 'n'},
                                        {"kernel-release", 0, 0, 'r'},
                                        {"kernel-version", 0, 0, 'v'},
                                        {"machine", 0, 0, 'm'},
                                        {"operating-system", 0, 0, 'o'},
                                        {0}};
  static const struct command_line line = {"asnrvmpio", names, help, 1};
  char wanted[32] = "";
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'a') strcpy(wanted, "snrvmo");
    else if (!strchr(wanted, letter)) wanted[strlen(wanted)] = (char)letter;
  }
  if (optind < argc) {
    complain("extra operand %s", quoted(argv[optind]));
    usage_error(1);
  }
  if (!*wanted) strcpy(wanted, "s");
  struct utsname system;
  if (uname(&system)) die_errno(1, "cannot get system name");
  const struct {
    char letter;
    const char *text;
  } fields[] = {{'s', system.sysname}, {'n', system.nodename}, {'r', system.release}, {'v', system.version},
                {'m', system.machine}, {'p', "unknown"},       {'i', "unknown"},      {'o', "GNU/Linux"}};
  int printed = 0;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (strchr(wanted, fields[i].letter)) printf("%s%s", printed++ ? " " : "", fields[i].text);
  putchar('\n');
  return finish(0);
}
