/*
 * Dynamic memory. A small block comes from the free list of its size class, filled from the heap (brk); a large block
 * is a mapping of its own. A block's size class, or the length of its mapping, is in the eight bytes before it.
 */
#include "internal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER 8
#define LARGE (128u << 10)
#define CHUNK (64u << 10)
#define PAGE 4096u
/* Classes 0…31 are multiples of 16 bytes, then four to each power of two. */
#define FINE_CLASSES 32
#define CLASSES (FINE_CLASSES + 4 * 9)
#define MAPPED 0xffffffffu

typedef struct block {
  uint32_t class;
  /* Length of the mapping of a large block. */
  uint32_t length;
  struct block *next;
} block;

static block *free_lists[CLASSES];
static char *heap_at, *heap_end;

static size_t class_size(unsigned class) {
  if (class < FINE_CLASSES) return (class + 1) * 16;
  unsigned step = class - FINE_CLASSES;
  return (size_t)(5 + step % 4) << (7 + step / 4);
}

static unsigned class_of(size_t size) {
  if (size <= FINE_CLASSES * 16) return (unsigned)((size + 15) / 16 - 1);
  unsigned power = 31 - (unsigned)__builtin_clz((unsigned)size - 1);
  return FINE_CLASSES + (power - 9) * 4 + (unsigned)((size - 1) >> (power - 2)) - 4;
}

/* Fresh memory from the heap; a null pointer if the kernel gives none. */
static void *carve(size_t size) {
  if ((size_t)(heap_end - heap_at) < size) {
    size_t grow = (size + CHUNK - 1) / CHUNK * CHUNK;
    char *start = sbrk((int)grow);
    if (start == (char *)-1) return 0;
    if (start != heap_end) heap_at = (char *)(((uintptr_t)start + 7) & ~(uintptr_t)7);
    heap_end = start + grow;
    if ((size_t)(heap_end - heap_at) < size) return carve(size);
  }
  void *result = heap_at;
  heap_at += size;
  return result;
}

static void *allocate_large(size_t size) {
  if (size > 0x7fff0000) {
    errno = ENOMEM;
    return 0;
  }
  size_t length = (size + HEADER + PAGE - 1) & ~(PAGE - 1);
  block *new = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (new == MAP_FAILED) return 0;
  new->class = MAPPED;
  new->length = length;
  return (char *)new + HEADER;
}

void *malloc(size_t size) {
  if (size + HEADER > LARGE || size > LARGE) return allocate_large(size);
  unsigned class = class_of(size + HEADER);
  block *new = free_lists[class];
  if (new) {
    free_lists[class] = new->next;
  } else {
    new = carve(class_size(class));
    if (!new) {
      errno = ENOMEM;
      return 0;
    }
    new->class = class;
  }
  return (char *)new + HEADER;
}

void free(void *pointer) {
  if (!pointer) return;
  block *old = (block *)((char *)pointer - HEADER);
  if (old->class == MAPPED) {
    munmap(old, old->length);
    return;
  }
  old->next = free_lists[old->class];
  free_lists[old->class] = old;
}

void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return 0;
  }
  void *pointer = malloc(total);
  if (pointer && ((block *)((char *)pointer - HEADER))->class != MAPPED) memset(pointer, 0, total);
  return pointer;
}

void *realloc(void *pointer, size_t size) {
  if (!pointer) return malloc(size);
  block *old = (block *)((char *)pointer - HEADER);
  size_t room = (old->class == MAPPED ? old->length : class_size(old->class)) - HEADER;
  if (old->class == MAPPED && size + HEADER > LARGE && size <= 0x7fff0000) {
    size_t length = (size + HEADER + PAGE - 1) & ~(PAGE - 1);
    if (length == old->length) return pointer;
    block *moved = mremap(old, old->length, length, MREMAP_MAYMOVE);
    if (moved != MAP_FAILED) {
      moved->length = length;
      return (char *)moved + HEADER;
    }
  } else if (size <= room && old->class != MAPPED) {
    return pointer;
  }
  void *new = malloc(size);
  if (!new) return 0;
  memcpy(new, pointer, size < room ? size : room);
  free(pointer);
  return new;
}

void *reallocarray(void *pointer, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return 0;
  }
  return realloc(pointer, total);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment > 8) return EINVAL;
  *result = malloc(size);
  return *result ? 0 : ENOMEM;
}
