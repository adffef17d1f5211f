/* Memory mappings. (POSIX <sys/mman.h>) */
#pragma once
#include <bits/mman.h>
#include <sys/types.h>
#define MAP_FAILED ((void *)-1)
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
int munmap(void *address, size_t length);
int mprotect(void *address, size_t length, int protection);
void *mremap(void *address, size_t old_length, size_t new_length, int flags);
