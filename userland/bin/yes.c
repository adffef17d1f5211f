/* yes: a line for ever. (GNU yes) */
#include <stdio.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static char block[8192];
  int first = no_options(argc, argv, "Usage: yes [STRING]...\nPrint a line with the strings, or \"y\", for ever.\n");
  size_t length = 0;
  for (int i = first; i < argc; i++) length += strlen(argv[i]) + 1;
  char *line = must_malloc(length + 3);
  *line = 0;
  for (int i = first; i < argc; i++) {
    if (i > first) strcat(line, " ");
    strcat(line, argv[i]);
  }
  strcat(line, first < argc ? "\n" : "y\n");
  length = strlen(line);
  /* Many lines at once, if they are short. */
  size_t size = 0;
  for (; size + length <= sizeof block; size += length) memcpy(block + size, line, length);
  while (size ? write_all(STDOUT_FILENO, block, size) : write_all(STDOUT_FILENO, line, length)) continue;
  die_errno(1, "standard output");
}
