/* File modes as text: as ls prints them and as chmod takes them. (POSIX chmod, "EXTENDED DESCRIPTION") */
#include <string.h>
#include <sys/stat.h>
#include <tool.h>

void mode_text(mode_t mode, char text[11]) {
  static const char types[] = "?pc?d?b?-?l?s???";
  text[0] = types[mode >> 12 & 15];
  for (int i = 0; i < 9; i++) text[1 + i] = mode >> (8 - i) & 1 ? "rwx"[i % 3] : '-';
  if (mode & S_ISUID) text[3] = mode & S_IXUSR ? 's' : 'S';
  if (mode & S_ISGID) text[6] = mode & S_IXGRP ? 's' : 'S';
  if (mode & S_ISVTX) text[9] = mode & S_IXOTH ? 't' : 'T';
  text[10] = 0;
}

/* Copies the permissions of one class ("g=u") to all three. */
static mode_t spread(mode_t mode, char class) {
  mode_t bits = (class == 'u' ? mode >> 6 : class == 'g' ? mode >> 3 : mode) & 7;
  return bits << 6 | bits << 3 | bits;
}

/* One clause, "ug+rx-w"; returns what follows it, or a null pointer. */
static const char *apply_clause(const char *at, mode_t *mode, int is_directory, mode_t mask) {
  mode_t who = 0;
  for (; *at && strchr("ugoa", *at); at++)
    who |= *at == 'u' ? S_ISUID | S_IRWXU : *at == 'g' ? S_ISGID | S_IRWXG : *at == 'o' ? S_ISVTX | S_IRWXO : 07777;
  mode_t allowed = who ? who : 07777 & ~mask;
  if (!*at || !strchr("+-=", *at)) return 0;
  while (*at && strchr("+-=", *at)) {
    char operation = *at++;
    mode_t bits = 0;
    if (*at && strchr("ugo", *at)) {
      bits = spread(*mode, *at++);
    } else {
      for (; *at && strchr("rwxXst", *at); at++) {
        switch (*at) {
          case 'r': bits |= 0444; break;
          case 'w': bits |= 0222; break;
          case 'x': bits |= 0111; break;
          case 'X': bits |= is_directory || *mode & 0111 ? 0111 : 0; break;
          case 's': bits |= S_ISUID | S_ISGID; break;
          default: bits |= S_ISVTX; break;
        }
      }
    }
    /* The sticky bit belongs to all; "=" does not take set-id bits from a directory. */
    mode_t limited = bits & (allowed | (who ? 0 : S_ISVTX));
    if (who & 0777 && bits & S_ISVTX && (who & 07) == 0) limited &= ~(mode_t)S_ISVTX;
    mode_t cleared = (who ? who : 07777) & ~(is_directory ? S_ISUID | S_ISGID : 0);
    if (operation == '+') *mode |= limited;
    else if (operation == '-') *mode &= ~limited;
    else *mode = (*mode & ~cleared) | limited;
  }
  return at;
}

int apply_mode(const char *text, mode_t mode, int is_directory, mode_t mask, mode_t *result) {
  mode &= 07777;
  if (*text >= '0' && *text <= '7') {
    mode_t value = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '7'; digits++) {
      value = value * 8 + (mode_t)(text[digits] - '0');
      if (value > 07777) return 0;
    }
    if (text[digits]) return 0;
    /* Fewer than five digits leave the set-id bits of a directory. */
    *result = value | (is_directory && digits < 5 ? mode & (S_ISUID | S_ISGID) : 0);
    return 1;
  }
  for (;;) {
    text = apply_clause(text, &mode, is_directory, mask);
    if (!text) return 0;
    if (!*text) break;
    if (*text++ != ',') return 0;
  }
  *result = mode;
  return 1;
}
