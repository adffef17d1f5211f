/* Formatting of manual pages. */
#pragma once
#include <stdio.h>

struct page_format {
  FILE *out;
  /* Columns of a line. */
  int width;
  /* Bold and underlined by escape sequences of a terminal, or not at all. */
  int fonts;
};

/* Writes a page of man(7) source; `path` is for messages about what cannot be formatted. */
void format_page(FILE *source, const char *path, const struct page_format *format);

/* What roff_text makes of a line besides its bytes. */
enum { BOLD = 1, ITALIC, ROMAN, SOLID_SPACE, SOLID_HYPHEN };

/* Words of a request's line: quotes group, "" in them is one. Splits in place; at most `limit`. */
int roff_arguments(char *line, char **arguments, int limit);
/* Appends a text, its escapes replaced, to a string; `text` + `room` is where it ends at the latest. */
char *roff_text(char *text, size_t room, const char *source);
