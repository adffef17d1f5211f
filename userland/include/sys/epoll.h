/* Sets of watched files. (Linux epoll(7)) */
#pragma once
#include <bits/epoll.h>
#include <signal.h>
#include <stdint.h>
#define EPOLL_CLOEXEC 02000000
typedef union epoll_data {
  void *ptr;
  int fd;
  uint32_t u32;
  uint64_t u64;
} epoll_data_t;
struct epoll_event {
  uint32_t events;
  epoll_data_t data;
} __attribute__((packed));
int epoll_create(int size);
int epoll_create1(int flags);
int epoll_ctl(int set, int operation, int fd, struct epoll_event *event);
int epoll_wait(int set, struct epoll_event *events, int count, int milliseconds);
int epoll_pwait(int set, struct epoll_event *events, int count, int milliseconds, const sigset_t *mask);
