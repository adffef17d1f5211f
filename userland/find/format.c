/* -printf: a format with escapes and directives of one letter, or two for times. (GNU find manual, "Format Directives")
 */
#include "find.h"
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

/* "%-10.5": where it begins, and its flags and numbers with the percent sign. */
struct directive {
  const char *start;
  int length;
};

static void put_text(FILE *out, struct directive directive, const char *text) {
  char *format = must_format("%.*ss", directive.length, directive.start);
  fprintf(out, format, text);
  free(format);
}

static void put_number(FILE *out, struct directive directive, const char *conversion, unsigned long long value) {
  char *format = must_format("%.*s%s", directive.length, directive.start, conversion);
  fprintf(out, format, value);
  free(format);
}

/* A time by one letter of strftime, or '@' and '+'. Seconds have their fraction, of ten digits as GNU's. */
static char *time_text(const struct timespec *time, char letter) {
  static const char *const with_seconds[] = {"S%S.", "T%H:%M:%S.", "X%H:%M:%S.", "+%Y-%m-%d+%H:%M:%S.", "r%I:%M:%S."};
  char text[200];
  struct tm *date = localtime(&time->tv_sec);
  if (letter == '@') return must_format("%lld.%09ld0", (long long)time->tv_sec, time->tv_nsec);
  if (letter == 'c') {
    strftime(text, sizeof text, "%a %b %e %H:%M:%S.", date);
    return must_format("%s%09ld0 %d", text, time->tv_nsec, date->tm_year + 1900);
  }
  for (size_t i = 0; i < sizeof with_seconds / sizeof *with_seconds; i++) {
    if (*with_seconds[i] != letter) continue;
    strftime(text, sizeof text, with_seconds[i] + 1, date);
    return must_format("%s%09ld0%s", text, time->tv_nsec, letter != 'r' ? "" : date->tm_hour < 12 ? " AM" : " PM");
  }
  char format[] = {'%', letter, 0};
  text[strftime(text, sizeof text, format, date)] = 0;
  return must_strdup(text);
}

/* Everything before the last name; "." if there is nothing. */
static char *directory_text(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return must_strdup(".");
  return must_format("%.*s", (int)(slash - path), path);
}

static char *below_start(const struct visit *visit) {
  const char *rest = visit->path + strlen(visit->start);
  return must_strdup(rest + (*rest == '/'));
}

static char *user_text(uid_t id) {
  const struct passwd *user = getpwuid(id);
  return user ? must_strdup(user->pw_name) : must_format("%u", (unsigned)id);
}

static char *group_text(gid_t id) {
  const struct group *group = getgrgid(id);
  return group ? must_strdup(group->gr_name) : must_format("%u", (unsigned)id);
}

/* The directive's text, allocated; null if the letter is for a number or unknown. */
static char *directive_text(const struct visit *visit, char letter, char second) {
  const struct stat *info = visit->info;
  char mode[11];
  switch (letter) {
    case 'p': return must_strdup(visit->path);
    case 'f': return must_strdup(visit->name);
    case 'h': return directory_text(visit->path);
    case 'P': return below_start(visit);
    case 'H': return must_strdup(visit->start);
    case 'y': return must_format("%c", type_letter(info->st_mode));
    case 'Y': return must_format("%c", target_type(visit));
    case 'l': return link_text(visit);
    case 'M': mode_text(info->st_mode, mode); return must_strdup(mode);
    case 'u': return user_text(info->st_uid);
    case 'g': return group_text(info->st_gid);
    case 'a':
    case 'c':
    case 't': return time_text(time_of(info, letter == 't' ? 'm' : letter), 'c');
    case 'A':
    case 'C':
    case 'T': return time_text(time_of(info, letter == 'T' ? 'm' : (char)tolower(letter)), second);
    default: return 0;
  }
}

/* A number directive: its value, and the conversion that shows it; null for other letters. */
static const char *directive_number(const struct visit *visit, char letter, unsigned long long *value) {
  const struct stat *info = visit->info;
  switch (letter) {
    case 's': *value = (unsigned long long)info->st_size; break;
    case 'n': *value = info->st_nlink; break;
    case 'U': *value = info->st_uid; break;
    case 'G': *value = info->st_gid; break;
    case 'i': *value = info->st_ino; break;
    case 'D': *value = info->st_dev; break;
    case 'd': *value = (unsigned)visit->depth; break;
    case 'b': *value = (unsigned long long)info->st_blocks; break;
    case 'k': *value = ((unsigned long long)info->st_blocks + 1) / 2; break;
    case 'm': *value = info->st_mode & 07777; return "llo";
    default: return 0;
  }
  return "llu";
}

static const char known[] = "pfhPHyYlMugactACTsnUGiDdbkm";

static int takes_second(char letter) {
  return letter == 'A' || letter == 'C' || letter == 'T';
}

static const char *read_directive(const char *at, struct directive *directive) {
  directive->start = at++;
  at += strspn(at, "-+ #0");
  at += strspn(at, "0123456789.");
  directive->length = (int)(at - directive->start);
  return at;
}

void check_format(const char *format) {
  for (const char *at = format; (at = strchr(at, '%'));) {
    struct directive directive;
    if (at[1] == '%') {
      at += 2;
      continue;
    }
    at = read_directive(at, &directive);
    if (!*at) die(1, "error: %s at end of format string", directive.length > 1 ? directive.start : "%");
    if (!strchr(known, *at)) complain("warning: unrecognized format directive `%%%c'", *at);
    if (takes_second(*at) && !at[1]) die(1, "error: the format directive `%%%c' is incomplete", *at);
    at += 1 + takes_second(*at);
  }
}

int do_format(const struct node *node, const struct visit *visit) {
  FILE *out = node->output;
  for (const char *at = node->text; *at;) {
    if (*at == '\\') {
      const char *escape = at + 1;
      int c = *escape == 'c' ? -1 : read_escape(&escape, 0);
      if (c == -1) {
        fflush(out);
        return 1;
      }
      if (c >= 0) putc(c, out);
      else putc('\\', out);
      at = c >= 0 ? escape : at + 1;
      continue;
    }
    if (*at != '%' || at[1] == '%') {
      putc(*at, out);
      at += 1 + (*at == '%');
      continue;
    }
    struct directive directive;
    at = read_directive(at, &directive);
    unsigned long long value;
    char letter = *at++, second = takes_second(letter) ? *at++ : 0;
    char *text = directive_text(visit, letter, second);
    const char *conversion = text ? 0 : directive_number(visit, letter, &value);
    if (text) put_text(out, directive, text);
    else if (conversion) put_number(out, directive, conversion, value);
    else fprintf(out, "%.*s%c", directive.length, directive.start, letter);
    free(text);
  }
  return 1;
}
