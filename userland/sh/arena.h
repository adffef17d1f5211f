/*
 * Memory that is released in bulk: an arena is a list of chunks. Trees of the parser live in an arena per
 * command; everything that a command makes while it runs lives in the scratch arena, between a mark and its
 * release. Beneath: malloc.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct chunk;

struct arena {
  struct chunk *chunk; /* newest first */
};

struct arena_mark {
  struct chunk *chunk;
  size_t used;
};

extern struct arena scratch;

/* Never fail: running out of memory ends the command with an error. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t length);
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);
void arena_free(struct arena *arena);

/* Grows a block; cheap when it is the arena's newest one. */
void *arena_grow(struct arena *arena, void *block, size_t old_size, size_t new_size);

void *memory_alloc(size_t size);
void *memory_grow(void *block, size_t size);
char *memory_copy(const char *text);

/* A string under construction in an arena. */
struct buffer {
  struct arena *arena;
  char *text;
  size_t length;
  size_t capacity;
};

struct buffer buffer_new(struct arena *arena);
void buffer_char(struct buffer *buffer, char c);
void buffer_bytes(struct buffer *buffer, const char *bytes, size_t length);
void buffer_string(struct buffer *buffer, const char *text);
/* Room for at least size more bytes behind the text. */
char *buffer_reserve(struct buffer *buffer, size_t size);
/* Adds a NUL, which is not counted, and returns the text. */
char *buffer_finish(struct buffer *buffer);

/* A growing array of pointers in the scratch arena, kept NULL-terminated. */
struct list {
  char **items;
  size_t count;
  size_t capacity;
};

void list_add(struct list *list, char *item);

#endif
