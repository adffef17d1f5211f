/*
 * l3-chief: confines a task. The task is made by this process, which is its chief and its pager: all its messages to
 * others, and all messages of others to it, come here first. The chief writes them down and lets small numbers pass.
 */
#include <l3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

static const char help[] = "Usage: l3-chief [LIMIT]\nConfine a task: numbers above LIMIT (3) do not leave it.\n";

#define LAST 5
#define DENIED 0xffffffffu

/* The memory of both: the confined task shows the chief's pages at the same addresses. */
static l3_id server;
static volatile unsigned answers[LAST + 1];
static char stack[4096] __attribute__((aligned(16)));

/* The confined task: asks the server for the squares of 1 to LAST, and ends. It knows nothing of its chief. */
static void confined(void) {
  for (unsigned number = 1; number <= LAST; number++) {
    unsigned words[3] = {number, 0, 0};

    answers[number] = l3_error(l3_call(server, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS)) ? DENIED : words[0];
  }
  /* An invalid instruction: the kernel tells the chief. */
  __builtin_trap();
}

/* Another process, outside: it answers whoever asks. */
static void serve(void) {
  unsigned words[3];
  l3_id client;

  for (l3_code code = l3_wait(&client, words, L3_SHORT, L3_NO_TIMEOUTS);;) {
    words[0] *= words[0];
    code = l3_error(code) ? l3_wait(&client, words, L3_SHORT, L3_NO_TIMEOUTS)
                          : l3_reply_and_wait(&client, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS);
  }
}

/* A page of the confined task is the same page of ours; a page of its data becomes ours by a write that changes
 * nothing. */
static void serve_fault(l3_id client, unsigned words[3]) {
  char *page = (char *)(words[2] & -L3_PAGE_BYTES);
  int write = words[0] & L3_FAULT_WRITE;
  unsigned answer[3] = {words[2], l3_page(page, write ? L3_FPAGE_WRITE : 0), 0};

  if (write) __asm__ volatile("lock; orb $0, %0" : "+m"(*page) : : "memory", "cc");
  else (void)*(volatile char *)page;
  l3_send(client, L3_SHORT_MAP, answer, L3_NO_TIMEOUTS);
}

int main(int argc, char **argv) {
  int first = no_options(argc, argv, help), ends[2];
  unsigned limit = first < argc ? strtoul(argv[first], 0, 10) : 3;
  l3_id task, from, to;
  pid_t child;

  if (pipe(ends) != 0) die_errno(1, "pipe");
  child = fork();
  if (child < 0) die_errno(1, "fork");
  if (child == 0) {
    server = l3_myself();
    write(ends[1], &server, sizeof server);
    serve();
  }
  if (read(ends[0], &server, sizeof server) != sizeof server) die(1, "no server");
  task = l3_task_new(L3_NIL, 100, stack + sizeof stack, confined, l3_myself());
  if (task == L3_NIL) die(1, "no task");

  for (;;) {
    unsigned words[3];
    l3_code code = l3_wait_redirected(&from, &to, words, L3_SHORT, L3_NO_TIMEOUTS);

    if (l3_error(code)) die(1, "%s", l3_strerror(code));
    if (to == L3_NIL && words[0] == L3_EXCEPTION_LABEL) break;
    if (to == L3_NIL) {
      serve_fault(from, words);
      continue;
    }
    if (from == task && words[0] > limit) {
      printf("task to server: %u denied\n", words[0]);
      words[0] = DENIED;
      l3_send_as(to, from, L3_SHORT, words, L3_NO_TIMEOUTS);
      continue;
    }
    printf("%s: %u\n", from == task ? "task to server" : "server to task", words[0]);
    l3_send_as(from, to, L3_SHORT, words, L3_NO_TIMEOUTS);
  }
  for (unsigned number = 1; number <= LAST; number++) printf("%u: %d\n", number, (int)answers[number]);
  l3_task_delete(task);
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  return finish(0);
}
