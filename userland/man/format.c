/*
 * Manual pages for a terminal: the macros of man(7), text filled and adjusted to the left, without hyphenation. Where
 * words go is what groff makes of the same page.
 */
#include "format.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

#define BODY_INDENT 7
#define SUBSECTION_INDENT 3
#define LINE_ROOM 4096
#define ARGUMENTS 16
#define DEPTH 8

static const struct page_format *format;
static const char *page_path;
static unsigned line_number;

/* The line being written: its columns so far; the space that the next word needs before it. */
static int column, space;
/* The left margin, those that RS has moved, the indent of the lines, and that behind the tag being written. */
static int margin, indent, tag_end;
static int margins[DEPTH], depth;
/* How far tagged paragraphs are set to the right: RS moves as far. */
static int shift;
static int filling, in_tag;
/* A blank line comes before the next output; none comes directly after a heading. */
static int blank_wanted, after_heading;
/* The font that is wanted, and that the terminal has. */
static char wanted_font, shown_font;
/* Left, middle and right. */
static char footer[3][128];

static void show_font(char font) {
  if (format->fonts && font != shown_font)
    fputs(font == BOLD ? "\33[0;1m" : font == ITALIC ? "\33[0;4m" : "\33[0m", format->out);
  shown_font = font;
}

static void put(char c) {
  if (c == BOLD || c == ITALIC || c == ROMAN) {
    wanted_font = c;
    return;
  }
  show_font(wanted_font);
  putc(c == SOLID_SPACE ? ' ' : c == SOLID_HYPHEN ? '-' : c, format->out);
  column++;
}

static void put_spaces(int count) {
  show_font(ROMAN);
  while (count-- > 0) putc(' ', format->out), column++;
}

static void break_line(void) {
  show_font(ROMAN);
  if (column) putc('\n', format->out);
  column = space = 0;
}

static void want_blank(void) {
  break_line();
  if (!after_heading) blank_wanted = 1;
}

/* Goes to a column of a line that has nothing yet. */
static void begin_line(int at) {
  if (blank_wanted) putc('\n', format->out);
  blank_wanted = after_heading = 0;
  put_spaces(at);
}

static int is_font(char c) {
  return c == BOLD || c == ITALIC || c == ROMAN;
}

static int width_of(const char *word, size_t size) {
  int width = 0;

  for (size_t i = 0; i < size; i++) width += !is_font(word[i]);
  return width;
}

static void put_part(const char *part, size_t size) {
  if (column > indent && column + space + width_of(part, size) > format->width) break_line();
  if (column == 0) begin_line(indent);
  else put_spaces(space);
  while (size--) put(*part++);
  space = 0;
}

/* A word may be broken behind a hyphen between letters. */
static void put_word(const char *word, size_t size) {
  size_t start = 0;

  for (size_t i = 1; i + 1 < size; i++) {
    if (word[i] != '-' || !isalpha((unsigned char)word[i - 1]) || !isalpha((unsigned char)word[i + 1])) continue;
    put_part(word + start, i + 1 - start);
    start = i + 1;
  }
  put_part(word + start, size - start);
}

/* Whether a line ends a sentence: two spaces follow. */
static int ends_sentence(const char *text, size_t size) {
  while (size && (is_font(text[size - 1]) || strchr("\"')]*", text[size - 1]))) size--;
  return size && strchr(".?!", text[size - 1]);
}

/* One line of the source, escapes replaced. */
static void put_text(const char *text) {
  if (!filling) {
    break_line();
    begin_line(indent);
    while (*text) put(*text++);
    putc('\n', format->out);
    column = 0;
    return;
  }
  for (const char *end; *text; text = end) {
    text += strspn(text, " \t");
    end = text + strcspn(text, " \t");
    if (end == text) break;
    put_word(text, end - text);
    space = *end ? (int)strspn(end, " \t") : ends_sentence(text, end - text) ? 2 : 1;
  }
}

/* The paragraph begins beside its tag, if that is short. */
static void end_tag(void) {
  in_tag = 0;
  indent = tag_end;
  if (column >= indent) break_line();
  else put_spaces(indent - column);
  space = 0;
}

static void text_line(const char *source) {
  char text[LINE_ROOM];

  roff_text(text, sizeof text, source);
  put_text(text);
  if (in_tag) end_tag();
}

/* Arguments in one font, with spaces between, or in two by turns, without. */
static void font_line(int count, char **arguments, const char fonts[2]) {
  char text[LINE_ROOM], *end = text;

  for (int i = 0; i < count && end < text + sizeof text - 16; i++) {
    if (i && fonts[0] == fonts[1]) *end++ = ' ';
    *end++ = fonts[i % 2];
    end = roff_text(end, text + sizeof text - end - 2, arguments[i]);
  }
  *end++ = ROMAN;
  *end = 0;
  put_text(text);
  if (in_tag) end_tag();
}

static void put_three(const char *left, const char *middle, const char *right) {
  int before = (format->width - (int)strlen(middle)) / 2, after;

  begin_line(0);
  fputs(left, format->out);
  before -= (int)strlen(left);
  after = format->width - (int)(strlen(left) + (before > 1 ? before : 1) + strlen(middle) + strlen(right));
  fprintf(format->out, "%*s%s%*s%s\n", before > 1 ? before : 1, "", middle, after > 1 ? after : 1, "", right);
}

static void title(int count, char **arguments) {
  static const char *const manuals[] = {
      "General Commands Manual", "System Calls Manual", "Library Functions Manual",         "Kernel Interfaces Manual",
      "File Formats Manual",     "Games Manual",        "Miscellaneous Information Manual", "System Manager's Manual"};
  const char *section = count > 1 ? arguments[1] : "";
  const char *manual = *section >= '1' && *section <= '8' ? manuals[*section - '1'] : "";

  snprintf(footer[0], sizeof footer[0], "%s", count > 3 ? arguments[3] : "");
  snprintf(footer[1], sizeof footer[1], "%s", count > 2 ? arguments[2] : "");
  snprintf(footer[2], sizeof footer[2], "%s(%s)", count ? arguments[0] : "", section);
  put_three(footer[2], count > 4 ? arguments[4] : manual, footer[2]);
  blank_wanted = 1;
}

static void heading(int at, int count, char **arguments) {
  filling = 1;
  want_blank();
  indent = at;
  font_line(count, arguments, (const char[]){BOLD, BOLD});
  break_line();
  margin = indent = shift = BODY_INDENT;
  depth = 0;
  after_heading = 1;
}

static void paragraph(void) {
  want_blank();
  indent = margin;
  shift = BODY_INDENT;
}

/* TP and IP: a tag, and text to the right of it. */
static void tagged_paragraph(const char *width) {
  want_blank();
  indent = margin;
  if (width) shift = atoi(width);
  tag_end = margin + shift;
  in_tag = 1;
}

static void move_margin(const char *by) {
  break_line();
  if (depth < DEPTH) margins[depth++] = margin;
  indent = margin += by ? atoi(by) : shift;
  shift = BODY_INDENT;
}

static void restore_margin(void) {
  break_line();
  if (depth > 0) margin = margins[--depth];
  indent = margin;
}

static void fill(int on) {
  break_line();
  filling = on;
}

/* Two letters of a request; fonts of those that set text in one or two. */
static const struct {
  char name[3], fonts[2];
} font_requests[] = {{"B", {BOLD, BOLD}},    {"I", {ITALIC, ITALIC}}, {"BR", {BOLD, ROMAN}},   {"RB", {ROMAN, BOLD}},
                     {"BI", {BOLD, ITALIC}}, {"IB", {ITALIC, BOLD}},  {"IR", {ITALIC, ROMAN}}, {"RI", {ROMAN, ITALIC}}};

static void request(char *line) {
  char *arguments[ARGUMENTS], name[3] = "";
  size_t length = strcspn(line, " \t");
  int count;

  if (strncmp(line, "\\\"", 2) == 0 || length == 0) return;
  memcpy(name, line, length < 2 ? length : 2);
  count = roff_arguments(line + length, arguments, ARGUMENTS);
  const char *first = count ? arguments[0] : 0;
#define is(text) (length == sizeof text - 1 && !strcmp(name, text))
  for (size_t i = 0; i < sizeof font_requests / sizeof *font_requests; i++)
    if (length == strlen(font_requests[i].name) && !strcmp(name, font_requests[i].name))
      return font_line(count, arguments, font_requests[i].fonts);
  if (is("TH")) title(count, arguments);
  else if (is("SH")) heading(0, count, arguments);
  else if (is("SS")) heading(SUBSECTION_INDENT, count, arguments);
  else if (is("PP") || is("P") || is("LP")) paragraph();
  else if (is("TP")) tagged_paragraph(first);
  else if (is("IP")) {
    tagged_paragraph(count > 1 ? arguments[1] : 0);
    text_line(first ? first : "");
  } else if (is("nf") || is("EX")) fill(0);
  else if (is("fi") || is("EE")) fill(1);
  else if (is("RS")) move_margin(first);
  else if (is("RE")) restore_margin();
  else if (is("br")) break_line();
  else if (is("sp")) want_blank();
  else complain("%s:%u: unknown request '.%.*s'", page_path, line_number, (int)length, line);
#undef is
}

void format_page(FILE *source, const char *path, const struct page_format *wanted) {
  char *line = 0;
  size_t capacity = 0;

  format = wanted;
  page_path = path;
  line_number = 0;
  column = space = in_tag = blank_wanted = after_heading = 0;
  filling = 1;
  margin = indent = shift = BODY_INDENT;
  depth = 0;
  wanted_font = shown_font = ROMAN;
  memset(footer, 0, sizeof footer);
  for (ssize_t length; (length = getline(&line, &capacity, source)) > 0;) {
    line_number++;
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (*line == '.' || *line == '\'') request(line + 1);
    else if (*line == 0) want_blank();
    else text_line(line);
  }
  free(line);
  break_line();
  blank_wanted = 1;
  if (*footer[2]) put_three(footer[0], footer[1], footer[2]);
}
