/* Completion; see completion.h. Beneath: opendir, stat. */
#include "completion.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "builtins.h"
#include "command.h"
#include "variables.h"

/* Characters that have to stand behind a backslash in a file name. */
static const char special[] = " \t\\\"'`$&|;<>()*?[]#~!{}";

struct search {
  const char *prefix;
  size_t length;
  struct list *names;
};

static void add_name(const char *name, void *data) {
  const struct search *search = data;
  if (strncmp(name, search->prefix, search->length) == 0) {
    list_add(search->names, arena_copy(&scratch, name, strlen(name)));
  }
}

static bool is_separator(char c) {
  return strchr(" \t;|&()<>\n", c) != NULL;
}

/* Where the word begins that ends at the cursor; an open quote is part of it. */
static size_t word_start(const char *text, size_t cursor) {
  size_t start = 0;
  char quote = 0;
  for (size_t i = 0; i < cursor; i++) {
    if (quote) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '\\' && i + 1 < cursor) i++;
    else if (text[i] == '\'' || text[i] == '"') quote = text[i];
    else if (is_separator(text[i])) start = i + 1;
  }
  return start;
}

/* Whether a command's name stands at this offset. */
static bool is_command_position(const char *text, size_t start) {
  static const char *const before[] = {"do",    "else", "elif",    "if", "then", "while",
                                       "until", "exec", "command", "!",  "{"};
  while (start && (text[start - 1] == ' ' || text[start - 1] == '\t')) start--;
  if (!start || strchr(";|&(\n", text[start - 1])) return true;
  size_t end = start;
  while (start && !is_separator(text[start - 1])) start--;
  for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
    if (strlen(before[i]) == end - start && strncmp(text + start, before[i], end - start) == 0) return true;
  }
  return false;
}

static char *without_quotes(const char *text, size_t length) {
  struct buffer plain = buffer_new(&scratch);
  char quote = 0;
  for (size_t i = 0; i < length; i++) {
    if (quote ? text[i] == quote : (text[i] == '\'' || text[i] == '"')) quote = quote ? 0 : text[i];
    else if (text[i] == '\\' && quote != '\'' && i + 1 < length) buffer_char(&plain, text[++i]);
    else buffer_char(&plain, text[i]);
  }
  return buffer_finish(&plain);
}

static bool is_directory(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static char *joined(const char *directory, const char *name) {
  struct buffer path = buffer_new(&scratch);
  buffer_string(&path, directory);
  buffer_string(&path, name);
  return buffer_finish(&path);
}

/* Adds the names in a directory (ending in a slash, or empty) that begin with a prefix. */
static void add_files(const char *directory, const char *prefix, bool programs, struct list *names) {
  DIR *open = opendir(*directory ? directory : ".");
  size_t length = strlen(prefix);
  struct dirent *entry;
  if (!open) return;
  while ((entry = readdir(open))) {
    const char *name = entry->d_name;
    if (strncmp(name, prefix, length) != 0 || (*name == '.' && *prefix != '.')) continue;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    char *path = joined(directory, name);
    bool is_dir = is_directory(path);
    struct stat status;
    if (programs && (is_dir || stat(path, &status) < 0 || !(status.st_mode & 0111))) continue;
    list_add(names, is_dir ? joined(name, "/") : arena_copy(&scratch, name, strlen(name)));
  }
  closedir(open);
}

static void add_commands(const char *prefix, struct list *names) {
  struct search search = {prefix, strlen(prefix), names};
  builtins_each(add_name, &search);
  functions_each(add_name, &search);
  for (const char *next = variable_text("PATH"); next; next = *next ? next + 1 : NULL) {
    size_t length = strcspn(next, ":");
    if (length) add_files(joined(arena_copy(&scratch, next, length), "/"), prefix, true, names);
    next += length;
  }
}

static int compare(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static void sort_unique(struct list *names) {
  if (names->count < 2) return;
  qsort(names->items, names->count, sizeof *names->items, compare);
  size_t kept = 1;
  for (size_t i = 1; i < names->count; i++) {
    if (strcmp(names->items[i], names->items[kept - 1]) != 0) names->items[kept++] = names->items[i];
  }
  names->count = kept;
}

static size_t common_length(const struct list *names) {
  size_t length = strlen(names->items[0]);
  for (size_t i = 1; i < names->count; i++) {
    size_t same = 0;
    while (same < length && names->items[i][same] == names->items[0][same]) same++;
    length = same;
  }
  return length;
}

static void add_escaped(struct buffer *text, const char *name, size_t length, char quote) {
  for (size_t i = 0; i < length; i++) {
    if (quote ? name[i] == quote && quote == '"' : strchr(special, name[i]) != NULL) buffer_char(text, '\\');
    buffer_char(text, name[i]);
  }
}

/* Builds the replacement: what all names have in common, behind the part of the word that stays. */
static void build(struct completion *completion, const char *kept, size_t kept_length, char quote) {
  struct buffer text = buffer_new(&scratch);
  sort_unique(&completion->names);
  buffer_bytes(&text, kept, kept_length);
  if (completion->names.count) {
    const char *name = completion->names.items[0];
    size_t length = common_length(&completion->names);
    add_escaped(&text, name, length, quote);
    if (completion->names.count == 1 && (!length || name[length - 1] != '/')) {
      if (quote) buffer_char(&text, quote);
      buffer_char(&text, ' ');
    }
  }
  completion->replacement = buffer_finish(&text);
}

static char *with_home(const char *directory) {
  if (directory[0] == '~' && directory[1] == '/') return joined(variable_text("HOME"), directory + 1);
  return joined(directory, "");
}

struct completion complete(const char *text, size_t cursor) {
  struct completion completion = {.start = word_start(text, cursor)};
  const char *word = text + completion.start;
  size_t length = cursor - completion.start;
  char quote = length && (*word == '"' || *word == '\'') ? *word : 0;
  if (length && *word == '$') {
    char *prefix = arena_copy(&scratch, word + 1, length - 1);
    struct search search = {prefix, length - 1, &completion.names};
    variables_each(add_name, &search);
    build(&completion, "$", 1, 0);
    return completion;
  }
  /* What is in front of the last slash stays as it was typed. */
  size_t kept = length;
  while (kept && word[kept - 1] != '/') kept--;
  char *prefix = without_quotes(word + kept, length - kept);
  if (!kept && quote) {
    kept = 1;
    prefix = without_quotes(word + 1, length - 1);
  }
  char *directory = without_quotes(word, kept);
  if (!*directory && is_command_position(text, completion.start)) add_commands(prefix, &completion.names);
  else add_files(with_home(directory), prefix, false, &completion.names);
  build(&completion, word, kept, quote);
  return completion;
}
