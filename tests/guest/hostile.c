/* A process that attacks the server or itself; whatever happens, only this process may suffer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "l3.h"

/* Timeouts of about 1 ms for send and receive; none for page faults. */
#define ONE_MS 0x010100aau

static unsigned state = 12345;
static unsigned next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/* Random messages: words, dopes, strings, addresses; sent with timeouts so that a missing answer does not hang us. */
static void random_messages(int count) {
  static unsigned message[64];

  for (int i = 0; i < count; i++) {
    struct ipc_words words = {next() % 500, next(), next(), server_id()};
    unsigned send = 0, receive = 0;

    if (next() & 3) {
      unsigned dwords = next() % 16, strings = next() % 8;

      for (int k = 0; k < 64; k++) message[k] = next() & 1 ? next() : next() % 9000;
      message[0] = next() & 1 ? next() : 0;
      message[1] = next() & 7 ? dwords << 13 | strings << 8 : next();
      message[2] = next() & 7 ? dwords << 13 | strings << 8 : next();
      for (unsigned k = 0; k < strings; k++) {
        message[3 + dwords + 4 * k] = next() % 5000;
        message[4 + dwords + 4 * k] = next() & 1 ? (unsigned)message : next();
        message[5 + dwords + 4 * k] = next() % 5000;
        message[6 + dwords + 4 * k] = next() & 1 ? (unsigned)message : next();
      }
      send = (unsigned)message | (next() & 2);
      if (next() & 1) receive = (unsigned)message;
    }
    /* Never the calls that would end or stop this process, nor ones that wait for a signal. */
    if (words.w0 == 1 || words.w0 == 252 || words.w0 == 29 || words.w0 == 179 || words.w0 == 72 || words.w0 == 37 ||
        words.w0 == 238 || words.w0 == 270)
      words.w0 = 20;
    l3_ipc(send, receive, ONE_MS, &words);
  }
}

/* Operations of the servers' protocols, of the kernel's fault and exception messages, and words that come near them. */
static const unsigned operations[] = {
    0,     1,     2,     3,     4,     5,     6,          7,          8,          9,      0x100,  0x101,
    0x102, 0x103, 0x104, 0x105, 0x106, 0x107, 0x108,      0x109,      0x1000,     0x1001, 0x5000, 0x5001,
    10,    11,    0x200, 0x201, 0x202, 0x203, 0xfffffffc, 0xffffffff, 0x40000000, 0xff00,
};

/* To every thread there may be, this one's own task excepted: servers, drivers, kernel threads, other processes. Ids
 * are small numbers. */
static void messages_to_all(int count) {
  static unsigned memory[1 << 22];
  unsigned page = 0, own = l3_my_id();

  for (int i = 0; i < count; i++) {
    unsigned task = 1 + next() % 16, lthread = next() & 3 ? 0 : next() % 8;
    unsigned id = task << 17 | lthread << 10 | (next() & 7 ? 1 : 2);
    unsigned count = sizeof operations / sizeof *operations;
    struct ipc_words words = {operations[next() % count], next() & 1 ? next() % 8 : next() << 17 | 1,
                              next() & 1 ? next() % 64 : next(), id};
    unsigned send = 0, receive = next() & 1 ? NO_DESCRIPTOR : 0;

    if ((own & ~0x1fc00u) == (id & ~0x1fc00u)) continue;
    if (next() & 1) {
      /* A message in a page that nobody has touched yet, with a string from another one. */
      unsigned *message = memory + 1024 * (page++ % 4096), *string = memory + 1024 * (page++ % 4096);

      if (next() & 1)
        message[0] = 0, message[1] = message[2] = 2 << 13 | 1 << 8, message[5] = 5000, message[6] = (unsigned)string;
      send = (unsigned)message | (next() & 2);
      if (next() & 1) receive = (unsigned)memory + 4096 * (page++ % 4096);
    }
    /* To the Unix server that is exit, or close of standard output. */
    if ((words.w0 == 1 || words.w0 == 6) && id == server_id()) continue;
    l3_ipc(send, receive, ONE_MS, &words);
  }
}

/* A million bytes of the kernel's interface: all vectors with random registers. */
static void random_kernel_calls(int count) {
  for (int i = 0; i < count; i++) {
    unsigned a = next(), c = next(), d = next(), b = next(), s = next(), vector = next() % 8;

    switch (vector) {
      case 0: __asm__ volatile("int $0x31" : "+a"(a), "+c"(c), "+d"(d), "+S"(s) : : "memory"); break;
      case 1: __asm__ volatile("int $0x33" : "+a"(a), "+c"(c), "+d"(d), "+S"(s) : : "memory"); break;
      case 2:
        __asm__ volatile("pushl %%ebx; movl %4, %%ebx; int $0x34; popl %%ebx"
                         : "+a"(a), "+c"(c), "+d"(d), "+S"(s)
                         : "D"(b)
                         : "memory");
        break;
      case 3: __asm__ volatile("int $0x37" : "+a"(a), "+c"(c), "+d"(d), "+S"(s) : : "memory"); break;
      case 4:
        __asm__ volatile("pushl %%ebx; movl %4, %%ebx; int $0x3b; popl %%ebx"
                         : "+a"(a), "+c"(c), "+d"(d), "+S"(s)
                         : "D"(b)
                         : "memory");
        break;
      case 5:
        __asm__ volatile("pushl %%ebx; movl %4, %%ebx; int $0x36; popl %%ebx"
                         : "+a"(a), "+c"(c), "+d"(d), "+S"(s)
                         : "D"(b)
                         : "memory");
        break;
      default: {
        struct ipc_words words = {a, b, c, s};
        l3_ipc(next() & 1 ? NO_DESCRIPTOR : next(), next() & 1 ? NO_DESCRIPTOR : next(), ONE_MS, &words);
      }
    }
  }
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";

  if (argc > 2 && !strcmp(argv[2], "user")) setuid(1000);
  if (!strcmp(how, "messages")) random_messages(10000);
  if (!strcmp(how, "all")) messages_to_all(10000);
  if (!strcmp(how, "kernel-calls")) random_kernel_calls(20000);
  if (!strcmp(how, "smash")) {
    unsigned seed = argc > 2 ? atoi(argv[2]) : 1;

    state = seed * 2654435761u + 1;
    for (unsigned i = 0; i < 0x5000; i += 4) *(volatile unsigned *)(PRIVATE_PAGE + i) = next();
    for (int i = 0; i < 100; i++) write(1, "", 0);
  }
  puts("done");
  return 0;
}
