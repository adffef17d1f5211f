/* Terminals. (POSIX <termios.h>; requests of Linux/i386) */
#include "internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  return (int)syscall(SYS_ioctl, fd, request, argument);
}

int tcgetattr(int fd, struct termios *settings) {
  return ioctl(fd, TCGETS, settings);
}

int tcsetattr(int fd, int when, const struct termios *settings) {
  return ioctl(fd, TCSETS + (unsigned)when, settings);
}

int tcflush(int fd, int queue) {
  return ioctl(fd, TCFLSH, queue);
}

int tcdrain(int fd) {
  return ioctl(fd, TCSBRK, 1);
}

void cfmakeraw(struct termios *settings) {
  settings->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  settings->c_oflag &= ~(tcflag_t)OPOST;
  settings->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  settings->c_cc[VMIN] = 1;
  settings->c_cc[VTIME] = 0;
}

speed_t cfgetospeed(const struct termios *settings) {
  return settings->c_cflag & CBAUD;
}

pid_t tcgetpgrp(int fd) {
  pid_t group;
  return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t group) {
  return ioctl(fd, TIOCSPGRP, &group);
}

int isatty(int fd) {
  struct termios settings;
  return tcgetattr(fd, &settings) == 0;
}

int ttyname_r(int fd, char *buffer, size_t size) {
  char link[32];
  if (!isatty(fd)) return errno;
  sprintf(link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, buffer, size - 1);
  if (length < 0) return errno;
  buffer[length] = 0;
  return 0;
}

char *ttyname(int fd) {
  static char name[64];
  int error = ttyname_r(fd, name, sizeof name);
  if (!error) return name;
  errno = error;
  return 0;
}
