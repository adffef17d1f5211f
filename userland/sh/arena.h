/*
 * Memory that is released in bulk: an arena is a list of chunks. Trees of the parser live in an arena per
 * command; everything that a command makes while it runs lives in the scratch arena, between a mark and its
 * release. Beneath: malloc.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct Chunk;

struct Arena {
  struct Chunk *chunk; /* newest first */
};

struct ArenaMark {
  struct Chunk *chunk;
  size_t used;
};

extern struct Arena scratch;

/* Never fail: running out of memory ends the command with an error. */
void *arena_alloc(struct Arena *arena, size_t size);
char *arena_copy(struct Arena *arena, const char *text, size_t length);
struct ArenaMark arena_mark(const struct Arena *arena);
void arena_release(struct Arena *arena, struct ArenaMark mark);
void arena_free(struct Arena *arena);

/* Grows a block; cheap when it is the arena's newest one. */
void *arena_grow(struct Arena *arena, void *block, size_t old_size, size_t new_size);

void *memory_alloc(size_t size);
void *memory_grow(void *block, size_t size);
char *memory_copy(const char *text);

/* A string under construction in an arena. */
struct Buffer {
  struct Arena *arena;
  char *text;
  size_t length;
  size_t capacity;
};

struct Buffer buffer_new(struct Arena *arena);
void buffer_char(struct Buffer *buffer, char c);
void buffer_bytes(struct Buffer *buffer, const char *bytes, size_t length);
void buffer_string(struct Buffer *buffer, const char *text);
/* Room for at least size more bytes behind the text. */
char *buffer_reserve(struct Buffer *buffer, size_t size);
/* Adds a NUL, which is not counted, and returns the text. */
char *buffer_finish(struct Buffer *buffer);

/* A growing array of pointers in the scratch arena, kept NULL-terminated. */
struct List {
  char **items;
  size_t count;
  size_t capacity;
};

void list_add(struct List *list, char *item);

#endif
