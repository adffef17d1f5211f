/* Flexpages and regions. (L4 X.0 reference manual, fpage_unmap; L3's data spaces: kernel/abi/calls.ts) */
#include <errno.h>
#include <l3/memory.h>
#include <sys/mman.h>

unsigned l3_unmap(l3_fpage fpage, unsigned mask) {
  __asm__ volatile("int %2" : "+a"(fpage), "+c"(mask) : "i"(L3_CALL_FPAGE_UNMAP) : "edx", "esi", "edi", "memory", "cc");
  return fpage;
}

unsigned l3_region_map(void *base, unsigned size, l3_id manager, unsigned data_space, unsigned offset,
                       unsigned rights) {
  const unsigned request[] = {(unsigned)base, size, manager, data_space, offset, rights};
  const unsigned *pointer = request;
  unsigned result;

  __asm__ volatile("int %2"
                   : "=a"(result), "+S"(pointer)
                   : "i"(L3_CALL_REGION_MAP)
                   : "ecx", "edx", "edi", "memory", "cc");
  return result;
}

unsigned l3_region_unmap(void *base, unsigned size) {
  unsigned result = (unsigned)base;

  __asm__ volatile("int %2"
                   : "+a"(result), "+c"(size)
                   : "i"(L3_CALL_REGION_UNMAP)
                   : "edx", "esi", "edi", "memory", "cc");
  return result;
}

unsigned l3_region_protect(void *base, unsigned size, unsigned rights) {
  unsigned result = (unsigned)base;

  __asm__ volatile("int %3"
                   : "+a"(result), "+c"(size), "+d"(rights)
                   : "i"(L3_CALL_REGION_PROTECT)
                   : "esi", "edi", "memory", "cc");
  return result;
}

/* The Unix server keeps the addresses free for us: to it they are a mapping without any access. */
void *l3_attach(unsigned size, l3_id manager, unsigned data_space, unsigned offset, unsigned rights) {
  static const int errors[] = {[L3_REGION_INVALID] = EINVAL,
                               [L3_REGION_OVERLAP] = EEXIST,
                               [L3_REGION_NO_MEMORY] = ENOMEM,
                               [L3_REGION_DENIED] = EPERM};
  char *base = mmap(0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  unsigned result;

  if (base == MAP_FAILED) return 0;
  size = (size + L3_PAGE_BYTES - 1) & -L3_PAGE_BYTES;
  result = l3_region_unmap(base, size);
  if (result == L3_REGION_OK) result = l3_region_map(base, size, manager, data_space, offset, rights);
  if (result == L3_REGION_OK) return base;
  munmap(base, size);
  errno = errors[result];
  return 0;
}

int l3_detach(void *base, unsigned size) {
  return munmap(base, size);
}
