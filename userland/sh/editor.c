/* Keys and what they do; see editor.h. */
#include "editor.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "completion.h"
#include "draft.h"
#include "error.h"
#include "history.h"
#include "input.h"
#include "keys.h"
#include "output.h"
#include "screen.h"
#include "shell.h"
#include "terminal.h"
#include "traps.h"

enum outcome { EDITING, ACCEPTED, CANCELLED, ENDED };

enum { LISTED_AT_ONCE = 200 };

static struct draft draft;
static struct draft killed; /* what Ctrl-Y puts back */
static char *unfinished;    /* the new line, while older ones are looked at */
static size_t history_index;
static const char *prompt;
static enum outcome outcome;

static struct line shown_line(void) {
  return (struct line){prompt, draft.text, draft.length, draft.cursor};
}

static void refresh(void) {
  struct line line = shown_line();
  screen_show(&line);
}

static void beep(void) {
  terminal_print("\a");
}

/* Motion. */

static void move_to(size_t cursor) {
  if (cursor == draft.cursor) return;
  draft.cursor = cursor;
  refresh();
}

static void to_start(void) {
  move_to(0);
}
static void to_end(void) {
  move_to(draft.length);
}
static void left(void) {
  move_to(draft_before(&draft));
}
static void right(void) {
  move_to(draft_after(&draft));
}
static void word_left(void) {
  move_to(draft_word_before(&draft));
}
static void word_right(void) {
  move_to(draft_word_after(&draft));
}

/* Changes. */

static void erase(size_t from, size_t to) {
  if (from == to) return;
  draft_remove(&draft, from, to);
  refresh();
}

static void kill_range(size_t from, size_t to) {
  if (from == to) return;
  draft_set(&killed, "");
  draft_insert(&killed, draft.text + from, to - from);
  erase(from, to);
}

static void erase_before(void) {
  erase(draft_before(&draft), draft.cursor);
}
static void erase_after(void) {
  erase(draft.cursor, draft_after(&draft));
}
static void kill_to_end(void) {
  kill_range(draft.cursor, draft.length);
}
static void kill_to_start(void) {
  kill_range(0, draft.cursor);
}
static void kill_word_before(void) {
  kill_range(draft_blank_word_before(&draft), draft.cursor);
}
static void kill_small_word_before(void) {
  kill_range(draft_word_before(&draft), draft.cursor);
}
static void kill_word_after(void) {
  kill_range(draft.cursor, draft_word_after(&draft));
}

static void yank(void) {
  if (!killed.length) return;
  draft_insert(&draft, killed.text, killed.length);
  refresh();
}

static void transpose(void) {
  if (draft.cursor == draft.length) left();
  size_t middle = draft.cursor;
  size_t start = draft_before(&draft);
  size_t end = draft_after(&draft);
  if (start == middle || middle == end) return;
  char before[8];
  size_t length = middle - start;
  memcpy(before, draft.text + start, length);
  draft_remove(&draft, start, middle);
  draft.cursor = end - length;
  draft_insert(&draft, before, length);
  refresh();
}

static void clear_screen(void) {
  terminal_print("\033[H\033[2J");
  screen_forget();
  refresh();
}

/* History. */

static void show_history(size_t index) {
  draft.text[draft.length] = 0;
  if (history_index == history_count()) {
    free(unfinished);
    unfinished = memory_copy(draft.text);
  }
  history_index = index;
  draft_set(&draft, index == history_count() ? unfinished : history_line(index));
  refresh();
}

static void older(void) {
  if (history_index > 0) show_history(history_index - 1);
  else beep();
}

static void newer(void) {
  if (history_index < history_count()) show_history(history_index + 1);
  else beep();
}

static void oldest(void) {
  if (history_index > 0) show_history(0);
}

static void newest(void) {
  if (history_index < history_count()) show_history(history_count());
}

/* Completion. */

static void list_names(const struct list *names) {
  size_t widest = 0;
  for (size_t i = 0; i < names->count; i++) {
    size_t length = strlen(names->items[i]);
    if (length > widest) widest = length;
  }
  size_t per_row = (size_t)terminal_columns() / (widest + 2);
  if (!per_row) per_row = 1;
  size_t rows = (names->count + per_row - 1) / per_row;
  struct buffer output = buffer_new(&scratch);
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = row; i < names->count; i += rows) {
      buffer_string(&output, names->items[i]);
      if (i + rows >= names->count) break;
      for (size_t j = strlen(names->items[i]); j < widest + 2; j++) buffer_char(&output, ' ');
    }
    buffer_string(&output, "\r\n");
  }
  terminal_write(output.text, output.length);
}

static void complete_word(void) {
  struct arena_mark mark = arena_mark(&scratch);
  struct completion completion = complete(draft.text, draft.cursor);
  size_t length = strlen(completion.replacement);
  bool longer = length != draft.cursor - completion.start ||
                memcmp(completion.replacement, draft.text + completion.start, length) != 0;
  if (!completion.names.count) beep();
  else if (longer) {
    draft_remove(&draft, completion.start, draft.cursor);
    draft_insert(&draft, completion.replacement, length);
    refresh();
  } else if (completion.names.count > LISTED_AT_ONCE) {
    beep();
  } else {
    size_t cursor = draft.cursor;
    to_end();
    screen_leave();
    list_names(&completion.names);
    draft.cursor = cursor;
    refresh();
  }
  arena_release(&scratch, mark);
}

/* Ends. */

static void accept(void) {
  to_end();
  screen_leave();
  outcome = ACCEPTED;
}

static void cancel(void) {
  to_end();
  terminal_print("^C");
  outcome = CANCELLED;
}

static void erase_or_end(void) {
  if (draft.length) {
    erase_after();
    return;
  }
  screen_leave();
  outcome = ENDED;
}

static void search(void);
static void paste(void);

struct key {
  const char *bytes;
  void (*action)(void);
};

static const struct key keys[] = {
    {"\001", to_start},
    {"\002", left},
    {"\003", cancel},
    {"\004", erase_or_end},
    {"\005", to_end},
    {"\006", right},
    {"\010", erase_before},
    {"\011", complete_word},
    {"\012", accept},
    {"\013", kill_to_end},
    {"\014", clear_screen},
    {"\015", accept},
    {"\016", newer},
    {"\020", older},
    {"\022", search},
    {"\024", transpose},
    {"\025", kill_to_start},
    {"\027", kill_word_before},
    {"\031", yank},
    {"\177", erase_before},
    {"\033[A", older},
    {"\033[B", newer},
    {"\033[C", right},
    {"\033[D", left},
    {"\033OA", older},
    {"\033OB", newer},
    {"\033OC", right},
    {"\033OD", left},
    {"\033[H", to_start},
    {"\033[F", to_end},
    {"\033OH", to_start},
    {"\033OF", to_end},
    {"\033[1~", to_start},
    {"\033[4~", to_end},
    {"\033[7~", to_start},
    {"\033[8~", to_end},
    {"\033[3~", erase_after},
    {"\033[1;5C", word_right},
    {"\033[1;5D", word_left},
    {"\033[1;3C", word_right},
    {"\033[1;3D", word_left},
    {"\033b", word_left},
    {"\033f", word_right},
    {"\033d", kill_word_after},
    {"\033\177", kill_small_word_before},
    {"\033<", oldest},
    {"\033>", newest},
    {PASTE_BEGIN, paste},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

static void resize(void) {
  struct line line = shown_line();
  screen_resize(&line);
  refresh();
}

/* Pasted text is no keys: tabs do not complete and newlines do not accept. */
static void paste(void) {
  if (!key_read_paste(&draft, resize)) outcome = ENDED;
  refresh();
}

static void insert(const struct typed *typed) {
  draft_insert(&draft, typed->bytes, typed->length);
  bool simple = typed->length == 1 && draft.cursor == draft.length;
  if (!simple || !screen_append(typed->bytes[0])) refresh();
}

static void act(const struct typed *typed) {
  if (key_is_text(typed)) {
    insert(typed);
    return;
  }
  for (size_t i = 0; i < KEYS; i++) {
    if (strcmp(keys[i].bytes, typed->bytes) != 0) continue;
    keys[i].action();
    return;
  }
}

/* Search backwards in the history. */

/* The newest line before an index that contains the text; the index itself if there is none. */
static size_t find_older(size_t before, const char *text) {
  for (size_t index = before; index > 0; index--) {
    if (strstr(history_line(index - 1), text)) return index - 1;
  }
  return before;
}

static void show_search(const char *query, const char *found, bool failed) {
  struct buffer text = buffer_new(&scratch);
  buffer_string(&text, failed ? "(failed reverse-i-search)`" : "(reverse-i-search)`");
  buffer_string(&text, query);
  buffer_string(&text, "': ");
  struct line line = {buffer_finish(&text), found, strlen(found), 0};
  const char *at = *query ? strstr(found, query) : NULL;
  line.cursor = at ? (size_t)(at - found) : line.length;
  screen_show(&line);
}

static void search(void) {
  struct arena_mark mark = arena_mark(&scratch);
  struct draft query = {0};
  struct typed typed;
  size_t found = history_count();
  bool failed = false;
  draft_set(&query, "");
  draft.text[draft.length] = 0;
  char *before = arena_copy(&scratch, draft.text, draft.length);
  for (;;) {
    query.text[query.length] = 0;
    show_search(query.text, found < history_count() ? history_line(found) : before, failed);
    if (!key_read(&typed, resize)) typed = (struct typed){"\007", 1};
    size_t from = history_count();
    if (key_is_text(&typed)) {
      draft_insert(&query, typed.bytes, typed.length);
      if (found < history_count()) from = found + 1;
    } else if (*typed.bytes == '\022') {
      from = found;
    } else if ((*typed.bytes == '\177' || *typed.bytes == '\010') && query.length) {
      draft_remove(&query, draft_before(&query), query.length);
    } else break;
    query.text[query.length] = 0;
    size_t next = *query.text ? find_older(from, query.text) : history_count();
    failed = *query.text && next == from;
    if (!failed) found = next;
  }
  if (*typed.bytes != '\007' && *typed.bytes != '\003' && found < history_count()) {
    history_index = found;
    draft_set(&draft, history_line(found));
  }
  draft_free(&query);
  refresh();
  if (*typed.bytes != '\007' && *typed.bytes != '\033') act(&typed);
  else if (typed.length > 1) act(&typed);
  arena_release(&scratch, mark);
}

/* Reading a line. */

static const char *finish(void) {
  draft.text[draft.length] = 0;
  for (const char *line = draft.text; line;) {
    history_add(line);
    line = strchr(line, '\n');
    if (line) line++;
  }
  draft.text[draft.length] = '\n';
  draft.text[draft.length + 1] = 0;
  return draft.text;
}

static const char *edit(void) {
  struct typed typed;
  outcome = EDITING;
  draft_set(&draft, "");
  history_index = history_count();
  screen_begin();
  refresh();
  while (outcome == EDITING) {
    if (key_read(&typed, resize)) act(&typed);
    else outcome = ENDED;
  }
  terminal_end();
  if (outcome == CANCELLED) {
    signal_interrupt();
    check_interrupt();
  }
  return outcome == ENDED ? NULL : finish();
}

/* Without editing: the terminal's own, or a file or pipe. */
static const char *read_plain(void) {
  error_string(prompt);
  draft_set(&draft, "");
  for (;;) {
    char bytes[256];
    long count = read_shared_line(0, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) {
      check_interrupt();
      continue;
    }
    if (count <= 0) break;
    draft_insert(&draft, bytes, (size_t)count);
    if (draft.text[draft.length - 1] == '\n') break;
  }
  draft.text[draft.length] = 0;
  return draft.length ? draft.text : NULL;
}

const char *editor_read_line(const char *text) {
  prompt = text;
  return shell.option[OPTION_EMACS] && terminal_begin() ? edit() : read_plain();
}
