/* stty: settings of the terminal at standard input. (POSIX stty, in part) */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: stty [-a | -g | SETTING...]\nShow or change the settings of the terminal.\n"
    "  size, speed, sane, raw, cooked, cbreak, rows N, cols N, min N, time N, intr C …, and flags like echo or -echo\n";

enum word { INPUT, OUTPUT, CONTROL, LOCAL };
enum { SANE = 1, INSANE = 2, HIDDEN = 4 };

/* Flags in the order in which -a shows them. SANE ones are set by "sane", INSANE ones cleared. */
static const struct flag {
  const char *name;
  enum word word;
  tcflag_t bits;
  tcflag_t mask;
  int kind;
} flags[] = {
    {"parenb", CONTROL, PARENB, 0, 0},     {"parodd", CONTROL, PARODD, 0, 0},
    {"cmspar", CONTROL, CMSPAR, 0, 0},     {"cs5", CONTROL, CS5, CSIZE, 0},
    {"cs6", CONTROL, CS6, CSIZE, 0},       {"cs7", CONTROL, CS7, CSIZE, 0},
    {"cs8", CONTROL, CS8, CSIZE, 0},       {"hupcl", CONTROL, HUPCL, 0, 0},
    {"cstopb", CONTROL, CSTOPB, 0, 0},     {"cread", CONTROL, CREAD, 0, SANE},
    {"clocal", CONTROL, CLOCAL, 0, 0},     {"crtscts", CONTROL, CRTSCTS, 0, 0},
    {"ignbrk", INPUT, IGNBRK, 0, INSANE},  {"brkint", INPUT, BRKINT, 0, SANE},
    {"ignpar", INPUT, IGNPAR, 0, 0},       {"parmrk", INPUT, PARMRK, 0, 0},
    {"inpck", INPUT, INPCK, 0, 0},         {"istrip", INPUT, ISTRIP, 0, 0},
    {"inlcr", INPUT, INLCR, 0, INSANE},    {"igncr", INPUT, IGNCR, 0, INSANE},
    {"icrnl", INPUT, ICRNL, 0, SANE},      {"ixon", INPUT, IXON, 0, SANE},
    {"ixoff", INPUT, IXOFF, 0, INSANE},    {"iuclc", INPUT, IUCLC, 0, INSANE},
    {"ixany", INPUT, IXANY, 0, INSANE},    {"imaxbel", INPUT, IMAXBEL, 0, SANE},
    {"iutf8", INPUT, IUTF8, 0, INSANE},    {"opost", OUTPUT, OPOST, 0, SANE},
    {"olcuc", OUTPUT, OLCUC, 0, INSANE},   {"ocrnl", OUTPUT, OCRNL, 0, INSANE},
    {"onlcr", OUTPUT, ONLCR, 0, SANE},     {"onocr", OUTPUT, ONOCR, 0, INSANE},
    {"onlret", OUTPUT, ONLRET, 0, INSANE}, {"ofill", OUTPUT, OFILL, 0, INSANE},
    {"ofdel", OUTPUT, OFDEL, 0, INSANE},   {"nl0", OUTPUT, 0, NLDLY, 0},
    {"cr0", OUTPUT, 0, CRDLY, 0},          {"tab0", OUTPUT, 0, TABDLY, 0},
    {"bs0", OUTPUT, 0, BSDLY, 0},          {"vt0", OUTPUT, 0, VTDLY, 0},
    {"ff0", OUTPUT, 0, FFDLY, 0},          {"isig", LOCAL, ISIG, 0, SANE},
    {"icanon", LOCAL, ICANON, 0, SANE},    {"iexten", LOCAL, IEXTEN, 0, SANE},
    {"echo", LOCAL, ECHO, 0, SANE},        {"echoe", LOCAL, ECHOE, 0, SANE},
    {"echok", LOCAL, ECHOK, 0, SANE},      {"echonl", LOCAL, ECHONL, 0, INSANE},
    {"noflsh", LOCAL, NOFLSH, 0, INSANE},  {"xcase", LOCAL, XCASE, 0, INSANE},
    {"tostop", LOCAL, TOSTOP, 0, INSANE},  {"echoprt", LOCAL, ECHOPRT, 0, INSANE},
    {"echoctl", LOCAL, ECHOCTL, 0, SANE},  {"echoke", LOCAL, ECHOKE, 0, SANE},
    {"flusho", LOCAL, FLUSHO, 0, INSANE},  {"extproc", LOCAL, EXTPROC, 0, INSANE},
};

static const struct {
  const char *name;
  int index;
  /* Value of "sane". */
  int sane;
} characters[] = {{"intr", VINTR, 3},      {"quit", VQUIT, 28},   {"erase", VERASE, 127},   {"kill", VKILL, 21},
                  {"eof", VEOF, 4},        {"eol", VEOL, 0},      {"eol2", VEOL2, 0},       {"swtch", VSWTC, 0},
                  {"start", VSTART, 17},   {"stop", VSTOP, 19},   {"susp", VSUSP, 26},      {"rprnt", VREPRINT, 18},
                  {"werase", VWERASE, 23}, {"lnext", VLNEXT, 22}, {"discard", VDISCARD, 15}};

#define COUNT(table) (sizeof table / sizeof *table)
static struct termios settings;

static tcflag_t *word_of(enum word word) {
  tcflag_t *const words[] = {&settings.c_iflag, &settings.c_oflag, &settings.c_cflag, &settings.c_lflag};
  return words[word];
}

static unsigned speed(void) {
  static const struct {
    speed_t code;
    unsigned value;
  } speeds[] = {{B9600, 9600}, {B19200, 19200}, {B38400, 38400}, {B115200, 115200}};
  for (size_t i = 0; i < COUNT(speeds); i++)
    if (speeds[i].code == cfgetospeed(&settings)) return speeds[i].value;
  return 0;
}

static void character_text(int c, char text[8]) {
  if (c == 0) strcpy(text, "<undef>");
  else if (c < 32 || c == 127) sprintf(text, "^%c", c ^ 64);
  else if (c >= 128) sprintf(text, "M-%c", c - 128);
  else sprintf(text, "%c", c);
}

/* Words of the listing are wrapped at the terminal's width. */
static int column;
static void show(const char *word, int last) {
  int length = (int)strlen(word);
  if (column > 0) {
    int wraps = column + 1 + length > terminal_width(STDIN_FILENO);
    putchar(wraps ? '\n' : ' ');
    column = wraps ? 0 : column + 1;
  }
  fputs(word, stdout);
  column += length;
  if (last) {
    putchar('\n');
    column = 0;
  }
}

static void show_all(void) {
  struct winsize window = {0};
  char word[64], text[8];
  ioctl(STDIN_FILENO, TIOCGWINSZ, &window);
  sprintf(word, "speed %u baud;", speed());
  show(word, 0);
  sprintf(word, "rows %u;", window.ws_row);
  show(word, 0);
  sprintf(word, "columns %u;", window.ws_col);
  show(word, 0);
  sprintf(word, "line = %u;", settings.c_line);
  show(word, 1);
  for (size_t i = 0; i < COUNT(characters); i++) {
    character_text(settings.c_cc[characters[i].index], text);
    sprintf(word, "%s = %s;", characters[i].name, text);
    show(word, 0);
  }
  sprintf(word, "min = %u;", settings.c_cc[VMIN]);
  show(word, 0);
  sprintf(word, "time = %u;", settings.c_cc[VTIME]);
  show(word, 1);
  for (size_t i = 0; i < COUNT(flags); i++) {
    int set = (*word_of(flags[i].word) & (flags[i].mask ? flags[i].mask : flags[i].bits)) == flags[i].bits;
    int last = i + 1 == COUNT(flags) || flags[i + 1].word != flags[i].word;
    if (flags[i].mask && !set && !last) continue;
    sprintf(word, "%s%s", set ? "" : "-", flags[i].name);
    show(word, last);
  }
}

/* Only what differs from "sane". */
static void show_changes(void) {
  char word[64], text[8];
  printf("speed %u baud; line = %u;\n", speed(), settings.c_line);
  int shown = 0;
  for (size_t i = 0; i < COUNT(characters); i++) {
    if (settings.c_cc[characters[i].index] == characters[i].sane) continue;
    character_text(settings.c_cc[characters[i].index], text);
    sprintf(word, "%s = %s;", characters[i].name, text);
    show(word, 0);
    shown = 1;
  }
  if (shown) putchar('\n');
  column = shown = 0;
  for (size_t i = 0; i < COUNT(flags); i++) {
    int set = (*word_of(flags[i].word) & flags[i].bits) == flags[i].bits;
    if (flags[i].mask || !flags[i].kind || set == (flags[i].kind == SANE)) continue;
    sprintf(word, "%s%s", set ? "" : "-", flags[i].name);
    show(word, 0);
    shown = 1;
  }
  if (shown) putchar('\n');
}

static void make_sane(void) {
  for (size_t i = 0; i < COUNT(flags); i++) {
    if (flags[i].kind == SANE) *word_of(flags[i].word) |= flags[i].bits;
    if (flags[i].kind == INSANE) *word_of(flags[i].word) &= ~flags[i].bits;
  }
  for (size_t i = 0; i < COUNT(characters); i++) settings.c_cc[characters[i].index] = (cc_t)characters[i].sane;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
}

/* "raw", "cooked" and their like; false if the word is none. */
static int set_mode(const char *word) {
  int negated = *word == '-';
  const char *name = word + negated;
  if (strcmp(word, "sane") == 0) {
    make_sane();
  } else if (strcmp(name, "raw") == 0 || strcmp(name, "cooked") == 0) {
    if (negated == (*name == 'c')) {
      settings.c_iflag = 0;
      settings.c_oflag &= ~(tcflag_t)OPOST;
      settings.c_lflag &= ~(tcflag_t)(ISIG | ICANON | XCASE);
      settings.c_cc[VMIN] = 1;
      settings.c_cc[VTIME] = 0;
    } else {
      settings.c_iflag |= BRKINT | IGNPAR | ISTRIP | ICRNL | IXON;
      settings.c_oflag |= OPOST;
      settings.c_lflag |= ISIG | ICANON;
      settings.c_cc[VEOF] = 4;
      settings.c_cc[VEOL] = 0;
    }
  } else if (strcmp(name, "cbreak") == 0) {
    if (negated) settings.c_lflag |= ICANON;
    else settings.c_lflag &= ~(tcflag_t)ICANON;
  } else {
    return 0;
  }
  return 1;
}

static int set_flag(const char *word) {
  int negated = *word == '-';
  for (size_t i = 0; i < COUNT(flags); i++) {
    if (strcmp(word + negated, flags[i].name)) continue;
    tcflag_t *target = word_of(flags[i].word);
    if (flags[i].mask) *target = (*target & ~flags[i].mask) | flags[i].bits;
    else if (negated) *target &= ~flags[i].bits;
    else *target |= flags[i].bits;
    return 1;
  }
  return 0;
}

static cc_t parse_character(const char *text) {
  if (strcmp(text, "undef") == 0 || strcmp(text, "^-") == 0) return 0;
  if (text[0] == '^' && text[1] && !text[2]) return text[1] == '?' ? 127 : (cc_t)(text[1] & 31);
  if (!text[0] || !text[1]) return (cc_t)text[0];
  return (cc_t)strtoul(text, 0, 0);
}

static void set_window(const char *word, int value) {
  struct winsize window = {0};
  ioctl(STDIN_FILENO, TIOCGWINSZ, &window);
  if (*word == 'r') window.ws_row = (unsigned short)value;
  else window.ws_col = (unsigned short)value;
  if (ioctl(STDIN_FILENO, TIOCSWINSZ, &window)) die_errno(1, "standard input");
}

/* Settings that take a value; false if the word is none. */
static int set_value(const char *word, const char *value) {
  for (size_t i = 0; i < COUNT(characters); i++)
    if (strcmp(word, characters[i].name) == 0) {
      settings.c_cc[characters[i].index] = parse_character(value);
      return 1;
    }
  if (strcmp(word, "min") == 0) settings.c_cc[VMIN] = (cc_t)atoi(value);
  else if (strcmp(word, "time") == 0) settings.c_cc[VTIME] = (cc_t)atoi(value);
  else if (strcmp(word, "rows") == 0 || strcmp(word, "cols") == 0 || strcmp(word, "columns") == 0)
    set_window(word, atoi(value));
  else return 0;
  return 1;
}

/* What -g shows: all of it in hexadecimal. */
static void show_packed(void) {
  printf("%x:%x:%x:%x", settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag);
  for (int i = 0; i < NCCS; i++) printf(":%x", settings.c_cc[i]);
  putchar('\n');
}

static int set_packed(const char *text) {
  tcflag_t words[4];
  char *end = (char *)text;
  for (int i = 0; i < 4 + NCCS; i++) {
    unsigned long value = strtoul(text, &end, 16);
    if (end == text || *end != (i == 3 + NCCS ? 0 : ':')) return 0;
    if (i < 4) words[i] = (tcflag_t)value;
    else settings.c_cc[i - 4] = (cc_t)value;
    text = end + 1;
  }
  settings.c_iflag = words[0];
  settings.c_oflag = words[1];
  settings.c_cflag = words[2];
  settings.c_lflag = words[3];
  return 1;
}

int main(int argc, char **argv) {
  int at = no_options(argc, argv, help);
  if (at + 1 < argc && strcmp(argv[at], "-F") == 0) {
    int fd = open(argv[at + 1], O_RDWR | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) die_errno(1, "%s", quoted_if_needed(argv[at + 1]));
    dup2(fd, STDIN_FILENO);
    at += 2;
  }
  if (tcgetattr(STDIN_FILENO, &settings)) die_errno(1, "%s", quoted("standard input"));
  if (at == argc) {
    show_changes();
    return finish(0);
  }
  int changed = 0;
  for (; at < argc; at++) {
    const char *word = argv[at];
    struct winsize window = {0};
    if (strcmp(word, "-a") == 0) {
      show_all();
    } else if (strcmp(word, "-g") == 0) {
      show_packed();
    } else if (strcmp(word, "size") == 0) {
      if (ioctl(STDIN_FILENO, TIOCGWINSZ, &window)) die_errno(1, "%s", quoted("standard input"));
      printf("%u %u\n", window.ws_row, window.ws_col);
    } else if (strcmp(word, "speed") == 0) {
      printf("%u\n", speed());
    } else {
      if (!set_mode(word) && !set_flag(word) && !set_packed(word)) {
        if (at + 1 < argc && set_value(word, argv[at + 1])) {
          at++;
        } else {
          complain("invalid argument %s", quoted(word));
          usage_error(1);
        }
      }
      changed = 1;
    }
  }
  if (changed && tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)) die_errno(1, "%s", quoted("standard input"));
  return finish(0);
}
