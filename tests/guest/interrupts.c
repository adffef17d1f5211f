/* A driver by name only: registers for an interrupt line, has no device, and answers questions as it likes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "l3.h"

#define REGISTER 0x200u
#define STATISTICS 0x202u
#define QUESTION 0x203u
/* Send timeout 0, all others infinite. */
#define SEND_AT_ONCE 0x10

int main(int argc, char **argv) {
  unsigned server = argc > 3 ? strtoul(argv[1], 0, 0) : 0, line = argc > 3 ? strtoul(argv[2], 0, 0) : 0;
  const char *how = argc > 3 ? argv[3] : "statistics";
  struct ipc_words words = {REGISTER, line, 0, server};
  int wrong = 0;

  if (!strcmp(how, "statistics")) words.w0 = STATISTICS;
  l3_ipc(0, 0, 0, &words);
  printf("%s: status %d\n", how, (int)words.w0);
  fflush(stdout);
  if (!strcmp(how, "statistics") || words.w0 != 0) return words.w0 != 0;
  if (!strcmp(how, "dies")) return 0;
  for (unsigned code = l3_ipc(NO_DESCRIPTOR, 1, 0, &words);;) {
    if ((code & 0xf0) || words.w0 != QUESTION || words.w1 != line) wrong++;
    if (wrong > 100) return 1;
    if (!strcmp(how, "silent") || (code & 0xf0)) {
      code = l3_ipc(NO_DESCRIPTOR, 1, 0, &words);
      continue;
    }
    if (!strcmp(how, "late")) usleep(20000);
    words.w0 = !strcmp(how, "claims") || !strcmp(how, "late");
    code = l3_ipc(0, 1, SEND_AT_ONCE, &words);
  }
}
