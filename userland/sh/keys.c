/* Bytes of the terminal put together to keys; see keys.h. */
#include "keys.h"

#include <string.h>

#include "terminal.h"
#include "utf8.h"

static int read_byte(void (*resized)(void)) {
  for (;;) {
    int byte = terminal_read();
    if (byte != KEY_RESIZED) return byte;
    resized();
  }
}

/* Whether a control sequence is complete. */
static bool is_complete(const struct typed *typed) {
  if (typed->length < 2) return false;
  char second = typed->bytes[1];
  char last = typed->bytes[typed->length - 1];
  if (second == '[') return typed->length > 2 && last >= '@' && last <= '~';
  if (second == 'O') return typed->length > 2;
  return true;
}

bool key_read(struct typed *typed, void (*resized)(void)) {
  int byte = read_byte(resized);
  if (byte < 0) return false;
  typed->length = 0;
  typed->bytes[typed->length++] = (char)byte;
  if (byte == '\033') {
    while (!is_complete(typed)) {
      byte = read_byte(resized);
      if (byte < 0) return false;
      if (typed->length < LONGEST_KEY) typed->bytes[typed->length++] = (char)byte;
      else typed->bytes[LONGEST_KEY - 1] = (char)byte;
    }
  } else {
    for (size_t size = utf8_length((unsigned char)byte); typed->length < size;) {
      byte = read_byte(resized);
      if (byte < 0) return false;
      typed->bytes[typed->length++] = (char)byte;
    }
  }
  typed->bytes[typed->length] = 0;
  return true;
}

bool key_is_text(const struct typed *typed) {
  unsigned char first = (unsigned char)typed->bytes[0];
  return first >= 32 && first != 127;
}

bool key_read_paste(struct draft *draft, void (*resized)(void)) {
  static const char end[] = PASTE_END;
  size_t length = sizeof end - 1;
  struct draft pasted = {0};
  bool ended = false;
  while (!ended) {
    int byte = read_byte(resized);
    if (byte < 0) break;
    char c = byte == '\r' ? '\n' : (char)byte;
    if (c) draft_insert(&pasted, &c, 1);
    ended = pasted.length >= length && memcmp(pasted.text + pasted.length - length, end, length) == 0;
  }
  if (ended) draft_insert(draft, pasted.text, pasted.length - length);
  draft_free(&pasted);
  return ended;
}
