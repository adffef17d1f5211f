/*
 * Transfers that meet bad memory after some bytes, vectors with many parts, and what is checked before memory is
 * touched. Prints the same on Linux.
 */
#include "oracle.h"
#include <dirent.h>

enum {
  READV = 145,
  WRITEV = 146,
  GETDENTS64 = 220,
  PREADV = 333,
  PWRITEV = 334,
  GETRANDOM = 355,
  PREADV2 = 378,
  PWRITEV2 = 379
};
enum {
  LLSEEK = 140,
  NANOSLEEP = 162,
  GETITIMER = 105,
  RT_SIGACTION = 174,
  CLOCK_NANOSLEEP = 267,
  FSTAT64 = 197,
  SCHED_GETPARAM = 155,
  GETRUSAGE = 77,
  GETRLIMIT = 191,
  PIPE = 42
};
#define PAGE 4096
#define GOOD 6
#define CALL(name, ...) syscall(name, __VA_ARGS__)

struct part {
  void *base;
  size_t length;
};

/* The last GOOD bytes before memory that is not there. */
static char *edge;
static char text[64 * PAGE];
static struct part parts[1100];

static void fill(int count, int bytes) {
  for (int i = 0; i < count; i++) parts[i] = (struct part){text + i * bytes, bytes};
}

static void scramble(void) {
  for (unsigned i = 0; i < sizeof text; i++) text[i] = i * 7 + i / 251;
}

static unsigned sum(void) {
  unsigned result = 0;
  for (unsigned i = 0; i < sizeof text; i++) result = result * 31 + (unsigned char)text[i];
  return result;
}

static void files(void) {
  int file = open("partial.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
  struct part two[2] = {{edge, GOOD}, {edge + GOOD, 5}}, straddling[2] = {{text, 3}, {edge, 16}};
  long bad = (long)edge + GOOD;

  write(file, "0123456789abcdefghijklmnopqrstuvwxyz", 36);
  RESULT(pread(file, edge, 16, 0));
  RESULT(pread(file, (void *)bad, 16, 0));
  lseek(file, 1, SEEK_SET);
  RESULT(read(file, edge, 16));
  RESULT(lseek(file, 0, SEEK_CUR));
  printf("%.6s\n", edge);
  RESULT(read(file, (void *)bad, 16));
  RESULT(lseek(file, 0, SEEK_CUR));
  RESULT(write(file, edge, 16));
  RESULT(lseek(file, 0, SEEK_CUR));
  RESULT(pwrite(file, edge, 16, 30));
  RESULT(pwrite(file, (void *)bad, 1, 30));
  RESULT(CALL(READV, file, two, 2, 0, 0, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  RESULT(CALL(WRITEV, file, two, 2, 0, 0, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  RESULT(CALL(PREADV, file, straddling, 2, 2, 0, 0));
  RESULT(CALL(PWRITEV, file, straddling, 2, 34, 0, 0));
  RESULT(lseek(file, 0, SEEK_END));
  RESULT(read(file, (void *)bad, 16));
  RESULT(read(file, 0, 0));
  RESULT(CALL(PREADV2, file, two, 1, 1, 0, 0));
  RESULT(CALL(PWRITEV2, file, two, 1, -1, -1, 0));
  RESULT(CALL(PREADV, file, two, 1, -1, -1, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  close(file);
}

static void streams(void) {
  int ends[2], left = 0, master = open("/dev/ptmx", O_RDWR), zero = open("/dev/zero", O_RDONLY),
               random = open("/dev/urandom", O_RDONLY);
  struct part two[2] = {{text, 10}, {edge, 16}};

  pipe(ends);
  RESULT(write(ends[1], edge, 16));
  write(ends[1], "ABCDEFGHIJ", 10);
  RESULT(read(ends[0], edge, 10));
  ioctl(ends[0], FIONREAD, &left);
  printf("%d left\n", left);
  RESULT(read(ends[0], edge, 4));
  RESULT(read(ends[0], edge, 100));
  RESULT(write(ends[1], edge - PAGE, PAGE + 16));
  RESULT(CALL(WRITEV, ends[1], two, 2, 0, 0, 0));
  RESULT(read(zero, edge, 16));
  RESULT(read(random, edge, 16));
  RESULT(read(random, edge + GOOD, 16));
  RESULT(CALL(GETRANDOM, edge, 16, 0, 0, 0, 0));
  RESULT(CALL(GETRANDOM, edge + GOOD, 16, 0, 0, 0, 0));
  if (master >= 0) {
    int number = 0, unlocked = 0, slave;
    char name[32];

    ioctl(master, 0x80045430, &number);
    ioctl(master, 0x40045431, &unlocked);
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    slave = open(name, O_RDWR | O_NOCTTY);
    write(master, "terminal line\n", 14);
    RESULT(read(slave, edge, 16));
    /* Linux has lost the rest of the line now. */
    write(master, "another\n", 8);
    RESULT(read(slave, edge + GOOD, 16));
    close(slave);
  }
  close(ends[0]), close(ends[1]), close(master), close(zero), close(random);
}

static void directories(void) {
  int directory;
  char *end = edge + GOOD;

  mkdir("partial.d", 0700);
  directory = open("partial.d", O_RDONLY | O_DIRECTORY);
  RESULT(CALL(GETDENTS64, directory, edge, 1000, 0, 0, 0));
  RESULT(CALL(GETDENTS64, directory, end - 30, 1000, 0, 0, 0));
  RESULT(CALL(GETDENTS64, directory, text, 1000, 0, 0, 0));
  RESULT(CALL(GETDENTS64, directory, text, 1000, 0, 0, 0));
  close(directory);
  rmdir("partial.d");
}

static void mapped(void) {
  int file = open("partial.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600),
      other = open("other.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600), zero = open("/dev/zero", O_RDONLY);
  char *shared, *private;

  write(file, text, 100);
  shared = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  private = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  RESULT(read(zero, shared, 2 * PAGE));
  RESULT(read(zero, private, 2 * PAGE));
  RESULT(write(other, shared, 2 * PAGE));
  RESULT(write(other, private + PAGE, 1));
  ftruncate(file, PAGE + 1);
  RESULT(read(zero, shared, 2 * PAGE));
  RESULT(write(other, shared, 2 * PAGE));
  mprotect(shared, PAGE, PROT_READ);
  RESULT(read(zero, shared, 10));
  RESULT(write(other, shared, 10));
  munmap(shared, 2 * PAGE), munmap(private, 2 * PAGE);
  close(file), close(other), close(zero);
  unlink("other.tmp");
}

static void vectors(void) {
  int file = open("partial.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600), ends[2];
  struct stat info;

  scramble();
  printf("sum %u\n", sum());
  fill(1024, 5);
  RESULT(CALL(WRITEV, file, parts, 1024, 0, 0, 0));
  fill(1024, 200);
  RESULT(CALL(WRITEV, file, parts, 1024, 0, 0, 0));
  RESULT(CALL(PWRITEV, file, parts, 1000, 1, 0, 0));
  fstat(file, &info);
  printf("size %d\n", (int)info.st_size);
  memset(text, 0, sizeof text);
  RESULT(CALL(PREADV, file, parts, 1024, 2, 0, 0));
  printf("sum %u\n", sum());
  lseek(file, 0, SEEK_SET);
  fill(700, 3);
  RESULT(CALL(READV, file, parts, 700, 0, 0, 0));
  fill(1024, 211);
  RESULT(CALL(READV, file, parts, 1024, 0, 0, 0));
  RESULT(CALL(READV, file, parts, 1025, 0, 0, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  printf("sum %u\n", sum());
  lseek(file, 0, SEEK_SET);
  parts[600] = (struct part){edge, 16};
  RESULT(CALL(READV, file, parts, 1024, 0, 0, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  RESULT(CALL(WRITEV, file, parts, 1024, 0, 0, 0));
  RESULT(lseek(file, 0, SEEK_CUR));
  fill(1024, 0);
  RESULT(CALL(WRITEV, file, parts, 1024, 0, 0, 0));
  fill(3, 10);
  parts[1].length = -1;
  RESULT(CALL(WRITEV, file, parts, 3, 0, 0, 0));
  pipe(ends);
  fill(1000, 60);
  RESULT(CALL(WRITEV, ends[1], parts, 1000, 0, 0, 0));
  fill(1000, 70);
  RESULT(CALL(READV, ends[0], parts, 1000, 0, 0, 0));
  fill(40, 2);
  RESULT(CALL(WRITEV, ends[1], parts, 40, 0, 0, 0));
  fill(300, 10);
  RESULT(CALL(READV, ends[0], parts, 300, 0, 0, 0));
  close(file), close(ends[0]), close(ends[1]);
  unlink("partial.tmp");
}

/* Descriptors and values come before memory. */
static void order(void) {
  char *bad = (char *)0x1000;
  int file = open("/dev/null", O_WRONLY), regular = open("partial.tmp", O_RDWR | O_CREAT, 0600), before, after;

  RESULT(read(-1, bad, 10));
  RESULT(read(file, bad, 10));
  RESULT(write(99, bad, 10));
  RESULT(pread(99, bad, 10, 0));
  RESULT(pwrite(regular, bad, 10, -1));
  RESULT(CALL(READV, 99, bad, 2, 0, 0, 0));
  RESULT(CALL(WRITEV, 99, bad, 2, 0, 0, 0));
  RESULT(CALL(WRITEV, regular, bad, 2, 0, 0, 0));
  RESULT(CALL(FSTAT64, 99, bad, 0, 0, 0, 0));
  RESULT(CALL(FSTAT64, 99, 0, 0, 0, 0, 0));
  RESULT(CALL(FSTAT64, regular, 0, 0, 0, 0, 0));
  RESULT(ioctl(99, TCGETS, bad));
  RESULT(ioctl(99, TCGETS, 0));
  RESULT(ioctl(99, TCSETS, bad));
  RESULT(fcntl(99, F_SETLK, bad));
  RESULT(fcntl(regular, F_SETLK, bad));
  RESULT(fcntl(regular, F_SETLK, 0));
  RESULT(CALL(LLSEEK, 99, 0, 0, bad, 0, 0));
  RESULT(CALL(LLSEEK, regular, 0, 0, bad, 9, 0));
  RESULT(CALL(GETDENTS64, 99, bad, 100, 0, 0, 0));
  RESULT(CALL(GETDENTS64, regular, bad, 100, 0, 0, 0));
  RESULT(CALL(CLOCK_NANOSLEEP, 99, 0, bad, 0, 0, 0));
  RESULT(CALL(CLOCK_NANOSLEEP, 1, 0, bad, 0, 0, 0));
  RESULT(CALL(CLOCK_NANOSLEEP, 1, 0, 0, 0, 0, 0));
  RESULT(CALL(NANOSLEEP, bad, 0, 0, 0, 0, 0));
  RESULT(CALL(GETITIMER, 9, 0, 0, 0, 0, 0));
  RESULT(CALL(GETITIMER, 0, 0, 0, 0, 0, 0));
  RESULT(CALL(RT_SIGACTION, 10, bad, 0, 7, 0, 0));
  RESULT(CALL(RT_SIGACTION, 10, bad, 0, 8, 0, 0));
  RESULT(CALL(SCHED_GETPARAM, 0, 0, 0, 0, 0, 0));
  RESULT(CALL(GETRUSAGE, 9, bad, 0, 0, 0, 0));
  RESULT(CALL(GETRUSAGE, 0, 0, 0, 0, 0, 0));
  RESULT(CALL(GETRLIMIT, 99, bad, 0, 0, 0, 0));
  RESULT(CALL(GETRANDOM, bad, 10, 99, 0, 0, 0));
  RESULT(open(bad, O_RDONLY));
  RESULT(open((char *)0xfffff000, O_RDONLY));
  RESULT(stat("/no/such/file", (struct stat *)0xfffff000));
  before = dup(0);
  RESULT(CALL(PIPE, 0, 0, 0, 0, 0, 0));
  after = dup(0);
  printf("descriptors left: %d\n", after - before - 1);
  close(before), close(after), close(file), close(regular);
  unlink("partial.tmp");
}

int main(void) {
  edge = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(edge + 3 * PAGE, PAGE);
  edge += 3 * PAGE - GOOD;
  files();
  streams();
  directories();
  mapped();
  vectors();
  order();
  return 0;
}
