/* /dev/shm, and mappings of /dev/zero. */
#include "oracle.h"
#include <sys/statvfs.h>

static void show(const char *path) {
  struct stat status;

  if (stat(path, &status)) printf("%s: error %d\n", path, errno);
  else printf("%s: mode %o, owner %d\n", path, (unsigned)status.st_mode, (int)status.st_uid);
}

static void shared_memory(void) {
  char name[40];
  struct statvfs space;
  volatile char *memory;
  int fd;

  show("/dev/shm");
  sprintf(name, "/dev/shm/test-%d", getpid());
  fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
  printf("made: %d\n", fd >= 0);
  RESULT(ftruncate(fd, 8192));
  memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  memory[4096] = 1;
  if (fork() == 0) {
    int again = open(name, O_RDWR);
    volatile char *other = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0);

    other[4096] += 41;
    _exit(0);
  }
  wait(NULL);
  printf("shared: %d\n", memory[4096]);
  RESULT(unlink(name));
  printf("still: %d\n", memory[4096]);
  RESULT(statvfs("/dev/shm", &space));
  printf("room: %d\n", space.f_bavail > 100);
  RESULT(mkdir("/dev/shm/test-folder", 0700));
  RESULT(rmdir("/dev/shm/test-folder"));
}

static void zeros(void) {
  int fd = open("/dev/zero", O_RDWR), readOnly = open("/dev/zero", O_RDONLY), writeOnly = open("/dev/zero", O_WRONLY);
  volatile int *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  volatile int *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  volatile int *other = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char bytes[4] = "abc";

  printf("zeros: %d %d %d\n", private[0], shared[1024], other[5]);
  private[0] = shared[1024] = 7;
  printf("apart: %d %d\n", private[1024], other[1024]);
  if (fork() == 0) {
    private[0] = shared[1024] = 9;
    _exit(0);
  }
  wait(NULL);
  printf("after fork: %d %d\n", private[0], shared[1024]);
  RESULT(munmap((void *)shared, 8192));
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, writeOnly, 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, readOnly, 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, readOnly, 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/dev/null", O_RDWR), 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/dev/full", O_RDWR), 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/dev/urandom", O_RDWR), 0) == MAP_FAILED ? errno : 0);
  RESULT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/", O_RDONLY), 0) == MAP_FAILED ? errno : 0);
  RESULT(pread(fd, bytes, 3, 1 << 20));
  printf("%d%d%d\n", bytes[0], bytes[1], bytes[2]);
  RESULT(pwrite(fd, bytes, 3, 5));
  RESULT(lseek(fd, 100, SEEK_SET));
  RESULT(lseek(fd, 0, SEEK_CUR));
  RESULT(write(fd, NULL, 10));
  RESULT(read(fd, NULL, 10));
  RESULT(write(open("/dev/null", O_WRONLY), (void *)1, 1000000));
  RESULT(read(open("/dev/null", O_RDONLY), (void *)1, 1000000));
}

int main(void) {
  shared_memory();
  zeros();
  return 0;
}
