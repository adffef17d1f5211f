/* History; see history.h. */
#include "history.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "error.h"
#include "shell.h"
#include "variables.h"

enum { DEFAULT_SIZE = 500, LARGEST_FILE = 1 << 20 };

static char **lines;
static size_t count;
static size_t capacity;
static size_t saved;      /* lines in front that the file has already */
static size_t file_lines; /* in the file when it was read */
static bool loaded;

static size_t limit(void) {
  int size = atoi(variable_text("HISTSIZE"));
  return size > 0 ? (size_t)size : DEFAULT_SIZE;
}

static void drop_oldest(void) {
  free(lines[0]);
  memmove(lines, lines + 1, --count * sizeof *lines);
  if (saved) saved--;
}

static void append(const char *line, size_t length) {
  while (count && count >= limit()) drop_oldest();
  if (count == capacity) {
    capacity = capacity ? capacity * 2 : 64;
    lines = memory_grow(lines, capacity * sizeof *lines);
  }
  char *copy = memory_alloc(length + 1);
  memcpy(copy, line, length);
  copy[length] = 0;
  lines[count++] = copy;
}

void history_add(const char *line) {
  size_t length = strcspn(line, "\n");
  if (strspn(line, " \t") >= length) return;
  if (count && strlen(lines[count - 1]) == length && strncmp(lines[count - 1], line, length) == 0) return;
  append(line, length);
}

size_t history_count(void) {
  return count;
}

const char *history_line(size_t index) {
  return lines[index];
}

/* NULL if there is no place for a file. */
static const char *file_path(void) {
  const char *path = variable_get("HISTFILE");
  if (path) return *path ? path : NULL;
  const char *home = variable_text("HOME");
  if (*home != '/') return NULL;
  struct buffer buffer = buffer_new(&scratch);
  buffer_string(&buffer, home);
  buffer_string(&buffer, "/.sh_history");
  return buffer_finish(&buffer);
}

void history_load(void) {
  struct arena_mark mark = arena_mark(&scratch);
  const char *path = file_path();
  int fd = path ? open(path, O_RDONLY) : -1;
  loaded = true;
  if (fd >= 0) {
    struct buffer text = buffer_new(&scratch);
    ssize_t size;
    while (text.length < LARGEST_FILE && (size = read(fd, buffer_reserve(&text, 4096), 4096)) > 0)
      text.length += (size_t)size;
    close(fd);
    const char *line = buffer_finish(&text);
    for (size_t length; *line; line += length + (line[length] != 0)) {
      length = strcspn(line, "\n");
      file_lines++;
      if (length) append(line, length);
    }
    saved = count;
  }
  arena_release(&scratch, mark);
}

void history_save(void) {
  if (!loaded || saved == count || shell.option[OPTION_NOLOG]) return;
  struct arena_mark mark = arena_mark(&scratch);
  const char *path = file_path();
  /* Other shells' lines stay, until the file is much too long. */
  bool rewrite = file_lines + count - saved > 2 * limit();
  int fd = path ? open(path, O_WRONLY | O_CREAT | (rewrite ? O_TRUNC : O_APPEND), 0600) : -1;
  if (fd >= 0) {
    struct buffer text = buffer_new(&scratch);
    for (size_t i = rewrite ? 0 : saved; i < count; i++) {
      buffer_string(&text, lines[i]);
      buffer_char(&text, '\n');
    }
    write_all(fd, text.text, text.length);
    close(fd);
    saved = count;
  }
  arena_release(&scratch, mark);
}
