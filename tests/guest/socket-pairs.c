/* Pairs of sockets: streams, datagrams, packets; by their own calls and by socketcall. */
#include "oracle.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static char buffer[300000];
static int broken_pipes;

static void count_signal(int signal) {
  broken_pipes += signal == SIGPIPE;
}

static void state(const char *what, int fd) {
  struct pollfd one = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

  poll(&one, 1, 0);
  printf("%s: %x\n", what, (unsigned)one.revents);
}

static void take(const char *what, int fd, int size, int flags) {
  long count;

  memset(buffer, 0, 100);
  errno = 0;
  count = recv(fd, buffer, size, flags);
  printf("%s: %ld \"%.20s\" error %d\n", what, count, count > 0 ? buffer : "", errno);
  fflush(stdout);
}

static void refusals(void) {
  int fds[2], file = open("/dev/null", O_RDWR);
  struct stat status;

  RESULT(socketpair(AF_UNIX, 99, 0, fds));
  RESULT(socketpair(99, SOCK_STREAM, 0, fds));
  RESULT(socketpair(AF_UNIX, SOCK_STREAM, 7, fds));
  RESULT(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, fds));
  RESULT(socketpair(AF_UNIX, SOCK_STREAM, 0, NULL));
  RESULT(send(file, "x", 1, 0));
  RESULT(recv(file, buffer, 1, 0));
  RESULT(shutdown(file, 0));
  RESULT(send(99, "x", 1, 0));
  RESULT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 1, fds));
  RESULT(fcntl(fds[0], F_GETFL));
  RESULT(fcntl(fds[1], F_GETFD));
  RESULT(fstat(fds[0], &status));
  printf("mode %o\n", (unsigned)status.st_mode);
  RESULT(shutdown(fds[0], 3));
  RESULT(lseek(fds[0], 0, SEEK_CUR));
  RESULT(pread(fds[0], buffer, 1, 0));
  RESULT(ftruncate(fds[0], 0));
  RESULT(fsync(fds[0]));
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fds[0], 0) == MAP_FAILED ? errno : 0);
  RESULT(recv(fds[0], buffer, 10, 0));
  RESULT(read(fds[0], buffer, 0));
  RESULT(write(fds[0], "", 0));
  RESULT(write(fds[0], NULL, 5));
  close(fds[0]), close(fds[1]), close(file);
}

static void messages(int type) {
  int fds[2], count;

  printf("type %d\n", type);
  RESULT(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
  state("new", fds[0]);
  take("nothing", fds[0], 10, 0);
  RESULT(write(fds[0], "abc", 3));
  RESULT(send(fds[0], "defgh", 5, MSG_NOSIGNAL));
  RESULT(ioctl(fds[1], FIONREAD, &count));
  printf("ready %d\n", count);
  state("readable", fds[1]);
  take("look", fds[1], 5, MSG_PEEK);
  take("a part", fds[1], 2, 0);
  take("whole length", fds[1], 2, MSG_TRUNC);
  take("the rest", fds[1], 20, 0);
  take("no more", fds[1], 20, MSG_DONTWAIT);
  RESULT(send(fds[0], "", 0, 0));
  take("empty", fds[1], 20, 0);
  RESULT(send(fds[0], buffer, 300000, 0) > 100000);
  if (type == SOCK_STREAM) state("full", fds[0]);
  while (recv(fds[1], buffer, sizeof buffer, 0) > 0) continue;
  state("emptied", fds[0]);
  write(fds[0], "last", 4);
  RESULT(shutdown(fds[0], SHUT_WR));
  state("shut for writing", fds[0]);
  state("its peer", fds[1]);
  RESULT(write(fds[0], "x", 1));
  printf("broken pipes %d\n", broken_pipes);
  take("before the end", fds[1], 20, 0);
  take("the end", fds[1], 20, 0);
  RESULT(write(fds[1], "back", 4));
  take("back", fds[0], 20, 0);
  RESULT(shutdown(fds[1], SHUT_RDWR));
  state("both shut", fds[0]);
  state("both shut, peer", fds[1]);
  close(fds[0]), close(fds[1]);
}

static void closing(int type) {
  int fds[2];

  socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds);
  write(fds[0], "abc", 3);
  close(fds[0]);
  state("peer closed", fds[1]);
  take("what it left", fds[1], 10, 0);
  take("then", fds[1], 10, 0);
  RESULT(send(fds[1], "x", 1, 0));
  RESULT(send(fds[1], "x", 1, MSG_NOSIGNAL));
  RESULT(write(fds[1], "x", 1));
  printf("broken pipes %d\n", broken_pipes);
  close(fds[1]);
  socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds);
  write(fds[1], "unread", 6);
  close(fds[0]);
  state("closed with unread bytes", fds[1]);
  take("reset", fds[1], 10, 0);
  take("end", fds[1], 10, 0);
  close(fds[1]);
}

static void vectors(int type) {
  int fds[2];
  char a[3] = "", b[100] = "", name[20];
  struct iovec out[40], in[2] = {{a, 2}, {b, 90}};
  struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};

  socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds);
  out[0] = (struct iovec){"abc", 3};
  out[1] = (struct iovec){"defg", 4};
  RESULT(sendmsg(fds[0], &message, 0));
  message = (struct msghdr){.msg_iov = in, .msg_iovlen = 2, .msg_name = name, .msg_namelen = 20, .msg_flags = -1};
  RESULT(recvmsg(fds[1], &message, 0));
  printf("%s %s, name %d, control %d, flags %x\n", a, b, (int)message.msg_namelen, (int)message.msg_controllen,
         (unsigned)message.msg_flags);
  for (int i = 0; i < 40; i++) out[i] = (struct iovec){i % 2 ? "b" : "a", 1};
  message = (struct msghdr){.msg_iov = out, .msg_iovlen = 40};
  RESULT(sendmsg(fds[0], &message, 0));
  memset(buffer, 0, 60);
  for (int i = 0; i < 40; i++) out[i] = (struct iovec){buffer + 39 - i, 1};
  message = (struct msghdr){.msg_iov = out, .msg_iovlen = 30};
  RESULT(recvmsg(fds[1], &message, 0));
  printf("%s, flags %x\n", buffer + 10, (unsigned)message.msg_flags);
  RESULT(sendmsg(fds[0], NULL, 0));
  message.msg_iovlen = 2000;
  RESULT(sendmsg(fds[0], &message, 0));
  close(fds[0]), close(fds[1]);
}

static void old_calls(void) {
  int fds[2];
  long pair[4] = {AF_UNIX, SOCK_STREAM, 0, (long)fds}, out[4], in[4], end[2];

  RESULT(syscall(SYS_socketcall, 0, pair));
  RESULT(syscall(SYS_socketcall, 21, pair));
  RESULT(syscall(SYS_socketcall, 8, NULL));
  RESULT(syscall(SYS_socketcall, 8, pair));
  out[0] = fds[0], out[1] = (long)"hello", out[2] = 5, out[3] = 0;
  in[0] = fds[1], in[1] = (long)buffer, in[2] = 100, in[3] = 0;
  end[0] = fds[0], end[1] = SHUT_WR;
  RESULT(syscall(SYS_socketcall, 9, out));
  RESULT(syscall(SYS_socketcall, 10, in));
  RESULT(syscall(SYS_socketcall, 13, end));
  RESULT(syscall(SYS_socketcall, 10, in));
  close(fds[0]), close(fds[1]);
}

static void waits(void) {
  int fds[2], total = 0, status;
  long count;

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  if (fork() == 0) {
    close(fds[0]);
    count = write(fds[1], buffer, sizeof buffer);
    count += write(fds[1], buffer, sizeof buffer);
    _exit(count == 2 * sizeof buffer ? 7 : 8);
  }
  close(fds[1]);
  while ((count = recv(fds[0], buffer, 100000, total == 0 ? MSG_WAITALL : 0)) > 0) {
    if (total == 0) printf("all: %ld\n", count);
    total += count;
  }
  wait(&status);
  printf("%d bytes, status %d\n", total, WEXITSTATUS(status));
  close(fds[0]);
}

static void edges(void) {
  int fds[2], set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET}, found;

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event);
#define EDGE(what) \
  found.events = 0, printf("%s: %d", what, epoll_wait(set, &found, 1, 0)), printf(" %x\n", (unsigned)found.events)
  EDGE("new");
  EDGE("quiet");
  write(fds[1], "a", 1);
  EDGE("bytes");
  write(fds[1], "b", 1);
  EDGE("more");
  read(fds[0], buffer, 1);
  EDGE("read a part");
  shutdown(fds[1], SHUT_WR);
  EDGE("the end");
  close(fds[1]);
  EDGE("closed");
}

int main(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  struct sigaction action = {.sa_handler = count_signal};

  for (int fd = 3; fd < 64; fd++) close(fd);
  sigaction(SIGPIPE, &action, NULL);
  refusals();
  for (int i = 0; i < 3; i++) messages(types[i]);
  for (int i = 0; i < 3; i++) closing(types[i]);
  for (int i = 0; i < 3; i++) vectors(types[i]);
  old_calls();
  waits();
  edges();
  return 0;
}
