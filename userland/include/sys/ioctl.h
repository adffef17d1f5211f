/* Terminal requests. (Linux/i386) */
#pragma once
#include <bits/ioctl.h>
struct winsize {
  unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};
int ioctl(int fd, unsigned long request, ...);
