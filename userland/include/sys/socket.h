/* Sockets that are made in pairs. (POSIX <sys/socket.h>) */
#pragma once
#include <bits/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#define SOCK_CLOEXEC 02000000
#define SOCK_NONBLOCK 04000
typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;
struct sockaddr {
  sa_family_t sa_family;
  char sa_data[14];
};
struct msghdr {
  void *msg_name;
  socklen_t msg_namelen;
  struct iovec *msg_iov;
  size_t msg_iovlen;
  void *msg_control;
  size_t msg_controllen;
  int msg_flags;
};
int socketpair(int domain, int type, int protocol, int fds[2]);
ssize_t send(int fd, const void *data, size_t length, int flags);
ssize_t recv(int fd, void *buffer, size_t size, int flags);
ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size);
ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *length);
ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t recvmsg(int fd, struct msghdr *message, int flags);
int shutdown(int fd, int how);
