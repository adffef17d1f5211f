/* Event counters and sets of watched files. (Linux eventfd(2), epoll(7)) */
#include "internal.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

int eventfd(unsigned int count, int flags) {
  return (int)syscall(SYS_eventfd2, count, flags);
}

int epoll_create(int size) {
  return (int)syscall(SYS_epoll_create, size);
}

int epoll_create1(int flags) {
  return (int)syscall(SYS_epoll_create1, flags);
}

int epoll_ctl(int set, int operation, int fd, struct epoll_event *event) {
  return (int)syscall(SYS_epoll_ctl, set, operation, fd, event);
}

int epoll_wait(int set, struct epoll_event *events, int count, int milliseconds) {
  return (int)syscall(SYS_epoll_wait, set, events, count, milliseconds);
}

int epoll_pwait(int set, struct epoll_event *events, int count, int milliseconds, const sigset_t *mask) {
  return (int)syscall(SYS_epoll_pwait, set, events, count, milliseconds, mask, sizeof(sigset_t));
}
