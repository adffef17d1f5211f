/*
 * Locks that belong to open files, and mremap that doubles or keeps. Prints the same on Linux.
 */
#include "oracle.h"
#include <string.h>

enum { OFD_GETLK = 36, OFD_SETLK = 37, KEEP = 4, MREMAP = 163, MAY_MOVE = 1, FALLOCATE = 324, ZERO_RANGE = 0x10 };

/* As struct flock64 of the kernel: its 64-bit members are aligned to 4. */
struct lock {
  short type, whence;
  unsigned start[2], length[2];
  int pid;
};

static void locks(void) {
  int a = open("locks", O_RDWR | O_CREAT, 0600), b = open("locks", O_RDWR), copy;
  struct lock lock = {1, SEEK_SET, {0}, {0}, 0};

  RESULT(fcntl(a, OFD_SETLK, &lock));
  RESULT(fcntl(a, OFD_SETLK, &lock));
  RESULT(fcntl(b, OFD_SETLK, &lock));
  RESULT(fcntl(b, OFD_GETLK, &lock));
  printf("type %d pid %d\n", lock.type, lock.pid);
  lock = (struct lock){1, SEEK_SET, {0}, {0}, 5};
  RESULT(fcntl(b, OFD_SETLK, &lock));
  lock.pid = 0;
  /* It goes with the last descriptor of the open file, not before. */
  copy = dup(a);
  close(copy);
  RESULT(fcntl(b, OFD_SETLK, &lock));
  close(a);
  RESULT(fcntl(b, OFD_SETLK, &lock));
}

static void remaps(void) {
  char *shared = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *private = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *second, *moved;

  strcpy(shared, "one");
  second = (char *)syscall(MREMAP, shared, 0, 4096, MAY_MOVE);
  printf("%s\n", second);
  strcpy(second, "two");
  printf("%s\n", shared);
  strcpy(private + 4096, "kept");
  moved = (char *)syscall(MREMAP, private, 8192, 8192, MAY_MOVE | KEEP, 0);
  printf("%d [%s] [%s]\n", moved != private, moved + 4096, private + 4096);
  RESULT(syscall(MREMAP, private, 0, 4096, MAY_MOVE) == -1);
  RESULT(syscall(MREMAP, private, 8192, 4096, MAY_MOVE | KEEP, 0));
}

static void zeros(void) {
  char text[16] = {0};
  int fd = open("zeros", O_RDWR | O_CREAT, 0600);

  write(fd, "hello world", 11);
  RESULT(syscall(FALLOCATE, fd, ZERO_RANGE, 6, 0, 2, 0));
  RESULT(pread(fd, text, 15, 0));
  printf("%s, %d, %s\n", text, text[7], text + 8);
  RESULT(syscall(FALLOCATE, fd, ZERO_RANGE, 9, 0, 4, 0));
  RESULT(lseek(fd, 0, SEEK_END));
}

int main(void) {
  locks();
  remaps();
  zeros();
  return 0;
}
