/* Dates as text, in the C locale, with GNU's flags - _ 0 ^ and widths. (POSIX strftime) */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

struct text {
  char *at, *end;
};

static void put(struct text *text, const char *s, size_t length) {
  for (; length && text->at < text->end; length--) *text->at++ = *s++;
  if (length) text->at = text->end;
}

/* Flag and width given between % and the letter. */
struct field {
  char flag;
  int upper, width;
};

static void put_number(struct text *text, struct field field, long long value, int width, char padding) {
  char digits[32];
  if (field.flag == '_') padding = ' ';
  if (field.flag == '0') padding = '0';
  if (field.width) width = field.width;
  if (field.flag == '-') width = 1;
  int length = padding == ' ' ? sprintf(digits, "%*lld", width > 24 ? 24 : width, value)
                              : sprintf(digits, "%0*lld", width > 24 ? 24 : width, value);
  put(text, digits, (size_t)length);
}

static void put_name(struct text *text, struct field field, const char *name, size_t length) {
  for (int i = (int)length; i < field.width; i++) put(text, field.flag == '0' ? "0" : " ", 1);
  for (size_t i = 0; i < length; i++) {
    char c = field.upper ? (char)toupper((unsigned char)name[i]) : name[i];
    put(text, &c, 1);
  }
}

/* Week of the year, when weeks begin at `start` (0 is Sunday). */
static int week(const struct tm *date, int start) {
  return (date->tm_yday + 7 - (date->tm_wday - start + 7) % 7) / 7;
}

/* Week of ISO 8601: the first one has the year's first Thursday. */
static int iso_week(const struct tm *date, int *year) {
  struct tm thursday = *date;
  thursday.tm_mday += 3 - (date->tm_wday + 6) % 7;
  timegm(&thursday);
  *year = thursday.tm_year + 1900;
  return thursday.tm_yday / 7 + 1;
}

/* Local time that is not known is called "-00". (RFC 3339, 4.3) */
static void put_offset(struct text *text, const struct tm *date, int colons) {
  char digits[16];
  long offset = date->tm_gmtoff;
  int is_negative = offset < 0 || (offset == 0 && date->tm_zone && *date->tm_zone == '-');
  long minutes = (offset < 0 ? -offset : offset) / 60;
  sprintf(digits, colons ? "%c%02ld:%02ld" : "%c%02ld%02ld", is_negative ? '-' : '+', minutes / 60, minutes % 60);
  put(text, digits, strlen(digits));
}

static void format(struct text *text, const char *pattern, const struct tm *date) {
  for (; *pattern; pattern++) {
    if (*pattern != '%') {
      put(text, pattern, 1);
      continue;
    }
    const char *start = pattern++;
    struct field field = {0};
    for (; *pattern && strchr("-_0^#", *pattern); pattern++) {
      if (*pattern == '^' || *pattern == '#') field.upper = 1;
      else field.flag = *pattern;
    }
    for (; isdigit((unsigned char)*pattern); pattern++) field.width = field.width * 10 + *pattern - '0';
    int colons = 0;
    for (; *pattern == ':'; pattern++) colons++;
    while (*pattern == 'E' || *pattern == 'O') pattern++;
    int iso_year, hour12 = date->tm_hour % 12 ? date->tm_hour % 12 : 12;
    struct tm copy;
    switch (*pattern) {
      case 'a': put_name(text, field, days[date->tm_wday], 3); break;
      case 'A': put_name(text, field, days[date->tm_wday], strlen(days[date->tm_wday])); break;
      case 'b':
      case 'h': put_name(text, field, months[date->tm_mon], 3); break;
      case 'B': put_name(text, field, months[date->tm_mon], strlen(months[date->tm_mon])); break;
      case 'c': format(text, "%a %b %e %H:%M:%S %Y", date); break;
      case 'C': put_number(text, field, (date->tm_year + 1900) / 100, 2, '0'); break;
      case 'd': put_number(text, field, date->tm_mday, 2, '0'); break;
      case 'D':
      case 'x': format(text, "%m/%d/%y", date); break;
      case 'e': put_number(text, field, date->tm_mday, 2, ' '); break;
      case 'F': format(text, "%Y-%m-%d", date); break;
      case 'g':
        iso_week(date, &iso_year);
        put_number(text, field, iso_year % 100, 2, '0');
        break;
      case 'G':
        iso_week(date, &iso_year);
        put_number(text, field, iso_year, 1, '0');
        break;
      case 'H': put_number(text, field, date->tm_hour, 2, '0'); break;
      case 'I': put_number(text, field, hour12, 2, '0'); break;
      case 'j': put_number(text, field, date->tm_yday + 1, 3, '0'); break;
      case 'k': put_number(text, field, date->tm_hour, 2, ' '); break;
      case 'l': put_number(text, field, hour12, 2, ' '); break;
      case 'm': put_number(text, field, date->tm_mon + 1, 2, '0'); break;
      case 'M': put_number(text, field, date->tm_min, 2, '0'); break;
      case 'n': put(text, "\n", 1); break;
      case 'p': put_name(text, field, date->tm_hour < 12 ? "AM" : "PM", 2); break;
      case 'P': put_name(text, field, date->tm_hour < 12 ? "am" : "pm", 2); break;
      case 'r': format(text, "%I:%M:%S %p", date); break;
      case 'R': format(text, "%H:%M", date); break;
      case 's':
        copy = *date;
        put_number(text, field, timegm(&copy) - date->tm_gmtoff, 1, '0');
        break;
      case 'S': put_number(text, field, date->tm_sec, 2, '0'); break;
      case 't': put(text, "\t", 1); break;
      case 'T':
      case 'X': format(text, "%H:%M:%S", date); break;
      case 'u': put_number(text, field, date->tm_wday ? date->tm_wday : 7, 1, '0'); break;
      case 'U': put_number(text, field, week(date, 0), 2, '0'); break;
      case 'V': put_number(text, field, iso_week(date, &iso_year), 2, '0'); break;
      case 'w': put_number(text, field, date->tm_wday, 1, '0'); break;
      case 'W': put_number(text, field, week(date, 1), 2, '0'); break;
      case 'y': put_number(text, field, (date->tm_year % 100 + 100) % 100, 2, '0'); break;
      case 'Y': put_number(text, field, date->tm_year + 1900LL, 1, '0'); break;
      case 'z': put_offset(text, date, colons); break;
      case 'Z':
        put_name(text, field, date->tm_zone ? date->tm_zone : "", strlen(date->tm_zone ? date->tm_zone : ""));
        break;
      case '%': put(text, "%", 1); break;
      default:
        put(text, start, (size_t)(pattern - start));
        if (!*pattern) return;
        put(text, pattern, 1);
    }
  }
}

size_t strftime(char *restrict to, size_t size, const char *restrict pattern, const struct tm *restrict date) {
  struct text text = {to, to + size};
  format(&text, pattern, date);
  if (text.at == text.end) return 0;
  *text.at = 0;
  return (size_t)(text.at - to);
}
