/* tee: standard input to standard output and to files. (POSIX tee) */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: tee [-ai] [FILE]...\nCopy standard input to standard output and to the files.\n  -a  append   -i  ignore interrupts\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"append", 0, 0, 'a'}, {"ignore-interrupts", 0, 0, 'i'}, {0}};
  static const struct command_line line = {"ai", names, help, 1};
  static char buffer[65536];
  int append = 0, status = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    if (letter == 'a') append = 1;
    else signal(SIGINT, SIG_IGN);
  }
  int count = argc - optind + 1;
  int *fds = must_malloc((size_t)count * sizeof *fds);
  char **files = argv + optind - 1;
  fds[0] = STDOUT_FILENO;
  for (int i = 1; i < count; i++) {
    fds[i] = open(files[i], O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0666);
    if (fds[i] >= 0) continue;
    complain_errno("%s", quoted_if_needed(files[i]));
    status = 1;
  }
  for (ssize_t got; (got = read(STDIN_FILENO, buffer, sizeof buffer)) != 0;) {
    if (got < 0) die_errno(1, "read error");
    for (int i = 0; i < count; i++) {
      if (fds[i] < 0 || write_all(fds[i], buffer, (size_t)got)) continue;
      complain_errno("%s", i ? quoted_if_needed(files[i]) : quoted("standard output"));
      fds[i] = -1;
      status = 1;
    }
  }
  return status;
}
