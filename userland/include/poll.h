/* Waiting for descriptors. (POSIX <poll.h>) */
#pragma once
#include <bits/poll.h>
typedef unsigned long nfds_t;
struct pollfd {
  int fd;
  short events, revents;
};
int poll(struct pollfd *fds, nfds_t count, int milliseconds);
