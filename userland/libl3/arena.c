/* Memory for data: from the manager that the environment names, or from the system. */
#include <errno.h>
#include <l3/manager.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RIGHTS (L3_RIGHT_READ | L3_RIGHT_WRITE)

static unsigned data_spaces;

/* A manager outside our clan: the Unix server, our chief, binds the region. */
static void *attach_booted(unsigned size) {
  void *base = mmap(0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  size = (size + L3_PAGE_BYTES - 1) & -L3_PAGE_BYTES;
  if (base == MAP_FAILED) return 0;
  if (syscall(L3_UNIX_BIND_MANAGER, base, size, ++data_spaces, RIGHTS) == 0) return base;
  int error = errno;
  munmap(base, size);
  errno = error;
  return 0;
}

void *l3_arena(unsigned size) {
  const char *text = getenv(L3_MANAGER_VARIABLE);
  char *end;
  l3_id manager;
  void *base;

  if (!text) {
    base = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return base == MAP_FAILED ? 0 : base;
  }
  if (strcmp(text, L3_BOOTED_MANAGER) == 0) return attach_booted(size);
  manager = strtoul(text, &end, 16);
  if (*end || manager == L3_NIL) {
    errno = EINVAL;
    return 0;
  }
  return l3_attach(size, manager, ++data_spaces, 0, RIGHTS);
}
