/* Memory mappings and the end of the heap. (POSIX <sys/mman.h>) */
#include "internal.h"
#include <sys/mman.h>
#include <unistd.h>

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (offset & 4095) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  return (void *)syscall(SYS_mmap2, address, length, protection, flags, fd, (long)(offset >> 12));
}

int munmap(void *address, size_t length) {
  return (int)syscall(SYS_munmap, address, length);
}

int mprotect(void *address, size_t length, int protection) {
  return (int)syscall(SYS_mprotect, address, length, protection);
}

void *mremap(void *address, size_t oldLength, size_t newLength, int flags) {
  return (void *)syscall(SYS_mremap, address, oldLength, newLength, flags);
}

static char *currentBreak;

int brk(void *end) {
  currentBreak = (char *)__syscall(SYS_brk, end);
  if (currentBreak >= (char *)end) return 0;
  errno = ENOMEM;
  return -1;
}

void *sbrk(int increment) {
  if (!currentBreak) currentBreak = (char *)__syscall(SYS_brk, 0);
  char *old = currentBreak;
  return increment == 0 || brk(old + increment) == 0 ? old : (void *)-1;
}
