/* Where pages go that have no frame: a file without a name. */
#include <errno.h>
#include <l3/manager.h>
#include <stdlib.h>
#include <unistd.h>

static int file = -1;

int l3_store_open(unsigned slots) {
  char name[] = "/tmp/pages.XXXXXX";

  file = mkstemp(name);
  if (file < 0) return -1;
  unlink(name);
  return ftruncate(file, (off_t)slots * L3_PAGE_BYTES);
}

/* Short transfers do not happen but at the end of the file or of the medium. */
static int complete(ssize_t bytes) {
  if (bytes == (ssize_t)L3_PAGE_BYTES) return 0;
  if (bytes >= 0) errno = EIO;
  return -1;
}

int l3_store_read(unsigned slot, void *page) {
  return complete(pread(file, page, L3_PAGE_BYTES, (off_t)slot * L3_PAGE_BYTES));
}

int l3_store_write(unsigned slot, const void *page) {
  return complete(pwrite(file, page, L3_PAGE_BYTES, (off_t)slot * L3_PAGE_BYTES));
}
