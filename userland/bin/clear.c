/* clear: clears the terminal's screen. (ECMA-48: cursor position, erase in page) */
#include <stdio.h>
#include <tool.h>

int main(int argc, char **argv) {
  no_options(argc, argv, "Usage: clear\nClear the screen.\n");
  fputs("\033[H\033[2J\033[3J", stdout);
  return finish(0);
}
