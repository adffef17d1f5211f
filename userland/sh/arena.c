/* Arenas and the buffers built in them; see arena.h. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

struct chunk {
  struct chunk *older;
  size_t size;
  size_t used;
  /* The data follows. */
};

enum { ALIGNMENT = 8, CHUNK_SIZE = 4000, SPARE_LIMIT = 64 * 1024 };

struct arena scratch;

/* One freed chunk is kept, so that a loop at a chunk's edge does not allocate on every turn. */
static struct chunk *spare;

static size_t rounded(size_t size) {
  return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static char *data_of(struct chunk *chunk) {
  return (char *)chunk + rounded(sizeof *chunk);
}

void *memory_alloc(size_t size) {
  void *block = malloc(size ? size : 1);
  if (!block) fail("Out of space");
  return block;
}

void *memory_grow(void *block, size_t size) {
  void *grown = realloc(block, size);
  if (!grown) fail("Out of space");
  return grown;
}

char *memory_copy(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(memory_alloc(size), text, size);
}

static void add_chunk(struct arena *arena, size_t need) {
  struct chunk *chunk;
  if (spare && spare->size >= need) {
    chunk = spare;
    spare = NULL;
  } else {
    size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE;
    chunk = memory_alloc(rounded(sizeof *chunk) + size);
    chunk->size = size;
  }
  chunk->used = 0;
  chunk->older = arena->chunk;
  arena->chunk = chunk;
}

static void drop_chunk(struct chunk *chunk) {
  if (!spare && chunk->size <= SPARE_LIMIT) spare = chunk;
  else free(chunk);
}

void *arena_alloc(struct arena *arena, size_t size) {
  if (size > (size_t)-1 / 4) fail("Out of space");
  size = rounded(size ? size : 1);
  if (!arena->chunk || arena->chunk->size - arena->chunk->used < size) add_chunk(arena, size);
  struct chunk *chunk = arena->chunk;
  void *block = data_of(chunk) + chunk->used;
  chunk->used += size;
  return block;
}

void *arena_grow(struct arena *arena, void *block, size_t old_size, size_t new_size) {
  if (new_size > (size_t)-1 / 4) fail("Out of space");
  struct chunk *chunk = arena->chunk;
  size_t old_room = rounded(old_size ? old_size : 1);
  size_t new_room = rounded(new_size);
  if (block && chunk && (char *)block + old_room == data_of(chunk) + chunk->used &&
      chunk->size - chunk->used >= new_room - old_room) {
    chunk->used += new_room - old_room;
    return block;
  }
  void *moved = arena_alloc(arena, new_size);
  if (old_size) memcpy(moved, block, old_size);
  return moved;
}

char *arena_copy(struct arena *arena, const char *text, size_t length) {
  char *copy = arena_alloc(arena, length + 1);
  memcpy(copy, text, length);
  copy[length] = 0;
  return copy;
}

struct arena_mark arena_mark(const struct arena *arena) {
  return (struct arena_mark){arena->chunk, arena->chunk ? arena->chunk->used : 0};
}

void arena_release(struct arena *arena, struct arena_mark mark) {
  while (arena->chunk != mark.chunk) {
    struct chunk *chunk = arena->chunk;
    arena->chunk = chunk->older;
    drop_chunk(chunk);
  }
  if (arena->chunk) arena->chunk->used = mark.used;
}

void arena_free(struct arena *arena) {
  arena_release(arena, (struct arena_mark){NULL, 0});
}

struct buffer buffer_new(struct arena *arena) {
  return (struct buffer){arena, NULL, 0, 0};
}

char *buffer_reserve(struct buffer *buffer, size_t size) {
  size_t need = buffer->length + size;
  if (need > buffer->capacity) {
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 32;
    if (capacity < need) capacity = need;
    buffer->text = arena_grow(buffer->arena, buffer->text, buffer->capacity, capacity);
    buffer->capacity = capacity;
  }
  return buffer->text + buffer->length;
}

void buffer_char(struct buffer *buffer, char c) {
  if (buffer->length == buffer->capacity) buffer_reserve(buffer, 1);
  buffer->text[buffer->length++] = c;
}

void buffer_bytes(struct buffer *buffer, const char *bytes, size_t length) {
  if (!length) return;
  memcpy(buffer_reserve(buffer, length), bytes, length);
  buffer->length += length;
}

void buffer_string(struct buffer *buffer, const char *text) {
  buffer_bytes(buffer, text, strlen(text));
}

char *buffer_finish(struct buffer *buffer) {
  *buffer_reserve(buffer, 1) = 0;
  return buffer->text;
}

void list_add(struct list *list, char *item) {
  if (list->count + 2 > list->capacity) {
    size_t capacity = list->capacity ? list->capacity * 2 : 8;
    list->items = arena_grow(&scratch, list->items, list->capacity * sizeof(char *), capacity * sizeof(char *));
    list->capacity = capacity;
  }
  list->items[list->count++] = item;
  list->items[list->count] = NULL;
}
