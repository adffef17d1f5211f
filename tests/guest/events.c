/* Event counters and sets of watched files. */
#include "oracle.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static unsigned long long number;

static void put(int fd, unsigned long long value) {
  number = value;
  RESULT(write(fd, &number, 8));
}

static void get(int fd) {
  number = 77;
  RESULT(read(fd, &number, 8));
  printf("%llu\n", number);
}

static void state(const char *what, int fd) {
  struct pollfd one = {.fd = fd, .events = POLLIN | POLLOUT};

  poll(&one, 1, 0);
  printf("%s: %x\n", what, one.revents);
}

static void counters(void) {
  int fd = eventfd(3, EFD_NONBLOCK), semaphore = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE), child;
  struct stat status;
  char small[7] = "", link[40], name[60] = "";

  RESULT(eventfd(0, 1 << 20));
  state("three", fd);
  get(fd);
  state("none", fd);
  get(fd);
  put(fd, 0);
  get(fd);
  put(fd, ~0ull - 1);
  state("full", fd);
  put(fd, 1);
  put(fd, ~0ull);
  get(fd);
  get(semaphore);
  get(semaphore);
  get(semaphore);
  RESULT(read(fd, small, 7));
  RESULT(write(fd, small, 7));
  RESULT(read(fd, NULL, 8));
  put(fd, 5);
  RESULT(read(fd, NULL, 8));
  RESULT(write(fd, NULL, 8));
  RESULT(lseek(fd, 0, SEEK_CUR));
  RESULT(pread(fd, &number, 8, 0));
  RESULT(pwrite(fd, &number, 8, 0));
  RESULT(ftruncate(fd, 0));
  RESULT(fsync(fd));
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0);
  RESULT(ioctl(fd, FIONREAD, &number));
  RESULT(fcntl(fd, F_GETFL));
  RESULT(fstat(fd, &status));
  printf("mode %o, size %ld, links %ld\n", (unsigned)status.st_mode, (long)status.st_size, (long)status.st_nlink);
  sprintf(link, "/proc/self/fd/%d", fd);
  readlink(link, name, sizeof name - 1);
  printf("%s\n", name);
  RESULT(open(link, O_RDWR));
  fd = eventfd(0, 0);
  child = fork();
  if (child == 0) {
    get(fd);
    fflush(stdout);
    _exit(0);
  }
  number = 9;
  write(fd, &number, 8);
  waitpid(child, NULL, 0);
}

static int set;

static void control(int operation, int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.u64 = 0x100000000ull * fd + events};

  if (epoll_ctl(set, operation, fd, &event)) printf("control %d: error %d\n", operation, errno);
}

/* Prints what is ready; numbers of descriptors are the same as natively. */
static void ready_of(const char *what, int from, int most) {
  struct epoll_event events[8];
  int count = epoll_wait(from, events, most, 0);

  printf("%s: %d", what, count);
  for (int i = 0; i < count; i++)
    printf(" [%x %d:%x]", events[i].events, (int)(events[i].data.u64 >> 32), (unsigned)events[i].data.u64);
  printf("\n");
  fflush(stdout);
}

static void ready(const char *what) {
  ready_of(what, set, 8);
}

static void refusals(int pipe_end) {
  struct epoll_event event = {.events = EPOLLIN};
  int file = open("file", O_CREAT | O_RDWR, 0600), directory = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);
  int zero = open("/dev/zero", O_RDWR), random = open("/dev/random", O_RDONLY),
      urandom = open("/dev/urandom", O_RDONLY), place = open("file", O_PATH);

  RESULT(epoll_create(0));
  RESULT(epoll_create(-1));
  RESULT(epoll_create1(1));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, file, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, directory, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, null, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, zero, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, random, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_DEL, random, NULL));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, urandom, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, place, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, 99, &event));
  RESULT(epoll_ctl(99, EPOLL_CTL_ADD, pipe_end, &event));
  RESULT(epoll_ctl(99, EPOLL_CTL_ADD, pipe_end, NULL));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, pipe_end, NULL));
  RESULT(epoll_ctl(file, EPOLL_CTL_ADD, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, set, &event));
  RESULT(epoll_ctl(set, 9, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_MOD, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_DEL, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, pipe_end, &event));
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  RESULT(epoll_ctl(set, EPOLL_CTL_MOD, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_DEL, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, pipe_end, &event));
  event.events = EPOLLIN;
  RESULT(epoll_ctl(set, EPOLL_CTL_MOD, pipe_end, &event));
  RESULT(epoll_ctl(set, EPOLL_CTL_DEL, pipe_end, NULL));
  event.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT;
  RESULT(epoll_ctl(set, EPOLL_CTL_ADD, pipe_end, &event));
  RESULT(epoll_wait(set, &event, 0, 0));
  RESULT(epoll_wait(set, &event, -1, 0));
  RESULT(epoll_wait(set, &event, 0x7fffffff, 0));
  RESULT(epoll_wait(pipe_end, &event, 1, 0));
  RESULT(epoll_wait(99, &event, 1, 0));
  RESULT(read(set, &number, 8));
  RESULT(write(set, &number, 8));
  RESULT(lseek(set, 0, SEEK_CUR));
  RESULT(fcntl(set, F_GETFL));
  close(file), close(directory), close(null), close(zero), close(random), close(urandom), close(place);
}

static void triggers(void) {
  int ends[2];
  char bytes[100];

  pipe(ends);
  control(EPOLL_CTL_ADD, ends[0], EPOLLIN);
  control(EPOLL_CTL_ADD, ends[1], EPOLLOUT);
  ready("writable");
  control(EPOLL_CTL_DEL, ends[1], 0);
  ready("nothing");
  write(ends[1], "abc", 3);
  ready("level");
  ready("level again");
  control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET);
  ready("edge");
  ready("edge again");
  write(ends[1], "d", 1);
  ready("another edge");
  read(ends[0], bytes, 1);
  ready("after reading a part");
  read(ends[0], bytes, 100);
  ready("after reading all");
  write(ends[1], "d", 1);
  read(ends[0], bytes, 100);
  ready("came and went");
  control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT);
  write(ends[1], "e", 1);
  ready("once");
  write(ends[1], "e", 1);
  ready("no more");
  control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLRDNORM | EPOLLONESHOT);
  ready("once more");
  control(EPOLL_CTL_MOD, ends[0], 0);
  ready("no events");
  close(ends[1]);
  ready("hung up");
  control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET);
  ready("hung up, edge");
  ready("hung up, edge again");
  close(ends[0]);
  ready("closed");
}

static void duplicates(void) {
  int fd = eventfd(1, 0), copy = dup(fd);

  control(EPOLL_CTL_ADD, fd, EPOLLIN);
  control(EPOLL_CTL_ADD, copy, EPOLLIN | EPOLLOUT);
  ready("two names");
  close(fd);
  ready("one closed");
  RESULT(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
  close(copy);
  ready("both closed");
}

static void turns(void) {
  int fds[4];

  for (int i = 0; i < 4; i++) control(EPOLL_CTL_ADD, fds[i] = eventfd(1, 0), EPOLLIN);
  for (int i = 0; i < 5; i++) ready_of("one at a time", set, 1);
  ready_of("three", set, 3);
  ready_of("three", set, 3);
  for (int i = 0; i < 4; i++) close(fds[i]);
}

static void edges_of_counters(void) {
  int fd = eventfd(0, EFD_NONBLOCK);

  control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET);
  ready("start");
  put(fd, 1);
  ready("counted");
  ready("quiet");
  put(fd, 1);
  ready("counted again");
  get(fd);
  ready("taken");
  control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET);
  get(fd);
  ready("for input only");
  put(fd, 2);
  get(fd);
  ready("taken before");
  close(fd);
}

static void nested(void) {
  int inner = epoll_create1(0), fd = eventfd(0, 0), sets[7];
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 5};

  RESULT(epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event));
  control(EPOLL_CTL_ADD, inner, EPOLLIN);
  ready("inner quiet");
  state("poll of a set", set);
  put(fd, 1);
  ready("inner ready");
  state("poll of a set", set);
  state("poll of the inner", inner);
  get(fd);
  ready("inner quiet again");
  control(EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLET);
  put(fd, 1);
  ready("edge of a level");
  ready("edge of a level again");
  event.data.u64 = 6;
  RESULT(epoll_ctl(inner, EPOLL_CTL_ADD, set, &event));
  for (int i = 0; i < 7; i++) sets[i] = epoll_create1(0);
  for (int i = 0; i < 6; i++) RESULT(epoll_ctl(sets[i], EPOLL_CTL_ADD, sets[i + 1], &event));
  RESULT(epoll_ctl(sets[4], EPOLL_CTL_ADD, sets[0], &event));
  for (int i = 0; i < 7; i++) close(sets[i]);
  close(inner);
  ready("inner closed");
  close(fd);
}

static void waits(void) {
  int ends[2], child, status;
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1};
  char byte;
  sigset_t none;

  pipe(ends);
  epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
  child = fork();
  if (child == 0) {
    struct epoll_event found;
    int count = epoll_wait(set, &found, 1, -1);

    _exit(10 * count + found.events);
  }
  write(ends[1], "x", 1);
  waitpid(child, &status, 0);
  printf("woken: %d\n", WEXITSTATUS(status));
  read(ends[0], &byte, 1);
  RESULT(epoll_wait(set, &event, 1, 20));
  sigemptyset(&none);
  RESULT(epoll_pwait(set, &event, 1, 1, &none));
}

static volatile int handled;

static void handle(int signal) {
  handled += signal;
}

static void interruptions(void) {
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  struct epoll_event event;
  sigset_t blocked, old, none;

  sigaction(SIGALRM, &action, NULL);
  sigemptyset(&blocked);
  sigemptyset(&none);
  sigaddset(&blocked, SIGALRM);
  sigprocmask(SIG_BLOCK, &blocked, &old);
  kill(getpid(), SIGALRM);
  RESULT(epoll_pwait(set, &event, 1, 0, &none));
  printf("handled %d\n", handled);
  RESULT(epoll_pwait(set, &event, 1, -1, &none));
  printf("handled %d\n", handled);
  sigprocmask(SIG_BLOCK, NULL, &old);
  printf("blocked again: %d\n", sigismember(&old, SIGALRM));
  sigprocmask(SIG_UNBLOCK, &blocked, NULL);
  alarm(1);
  RESULT(epoll_wait(set, &event, 1, -1));
  printf("handled %d\n", handled);
}

int main(void) {
  int ends[2];

  /* Whatever was inherited: numbers are printed. */
  for (int fd = 3; fd < 64; fd++) close(fd);
  counters();
  set = epoll_create1(0);
  pipe(ends);
  refusals(ends[0]);
  triggers();
  duplicates();
  turns();
  edges_of_counters();
  nested();
  waits();
  interruptions();
  return 0;
}
