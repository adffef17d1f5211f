/* l3-ping-pong: what a message there and one back cost, between two threads of a task and between two processes. */
#include <getopt.h>
#include <l3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: l3-ping-pong [-n ROUNDS] [-w WORDS]\nSend messages to and fro, and tell what a round costs.\n  -n  rounds (1000)   -w  words of a message (3)\n";

/* Nominal rate of the emulated processor: an instruction takes a cycle. */
#define NS_PER_CYCLE 10
#define WARM_UP 10

static unsigned rounds = 1000, length = 3;

/* Messages longer than the registers lie in memory on both sides. */
static L3_MESSAGE(L3_MAX_DWORDS, 0) out, in;

static unsigned descriptor(void *message) {
  return length > L3_REGISTER_WORDS ? L3_LONG(message) : L3_SHORT;
}

/* Answers each message with its first word plus one. */
static void pong(void *unused) {
  static L3_MESSAGE(L3_MAX_DWORDS, 0) answer;
  unsigned words[3];
  l3_id partner;

  (void)unused;
  l3_message_init(&answer);
  answer.send_dope = L3_DOPE(length, 0);
  l3_code code = l3_wait(&partner, words, descriptor(&answer), L3_NO_TIMEOUTS);
  for (;;) {
    words[0]++;
    code = l3_error(code)
               ? l3_wait(&partner, words, descriptor(&answer), L3_NO_TIMEOUTS)
               : l3_reply_and_wait(&partner, descriptor(&answer), words, descriptor(&answer), L3_NO_TIMEOUTS);
  }
}

static void ping(const char *what, l3_id partner) {
  unsigned long long start = 0;

  l3_message_init(&out);
  l3_message_init(&in);
  out.send_dope = L3_DOPE(length, 0);
  for (unsigned round = 0; round < rounds + WARM_UP; round++) {
    unsigned words[3] = {round, 2, 3};
    l3_code code;

    if (round == WARM_UP) start = l3_clock_ns();
    code = l3_call(partner, descriptor(&out), words, descriptor(&in), L3_NO_TIMEOUTS);
    if (l3_error(code)) die(1, "%s: %s", what, l3_strerror(code));
    if (words[0] != round + 1 || words[1] != 2 || words[2] != 3) die(1, "%s: wrong answer %u", what, words[0]);
  }
  printf("%-14s %u words, %u rounds, %llu cycles each\n", what, length, rounds,
         (l3_clock_ns() - start) / rounds / NS_PER_CYCLE);
}

int main(int argc, char **argv) {
  static const struct command_line line = {"n:w:", 0, help, 2};
  static char stack[4096];
  int ends[2];
  l3_id partner;
  pid_t child;

  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    unsigned value = strtoul(optarg, 0, 10);

    if (letter == 'n') rounds = value;
    if (letter == 'w') length = value;
  }
  if (rounds == 0 || length < L3_REGISTER_WORDS || length > L3_MAX_DWORDS)
    die(1, "need at least one round, and %u to %u words", L3_REGISTER_WORDS, L3_MAX_DWORDS);
  ping("two threads", l3_thread_start(1, stack, sizeof stack, pong, 0));

  if (pipe(ends) != 0) die_errno(1, "pipe");
  fflush(stdout);
  child = fork();
  if (child < 0) die_errno(1, "fork");
  if (child == 0) {
    partner = l3_myself();
    write(ends[1], &partner, sizeof partner);
    pong(0);
  }
  if (read(ends[0], &partner, sizeof partner) != sizeof partner) die(1, "no partner");
  ping("two processes", partner);
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  return finish(0);
}
