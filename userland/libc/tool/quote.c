/* File names in messages: in quotes as a shell would read them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

#define KEPT 4

static const char *keep(char *text) {
  static char *kept[KEPT];
  static int next;
  next = (next + 1) % KEPT;
  free(kept[next]);
  return kept[next] = text;
}

static int is_plain(const char *name) {
  for (const char *p = name; *p; p++)
    if (!isprint((unsigned char)*p)) return 0;
  return 1;
}

const char *quoted(const char *name) {
  char *text = must_malloc(strlen(name) * 10 + 3), *at = text;
  if (is_plain(name) && strchr(name, '\'') && !strpbrk(name, "\"$`\\")) {
    sprintf(text, "\"%s\"", name);
    return keep(text);
  }
  /* Unprintable bytes are written as $'\ooo' outside of the plain quotes. */
  int inside = 1, escaped = 0;
  *at++ = '\'';
  for (; *name; name++) {
    unsigned char c = (unsigned char)*name;
    if (isprint(c) && c != '\'') {
      if (!inside) at = stpcpy(at, escaped ? "''" : "'");
      inside = 1;
      escaped = 0;
      *at++ = (char)c;
    } else if (c == '\'') {
      if (escaped) at = stpcpy(at, "'");
      at = stpcpy(at, inside ? "'\\''" : "\\''");
      inside = 1;
      escaped = 0;
    } else {
      if (!escaped) at = stpcpy(at, inside ? "'$'" : "$'");
      inside = 0;
      escaped = 1;
      const char *letter = memchr("\aa\bb\tt\nn\vv\ff\rr", c, 14);
      if (letter) at += sprintf(at, "\\%c", letter[1]);
      else at += sprintf(at, "\\%03o", c);
    }
  }
  strcpy(at, "'");
  return keep(text);
}

const char *quoted_if_needed(const char *name) {
  int plain = *name && is_plain(name) && !strpbrk(name, " !\"$&'()*;<>?[\\^`|") && !strchr("#~", *name);
  return plain ? name : quoted(name);
}
