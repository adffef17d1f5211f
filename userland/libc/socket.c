/* Sockets. (POSIX <sys/socket.h>) */
#include "internal.h"
#include <sys/socket.h>

int socketpair(int domain, int type, int protocol, int fds[2]) {
  return (int)syscall(SYS_socketpair, domain, type, protocol, fds);
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
  return syscall(SYS_sendto, fd, data, length, flags, 0, 0);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags) {
  return syscall(SYS_recvfrom, fd, buffer, size, flags, 0, 0);
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
  return syscall(SYS_sendto, fd, data, length, flags, to, size);
}

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *length) {
  return syscall(SYS_recvfrom, fd, buffer, size, flags, from, length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  return syscall(SYS_recvmsg, fd, message, flags);
}

int shutdown(int fd, int how) {
  return (int)syscall(SYS_shutdown, fd, how);
}
