/* hostname: shows or sets the name of the system. */
#include <stdio.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char name[65];
  int first = no_options(argc, argv, "Usage: hostname [NAME]\nShow or set the name of the system.\n");
  if (first < argc) {
    if (sethostname(argv[first], strlen(argv[first]))) die_errno(1, "cannot set name");
    return 0;
  }
  if (gethostname(name, sizeof name)) die_errno(1, "cannot get name");
  puts(name);
  return finish(0);
}
