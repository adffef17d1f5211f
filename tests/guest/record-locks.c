/* F_GETLK names the conflict that comes first in the file, also after locks were split, joined and changed. */
#include "oracle.h"

static int file;

static void lock(short type, long start, long length) {
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

  RESULT(fcntl(file, F_SETLK, &range));
}

static void first_conflicts(void) {
  for (int start = 0; start < 30; start++) {
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start};

    if (fork() == 0) {
      fcntl(file, F_GETLK, &range);
      printf("from %d: type %d, %ld + %ld\n", start, range.l_type, (long)range.l_start, (long)range.l_len);
      fflush(stdout);
      _exit(0);
    }
    wait(NULL);
  }
}

int main(void) {
  file = open("locked", O_CREAT | O_RDWR, 0600);
  lock(F_WRLCK, 20, 5);
  lock(F_WRLCK, 10, 5);
  lock(F_RDLCK, 1, 5);
  first_conflicts();
  lock(F_RDLCK, 8, 14);
  first_conflicts();
  lock(F_UNLCK, 12, 2);
  lock(F_RDLCK, 0, 1);
  first_conflicts();
  return 0;
}
