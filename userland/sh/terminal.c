/* Raw mode and reading of bytes; see terminal.h. Beneath: termios, ioctl. */
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "error.h"
#include "traps.h"
#include "variables.h"

/* Bracketed paste mode of xterm: pasted text comes between two sequences (keys.h). Others ignore it. */
#define PASTE_BRACKETS_ON "\033[?2004h"
#define PASTE_BRACKETS_OFF "\033[?2004l"

static struct termios cooked;

bool terminal_begin(void) {
  const char *type = variable_get("TERM");
  if (type && strcmp(type, "dumb") == 0) return false;
  if (tcgetattr(0, &cooked) < 0) return false;
  struct termios raw = cooked;
  raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT);
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(0, TCSADRAIN, &raw) < 0) return false;
  terminal_print(PASTE_BRACKETS_ON);
  return true;
}

void terminal_end(void) {
  terminal_print(PASTE_BRACKETS_OFF);
  tcsetattr(0, TCSADRAIN, &cooked);
}

int terminal_columns(void) {
  struct winsize size;
  if (ioctl(1, TIOCGWINSZ, &size) < 0 && ioctl(0, TIOCGWINSZ, &size) < 0) return 80;
  return size.ws_col > 1 ? size.ws_col : 80;
}

int terminal_read(void) {
  for (;;) {
    unsigned char byte;
    if (signal_window_changed()) return KEY_RESIZED;
    ssize_t count = read(0, &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || errno != EINTR) return KEY_END;
    if (signal_interrupted()) {
      terminal_end();
      check_interrupt();
    }
  }
}

void terminal_write(const char *bytes, size_t length) {
  write_all(2, bytes, length);
}

void terminal_print(const char *text) {
  terminal_write(text, strlen(text));
}
