/* Terminal requests. (Linux/i386) */
#pragma once
#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCFLSH 0x540b
#define TCSBRK 0x5409
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD 0x541b
#define TIOCNOTTY 0x5422
struct winsize {
  unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};
int ioctl(int fd, unsigned long request, ...);
