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

void *mremap(void *address, size_t old_length, size_t new_length, int flags) {
  return (void *)syscall(SYS_mremap, address, old_length, new_length, flags);
}

static char *current_break;

int brk(void *end) {
  current_break = (char *)__syscall(SYS_brk, end);
  if (current_break >= (char *)end) return 0;
  errno = ENOMEM;
  return -1;
}

void *sbrk(int increment) {
  if (!current_break) current_break = (char *)__syscall(SYS_brk, 0);
  char *old = current_break;
  return increment == 0 || brk(old + increment) == 0 ? old : (void *)-1;
}
