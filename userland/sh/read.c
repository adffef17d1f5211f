/* read (POSIX XCU); see read.h. */
#include "read.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "builtins.h"
#include "error.h"
#include "fields.h"
#include "input.h"
#include "output.h"
#include "traps.h"
#include "variables.h"
#include "word.h"

enum { STEP = 256 };

/* A byte of standard input through a small buffer that holds at most one line. */
struct line {
  char bytes[STEP];
  long length;
  long position;
};

/* The next byte, or -1 at the end, or -2 if a signal with a trap came first. */
static int next_byte(struct line *line) {
  while (line->position == line->length) {
    line->position = 0;
    line->length = read_shared_line(0, line->bytes, STEP);
    if (line->length > 0) break;
    bool again = line->length < 0 && errno == EINTR;
    line->length = 0;
    if (!again) return -1;
    check_interrupt();
    if (signal_pending) return -2;
  }
  return (unsigned char)line->bytes[line->position++];
}

/* Reads a line; bytes behind backslashes count as quoted. Returns the exit status. */
static int read_text(struct text *text, bool raw) {
  struct line line = {.length = 0};
  for (;;) {
    int c = next_byte(&line);
    if (c == -2) return 128 + signal_trapped();
    if (c < 0) return 1;
    if (c == '\n') return 0;
    if (c == 0) continue;
    if (c != '\\' || raw) {
      text_add(text, (char)c, ORIGIN_EXPANDED);
      continue;
    }
    c = next_byte(&line);
    if (c < 0) return 1;
    if (c != '\n') text_add(text, (char)c, ORIGIN_QUOTED);
  }
}

struct targets {
  const struct text *text;
  char **names;
};

static void assign_field(void *data, size_t from, size_t to) {
  struct targets *targets = data;
  variable_set(*targets->names++, text_string(targets->text, from, to), 0);
}

int builtin_read(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  const char *prompt = NULL;
  bool raw = false;
  int option;
  while ((option = builtin_option(&options, "rp"))) {
    if (option == 'r') raw = true;
    else if (*options.next) {
      prompt = options.next;
      options.next = NULL;
    } else {
      prompt = argv[options.index];
      if (!prompt) fail("No arg for -p option");
      options.index++;
    }
  }
  char **names = argv + options.index;
  if (!*names) fail("arg count");
  size_t count = 0;
  for (; names[count]; count++) {
    if (!is_name(names[count])) fail("%s: bad variable name", names[count]);
  }
  if (prompt && isatty(0)) error_string(prompt);
  struct text text = {0};
  int status = read_text(&text, raw);
  struct targets targets = {&text, names};
  text_split(&text, count, assign_field, &targets);
  while (*targets.names) variable_set(*targets.names++, "", 0);
  return status;
}
