/* Prompts; see prompt.h. Beneath: getpwuid, gethostname. */
#include "prompt.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "error.h"
#include "expand.h"
#include "input.h"
#include "parser.h"
#include "shell.h"
#include "variables.h"

static char *current;

void prompt_begin(void) {
  if (!variable_get("PS1")) variable_set("PS1", shell.interactive && geteuid() == 0 ? "# " : "$ ", 0);
}

char *prompt_expand(const char *text) {
  struct script *script = script_new();
  script_hold(script);
  char *expanded = expand_document(parse_quoted(script, text));
  script_let_go();
  return expanded;
}

/* Adds a value that expansion leaves alone. */
static void add_value(struct buffer *prompt, const char *value) {
  for (; *value; value++) {
    if (strchr("$`\\", *value)) buffer_char(prompt, '\\');
    buffer_char(prompt, *value);
  }
}

static void add_directory(struct buffer *prompt, bool whole) {
  const char *path = variable_text("PWD");
  const char *home = variable_text("HOME");
  size_t length = strlen(home);
  bool at_home = length > 1 && strncmp(path, home, length) == 0 && (!path[length] || path[length] == '/');
  if (whole) {
    if (at_home) {
      buffer_char(prompt, '~');
      path += length;
    }
    add_value(prompt, path);
    return;
  }
  if (at_home && !path[length]) path = "~";
  const char *slash = strrchr(path, '/');
  add_value(prompt, slash && slash[1] ? slash + 1 : path);
}

static void add_host(struct buffer *prompt, bool whole) {
  char name[256];
  if (gethostname(name, sizeof name) < 0) return;
  name[sizeof name - 1] = 0;
  if (!whole) name[strcspn(name, ".")] = 0;
  add_value(prompt, name);
}

static void add_user(struct buffer *prompt) {
  const struct passwd *entry = getpwuid(geteuid());
  const char *name = entry ? entry->pw_name : variable_text("USER");
  add_value(prompt, name);
}

static void add_time(struct buffer *prompt) {
  char text[16];
  time_t now = time(NULL);
  const struct tm *local = localtime(&now);
  snprintf(text, sizeof text, "%02d:%02d:%02d", local->tm_hour, local->tm_min, local->tm_sec);
  buffer_string(prompt, text);
}

/* Replaces the escape at text, behind its backslash; returns behind it. */
static const char *add_escape(struct buffer *prompt, const char *text) {
  switch (*text) {
    case 'w': add_directory(prompt, true); break;
    case 'W': add_directory(prompt, false); break;
    case 'u': add_user(prompt); break;
    case 'h': add_host(prompt, false); break;
    case 'H': add_host(prompt, true); break;
    case 't': add_time(prompt); break;
    case '$': buffer_string(prompt, geteuid() == 0 ? "#" : "\\$"); break;
    case 'n': buffer_char(prompt, '\n'); break;
    case 'a': buffer_char(prompt, '\a'); break;
    case 'e': buffer_char(prompt, '\033'); break;
    case '[':
    case ']': break; /* the editor knows escape sequences by their form */
    case '0':
      if (strncmp(text, "033", 3) == 0) {
        buffer_char(prompt, '\033');
        return text + 3;
      }
      buffer_string(prompt, "\\0");
      break;
    case 0: buffer_string(prompt, "\\\\"); return text;
    default:
      buffer_char(prompt, '\\');
      if (*text != '\\') buffer_char(prompt, '\\');
      buffer_char(prompt, *text);
  }
  return text + 1;
}

static char *make_prompt(const char *text) {
  struct buffer prompt = buffer_new(&scratch);
  while (*text) {
    if (*text == '\\') text = add_escape(&prompt, text + 1);
    else buffer_char(&prompt, *text++);
  }
  return prompt_expand(buffer_finish(&prompt));
}

const char *prompt_text(bool first) {
  const char *text = variable_text(first ? "PS1" : "PS2");
  struct arena_mark mark = arena_mark(&scratch);
  int status = shell.status;
  struct catcher catcher;
  free(current);
  current = NULL;
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    current = memory_copy(make_prompt(text));
    catcher_end(&catcher);
  } else if (exception != EXCEPTION_ERROR) {
    raise_exception(exception);
  }
  shell.status = status;
  arena_release(&scratch, mark);
  return current ? current : text;
}
