/* The lines of manual pages: arguments of requests, escapes in text. (groff(7)) */
#include <string.h>
#include "format.h"

int roff_arguments(char *line, char **arguments, int limit) {
  int count = 0;

  for (;;) {
    char *to;
    int quoted;

    line += strspn(line, " \t");
    if (!*line || count == limit) return count;
    quoted = *line == '"';
    if (quoted) line++;
    arguments[count++] = to = line;
    for (; *line; line++) {
      if (quoted && line[0] == '"' && line[1] != '"') break;
      if (quoted && line[0] == '"') line++;
      else if (!quoted && (*line == ' ' || *line == '\t')) break;
      else if (line[0] == '\\' && line[1]) *to++ = *line++;
      *to++ = *line;
    }
    if (*line) line++;
    *to = 0;
  }
}

/* Characters with names of two letters. */
static const struct {
  char name[3];
  const char *text;
} characters[] = {{"aq", "'"}, {"dq", "\""}, {"lq", "\""}, {"rq", "\""}, {"oq", "'"},  {"cq", "'"},  {"em", "--"},
                  {"en", "-"}, {"bu", "o"},  {"ha", "^"},  {"ti", "~"},  {"rs", "\\"}, {"co", "(C)"}};

static const char *character(const char *name) {
  for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
    if (!strncmp(characters[i].name, name, 2)) return characters[i].text;
  return "?";
}

static char font(char letter, char previous) {
  switch (letter) {
    case 'B': return BOLD;
    case 'I': return ITALIC;
    case 'P': return previous;
    default: return ROMAN;
  }
}

char *roff_text(char *text, size_t room, const char *source) {
  /* Room for the longest of `characters`. */
  char *end = text + room - 4, current = ROMAN, previous = ROMAN;

  while (*source && text < end) {
    char c = *source++;

    if (c != '\\') {
      *text++ = c;
      continue;
    }
    switch (c = *source ? *source++ : 0) {
      case 0:
      case '&':
      case '/':
      case ',': break;
      case '"': source += strlen(source); break;
      case '-': *text++ = SOLID_HYPHEN; break;
      case '~':
      case ' ': *text++ = SOLID_SPACE; break;
      case 'e': *text++ = '\\'; break;
      case 'f':
        c = current;
        current = font(*source, previous);
        previous = c;
        *text++ = current;
        if (*source) source++;
        break;
      case '(': {
        const char *name = source;

        source += *source ? 1 + (source[1] != 0) : 0;
        for (const char *part = source - name == 2 ? character(name) : "?"; *part; part++) *text++ = *part;
        break;
      }
      default: *text++ = c;
    }
  }
  *text = 0;
  return text;
}
