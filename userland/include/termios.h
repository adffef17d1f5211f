/* Terminal settings, as Linux/i386 lays them out. (POSIX <termios.h>) */
#pragma once
#include <bits/termios.h>
#include <sys/types.h>
typedef unsigned char cc_t;
typedef unsigned speed_t;
typedef unsigned tcflag_t;
struct termios {
  tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
  cc_t c_line;
  cc_t c_cc[NCCS];
};

int tcgetattr(int fd, struct termios *settings);
int tcsetattr(int fd, int when, const struct termios *settings);
int tcflush(int fd, int queue);
int tcdrain(int fd);
void cfmakeraw(struct termios *settings);
speed_t cfgetospeed(const struct termios *settings);
