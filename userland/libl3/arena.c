/* Memory for data: from the manager that the environment names, or from the system. */
#include <errno.h>
#include <l3/manager.h>
#include <stdlib.h>
#include <sys/mman.h>

void *l3_arena(unsigned size) {
  static unsigned data_spaces;
  const char *text = getenv(L3_MANAGER_VARIABLE);
  char *end;
  l3_id manager;
  void *base;

  if (!text) {
    base = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return base == MAP_FAILED ? 0 : base;
  }
  manager = strtoul(text, &end, 16);
  if (*end || manager == L3_NIL) {
    errno = EINVAL;
    return 0;
  }
  return l3_attach(size, manager, ++data_spaces, 0, L3_RIGHT_READ | L3_RIGHT_WRITE);
}
