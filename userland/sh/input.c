/* The stack of input sources; see input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias.h"
#include "arena.h"
#include "editor.h"
#include "error.h"
#include "prompt.h"
#include "redirect.h"
#include "shell.h"
#include "traps.h"

enum kind { SOURCE_TEXT, SOURCE_FILE, SOURCE_STDIN, SOURCE_ALIAS };
enum { BLOCK_SIZE = 1024, LINE_STEP = 256, MOST_PUT_BACK = 4 };

struct source {
  struct source *outer;
  enum kind kind;
  const char *text;
  size_t position;
  size_t length;
  int line;
  bool ended;
  int fd;
  char *buffer; /* owned: the block or line that text points to */
  size_t capacity;
  struct alias *alias;
  struct source *replaced;      /* aliases that ended in the word which this one replaces: in use as long as it */
  char put_back[MOST_PUT_BACK]; /* the last one is read first */
  int put_back_count;
};

static struct source *source;
static int depth;
/* Aliases that have been read to their end, but whose last word may not have been looked up yet. */
static struct source *finished;
static bool alias_continues;
static bool first_prompt = true;

static struct source *push(enum kind kind) {
  struct source *pushed = memory_alloc(sizeof *pushed);
  memset(pushed, 0, sizeof *pushed);
  pushed->kind = kind;
  pushed->line = 1;
  pushed->fd = -1;
  pushed->outer = source;
  source = pushed;
  depth++;
  return pushed;
}

void input_push_text(const char *text, int line) {
  struct source *pushed = push(SOURCE_TEXT);
  pushed->text = text;
  pushed->length = strlen(text);
  pushed->line = line;
}

void input_push_file(int fd) {
  push(SOURCE_FILE)->fd = fd;
}

void input_push_stdin(void) {
  push(SOURCE_STDIN)->fd = 0;
}

void input_push_alias(struct alias *alias) {
  struct source *pushed = push(SOURCE_ALIAS);
  pushed->alias = alias;
  pushed->text = alias->value;
  pushed->length = strlen(alias->value);
  pushed->replaced = finished;
  finished = NULL;
  alias_acquire(alias);
}

static struct source *take_top(void) {
  struct source *popped = source;
  source = popped->outer;
  depth--;
  return popped;
}

static void drop_all(struct source *aliases);

static void drop(struct source *popped) {
  drop_all(popped->replaced);
  if (popped->kind == SOURCE_FILE && popped->fd >= 0) close(popped->fd);
  if (popped->alias) alias_drop(popped->alias);
  free(popped->buffer);
  free(popped);
}

static void drop_all(struct source *aliases) {
  while (aliases) {
    struct source *alias = aliases;
    aliases = alias->outer;
    drop(alias);
  }
}

void input_pop(void) {
  drop(take_top());
}

/* The alias on top has been read to its end; the reader goes on with the source beneath. */
static void finish_alias(void) {
  struct source *alias = take_top();
  char last = alias->length ? alias->text[alias->length - 1] : 0;
  alias_continues = last == ' ' || last == '\t';
  alias->outer = finished;
  finished = alias;
}

void input_release_aliases(void) {
  drop_all(finished);
  finished = NULL;
}

int input_depth(void) {
  return depth;
}

void input_unwind(int to) {
  input_release_aliases();
  while (depth > to) input_pop();
}

void input_close_files(void) {
  for (struct source *open = source; open; open = open->outer) {
    if (open->kind == SOURCE_FILE && open->fd >= 0) {
      close(open->fd);
      open->fd = -1;
    }
  }
}

void input_make_way(int fd) {
  for (struct source *open = source; open; open = open->outer) {
    if (open->kind == SOURCE_FILE && open->fd == fd) open->fd = private_descriptor(fd);
  }
}

static long read_again(int fd, char *bytes, size_t size) {
  for (;;) {
    long count = read(fd, bytes, size);
    if (count >= 0 || errno != EINTR) return count;
    check_interrupt();
  }
}

long read_shared_line(int fd, char *bytes, size_t size) {
  if (size > 1 && lseek(fd, 0, SEEK_CUR) >= 0) {
    long count = read(fd, bytes, size);
    if (count <= 0) return count;
    char *newline = memchr(bytes, '\n', (size_t)count);
    long taken = newline ? newline - bytes + 1 : count;
    if (taken == count || lseek(fd, taken - count, SEEK_CUR) >= 0) return taken;
    return count;
  }
  size_t length = 0;
  while (length < size) {
    long count = read(fd, bytes + length, 1);
    if (count < 0) return length ? (long)length : -1;
    if (count == 0) break;
    if (bytes[length++] == '\n') break;
  }
  return (long)length;
}

static char *room(struct source *from, size_t size) {
  if (from->capacity < size) {
    from->buffer = memory_grow(from->buffer, size);
    from->capacity = size;
  }
  return from->buffer;
}

static bool fill_from_stdin(void) {
  size_t length = 0;
  if (shell.interactive) {
    const char *line = editor_read_line(prompt_text(first_prompt));
    if (!line) return false;
    length = strlen(line);
    memcpy(room(source, length + 1), line, length);
  } else {
    for (;;) {
      room(source, length + LINE_STEP);
      long count = read_shared_line(0, source->buffer + length, LINE_STEP);
      if (count < 0 && errno == EINTR) {
        check_interrupt();
        continue;
      }
      if (count <= 0) break;
      length += (size_t)count;
      if (source->buffer[length - 1] == '\n') break;
    }
  }
  first_prompt = false;
  source->text = source->buffer;
  source->length = length;
  source->position = 0;
  return length > 0;
}

static bool fill_from_file(void) {
  if (source->fd < 0) return false;
  room(source, BLOCK_SIZE);
  long count = read_again(source->fd, source->buffer, BLOCK_SIZE);
  if (count <= 0) return false;
  source->text = source->buffer;
  source->length = (size_t)count;
  source->position = 0;
  return true;
}

/* More input for a source that has been read to its end; false at its end. */
static bool fill(void) {
  bool filled = source->kind == SOURCE_STDIN  ? fill_from_stdin()
                : source->kind == SOURCE_FILE ? fill_from_file()
                                              : false;
  if (!filled) return false;
  if (shell.option[OPTION_VERBOSE]) {
    write_all(2, source->text + source->position, source->length - source->position);
  }
  return true;
}

int input_get(void) {
  for (;;) {
    if (source->put_back_count || source->position < source->length) {
      char c = source->put_back_count ? source->put_back[--source->put_back_count] : source->text[source->position++];
      if (c == '\n') source->line++;
      if (c) return (unsigned char)c;
      continue;
    }
    if (source->kind == SOURCE_ALIAS) {
      finish_alias();
      continue;
    }
    if (source->ended && source->kind != SOURCE_STDIN) return END_OF_INPUT;
    source->ended = !fill();
    if (source->ended) return END_OF_INPUT;
  }
}

void input_unget(int c) {
  if (c == END_OF_INPUT) return;
  source->put_back[source->put_back_count++] = (char)c;
  if (c == '\n') source->line--;
}

int input_line(void) {
  struct source *real = source;
  while (real->kind == SOURCE_ALIAS) real = real->outer;
  return real->line;
}

bool input_exhausted(void) {
  return source->kind == SOURCE_TEXT && !source->put_back_count && source->position >= source->length;
}

void input_discard(void) {
  while (source->kind == SOURCE_ALIAS) input_pop();
  if (source->kind != SOURCE_STDIN) return;
  if (source->put_back_count || source->position < source->length) source->line++;
  source->position = source->length = 0;
  source->put_back_count = 0;
}

bool input_alias_continues(void) {
  bool continues = alias_continues;
  alias_continues = false;
  return continues;
}

void input_prompt_first(void) {
  first_prompt = true;
}
