/* cat: files one after the other. (POSIX cat; options of GNU) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <getopt.h>
#include <unistd.h>

static const char help[] = "Usage: cat [-AbeEnstTuv] [FILE]...\n"
                           "Write the files, or standard input, to standard output.\n"
                           "  -n  number lines        -b  number lines that are not empty\n"
                           "  -s  one empty line for several\n"
                           "  -E  $ at line ends      -T  tabs as ^I    -v  other control bytes as ^X and M-X\n"
                           "  -A  -vET   -e  -vE   -t  -vT   -u  ignored\n";

static int number_all, number_text, squeeze, show_ends, show_tabs, show_controls;
static char buffer[65536];

static int copy_plain(int fd, const char *name) {
  for (;;) {
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count == 0) return 0;
    if (count < 0) {
      complain_errno("%s", quoted_if_needed(name));
      return 1;
    }
    if (!write_all(STDOUT_FILENO, buffer, (size_t)count)) die_errno(1, "write error");
  }
}

static void show_byte(int c) {
  if (c == '\t' && !show_tabs) {
    putchar(c);
    return;
  }
  if (show_controls && c >= 128) {
    fputs("M-", stdout);
    c -= 128;
    if (c == '\n' || c == '\t') {
      putchar('^');
      putchar(c + 64);
      return;
    }
  }
  if ((c < 32 && (show_controls || c == '\t')) || (c == 127 && show_controls)) {
    putchar('^');
    putchar(c ^ 64);
  } else {
    putchar(c);
  }
}

/* Line number and what came before go on from file to file. */
static int copy_edited(int fd, const char *name) {
  static int line, empty_lines, at_start = 1, held_return;
  ssize_t count;
  while ((count = read(fd, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count; i++) {
      int c = (unsigned char)buffer[i];
      /* With -E a carriage return at the end of a line is shown. */
      if (held_return) {
        if (c == '\n') fputs("^M", stdout);
        else putchar('\r');
      }
      held_return = c == '\r' && show_ends && !show_controls;
      if (at_start && c == '\n') {
        if (++empty_lines > 1 && squeeze) continue;
      } else {
        empty_lines = 0;
      }
      if (at_start && (number_all || (number_text && c != '\n'))) printf("%6d\t", ++line);
      if (c == '\n') {
        if (show_ends) putchar('$');
        putchar('\n');
      } else if (!held_return) {
        show_byte(c);
      }
      at_start = c == '\n';
    }
    fflush(stdout);
  }
  if (count < 0) complain_errno("%s", quoted_if_needed(name));
  return count < 0;
}

/* Copying a file to its own end would never end. */
static int is_output(int fd) {
  struct stat input, output;
  if (fstat(fd, &input) || fstat(STDOUT_FILENO, &output)) return 0;
  return S_ISREG(input.st_mode) && input.st_dev == output.st_dev && input.st_ino == output.st_ino &&
         (lseek(fd, 0, SEEK_CUR) < input.st_size || fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND) && input.st_size > 0;
}

int main(int argc, char **argv) {
  static const struct command_line line = {"AbeEnstTuv", 0, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    number_all |= letter == 'n';
    number_text |= letter == 'b';
    squeeze |= letter == 's';
    show_ends |= strchr("AeE", letter) != 0;
    show_tabs |= strchr("AtT", letter) != 0;
    show_controls |= strchr("Aetv", letter) != 0;
  }
  if (number_text) number_all = 0;
  int edited = number_all || number_text || squeeze || show_ends || show_tabs || show_controls, status = 0;
  static char *standard_input[] = {"-", 0};
  for (char **name = optind < argc ? argv + optind : standard_input; *name; name++) {
    int fd = open_input(*name);
    if (fd < 0) {
      status = 1;
    } else if (is_output(fd)) {
      complain("%s: input file is output file", quoted_if_needed(*name));
      status = 1;
    } else {
      status |= edited ? copy_edited(fd, *name) : copy_plain(fd, *name);
    }
    if (fd > 0) close(fd);
  }
  return finish(status);
}
