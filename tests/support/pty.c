/*
 * Runs a program on a pseudo terminal of the host and relays it: standard input is typed, what the terminal
 * shows goes to standard output. Lines "ROWS COLUMNS" on descriptor 3, if it is open, resize the window. Ends
 * with the program's exit status, 128+n for signal n.
 *
 *     pty ROWS COLUMNS PROGRAM [ARGUMENT…]
 */
#define _XOPEN_SOURCE 600
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INPUT, OUTPUT, CONTROL, COUNT };

static void fail(const char *what) {
  perror(what);
  exit(126);
}

static void resize(int master, int rows, int columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  ioctl(master, TIOCSWINSZ, &size);
}

static pid_t start(int master, char **command) {
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid > 0) return pid;
  setsid();
  int slave = open(ptsname(master), O_RDWR);
  if (slave < 0) fail("open");
  ioctl(slave, TIOCSCTTY, 0);
  for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
  for (int fd = 3; fd < 16; fd++) close(fd);
  execvp(*command, command);
  fail(*command);
  return -1;
}

/* Copies what is there; false at the end. */
static int relay(int from, int to) {
  char bytes[4096];
  ssize_t count = read(from, bytes, sizeof bytes);
  if (count < 0 && errno == EINTR) return 1;
  if (count <= 0) return 0;
  for (ssize_t done = 0; done < count;) {
    ssize_t written = write(to, bytes + done, (size_t)(count - done));
    if (written < 0) return 0;
    done += written;
  }
  return 1;
}

static int control(int master) {
  char line[64];
  int rows;
  int columns;
  ssize_t count = read(3, line, sizeof line - 1);
  if (count <= 0) return 0;
  line[count] = 0;
  if (sscanf(line, "%d %d", &rows, &columns) == 2) resize(master, rows, columns);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fputs("usage: pty ROWS COLUMNS PROGRAM [ARGUMENT...]\n", stderr);
    return 126;
  }
  int controlled = fcntl(3, F_GETFD) >= 0;
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) fail("posix_openpt");
  resize(master, atoi(argv[1]), atoi(argv[2]));
  pid_t pid = start(master, argv + 3);
  struct pollfd files[COUNT] = {{0, POLLIN, 0}, {master, POLLIN, 0}, {controlled ? 3 : -1, POLLIN, 0}};
  for (;;) {
    if (poll(files, COUNT, -1) < 0 && errno != EINTR) fail("poll");
    if (files[INPUT].revents && !relay(0, master)) files[INPUT].fd = -1;
    if (files[CONTROL].revents && !control(master)) files[CONTROL].fd = -1;
    /* The terminal ends with an error when the last program has closed it. */
    if (files[OUTPUT].revents && !relay(master, 1)) break;
  }
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
