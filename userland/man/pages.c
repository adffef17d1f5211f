/* The manual pages that are installed: found by MANPATH, known by their NAME sections. (man-db's rules, without its
 * database) */
#include "pages.h"
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include "format.h"

#define DEFAULT_PATH "/usr/share/man"
#define NAME_ROOM 1024

static struct manual_page *pages;
static size_t page_count;

/* Escapes replaced, and nothing left but characters. */
static void plain_text(char *text, size_t room, const char *source) {
  char *to = text;

  roff_text(text, room, source);
  for (const char *from = text; *from; from++)
    if (*from == SOLID_HYPHEN) *to++ = '-';
    else if (*from == SOLID_SPACE) *to++ = ' ';
    else if ((unsigned char)*from > SOLID_HYPHEN) *to++ = *from;
  *to = 0;
}

/* "names \- description", on one line or several. */
static void read_names(struct manual_page *page) {
  char text[NAME_ROOM] = "", *line = 0, *dash;
  size_t capacity = 0, length = 0;
  FILE *source = fopen(page->path, "r");
  int inside = 0;

  page->names = page->name;
  page->description = "";
  if (!source) return complain_errno("%s", page->path);
  while (getline(&line, &capacity, source) > 0) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, ".SH", 3)) {
      if (inside) break;
      inside = !strcmp(line, ".SH NAME");
    } else if (inside && *line != '.') {
      if (length) text[length++] = ' ';
      plain_text(text + length, sizeof text - length - 1, line);
      length += strlen(text + length);
    }
  }
  free(line);
  fclose(source);
  dash = strstr(text, " - ");
  if (!dash) return;
  *dash = 0;
  page->names = must_strdup(text);
  page->description = must_strdup(dash + 3);
}

/* The pages of one section: files NAME.SECTION. */
static void read_directory(const char *path) {
  struct name_list list;

  if (!list_directory(path, &list)) return;
  for (size_t i = 0; i < list.count; i++) {
    char *dot = strrchr(list.names[i], '.');

    if (!dot) continue;
    pages = must_realloc(pages, (page_count + 1) * sizeof *pages);
    struct manual_page *page = &pages[page_count++];
    page->path = join_path(path, list.names[i]);
    page->section = must_strdup(dot + 1);
    *dot = 0;
    page->name = must_strdup(list.names[i]);
    read_names(page);
  }
  free_names(&list);
}

static int by_section(const void *a, const void *b) {
  const struct manual_page *left = a, *right = b;
  int order = strcmp(left->section, right->section);

  return order ? order : strcmp(left->name, right->name);
}

const struct manual_page *manual_pages(size_t *count) {
  const char *variable = getenv("MANPATH");
  char *path = must_strdup(variable && *variable ? variable : DEFAULT_PATH);

  for (char *root = strtok(path, ":"); root; root = strtok(0, ":")) {
    struct name_list list;

    if (!list_directory(root, &list)) continue;
    for (size_t i = 0; i < list.count; i++) {
      if (strncmp(list.names[i], "man", 3)) continue;
      char *directory = join_path(root, list.names[i]);
      read_directory(directory);
      free(directory);
    }
    free_names(&list);
  }
  free(path);
  qsort(pages, page_count, sizeof *pages, by_section);
  *count = page_count;
  return pages;
}

int each_name(const struct manual_page *page,
              int (*visit)(const struct manual_page *page, const char *name, void *state), void *state) {
  char *names = must_strdup(page->names), *rest = names;
  int result = 0;

  for (char *name; !result && (name = strsep(&rest, ",")) != 0;) result = visit(page, name + strspn(name, " "), state);
  free(names);
  return result;
}
