/* The library's calls one by one; prints what is wrong, and how many checks there were. */
#include <l3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned checks, wrong;

static void check_at(int line, int right, const char *what) {
  checks++;
  if (right) return;
  wrong++;
  printf("line %d: %s\n", line, what);
}
#define check(right) check_at(__LINE__, right, #right)

#define SHORT_TIME l3_timeouts(1000, 1000, L3_FOREVER, L3_FOREVER)
#define NO_TIME l3_timeouts(0, 0, L3_FOREVER, L3_FOREVER)

static char stacks[4][8192] __attribute__((aligned(16)));

static void check_timeouts(void) {
  check(l3_timeouts(L3_FOREVER, L3_FOREVER, L3_FOREVER, L3_FOREVER) == 0);
  check(l3_timeouts(0, 0, 0, 0) == 0x0000ffff);
  check(l3_timeouts(255, 1, L3_FOREVER, L3_FOREVER) == 0x01ff00ff);
  /* 256 us = 64 * 4, 1 s = 245 * 4^6 rounded up. */
  check(l3_timeouts(256, 1000000, L3_FOREVER, L3_FOREVER) == (245u << 24 | 64u << 16 | 14 << 4 | 9));
  check(l3_timeouts(L3_FOREVER, L3_FOREVER, 1, 1000) == (14u << 12 | 10 << 8));
}

static void check_ids(void) {
  l3_id me = l3_myself();

  check(me != L3_NIL && me == l3_task_of(me) && l3_thread_number(me) == 0);
  check(l3_exists(me));
  check(!l3_exists(l3_sibling(me, 100)));
  check(l3_sibling(me, 5) == (me | 5 << 10) && l3_same_task(me, l3_sibling(me, 5)));
  check(l3_nearest(me, 0) == me);
}

/* Sends back what comes: words, and the strings one after the other as one. */
static void echo(void *unused) {
  static char buffer[10000];
  static L3_MESSAGE(8, 3) message;
  unsigned words[3];
  l3_id client;

  (void)unused;
  l3_message_init(&message);
  message.size_dope = L3_DOPE(8, 3);
  for (l3_code code = L3_IPC_NOT_EXISTENT;;) {
    unsigned at = 0;

    for (int i = 0; i < 3; i++) {
      message.string[i].receive_size = 4000 - 1000 * i;
      message.string[i].receive_address = buffer + 4000 * (i > 0) + 3000 * (i > 1);
    }
    code = l3_error(code) ? l3_wait(&client, words, L3_LONG(&message), L3_NO_TIMEOUTS)
                          : l3_reply_and_wait(&client, L3_LONG(&message), words, L3_LONG(&message), L3_NO_TIMEOUTS);
    if (l3_error(code)) continue;
    for (unsigned i = 0; i < L3_DOPE_STRINGS(code); i++) {
      memmove(buffer + at, message.string[i].receive_address, message.string[i].send_size);
      at += message.string[i].send_size;
    }
    words[0]++;
    message.send_dope = L3_DOPE(L3_DOPE_WORDS(code), at > 0);
    message.string[0].send_size = at;
    message.string[0].send_address = buffer;
  }
}

static void check_messages(l3_id partner) {
  static char one[3000], two[2000], back[6000];
  L3_MESSAGE(8, 2) message;
  unsigned words[3] = {1, 2, 3};
  l3_code code;

  code = l3_call(partner, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS);
  check(code == L3_DOPE(3, 0) && words[0] == 2 && words[1] == 2 && words[2] == 3);

  l3_message_init(&message);
  message.send_dope = L3_DOPE(6, 2);
  for (unsigned i = 3; i < 8; i++) message.word[i] = 10 * i;
  memset(one, 'x', sizeof one);
  memset(two, 'y', sizeof two);
  message.string[0] = (struct l3_string){sizeof one, one, sizeof back, back};
  message.string[1] = (struct l3_string){sizeof two, two, 0, 0};
  code = l3_call(partner, L3_LONG(&message), words, L3_LONG(&message), L3_NO_TIMEOUTS);
  check(code == L3_DOPE(6, 1));
  check(words[0] == 3 && message.word[3] == 30 && message.word[5] == 50);
  check(message.string[0].send_size == 5000 && message.string[0].send_address == back);
  check(memcmp(back, one, 3000) == 0 && memcmp(back + 3000, two, 2000) == 0);

  /* Gathered from two parts: one string for the receiver. */
  message.string[0] = (struct l3_string){1000, one, sizeof back, back};
  message.string[1] = (struct l3_string){500 | L3_CONTINUES, two, 0, 0};
  message.send_dope = L3_DOPE(3, 2);
  code = l3_call(partner, L3_LONG(&message), words, L3_LONG(&message), L3_NO_TIMEOUTS);
  check(code == L3_DOPE(3, 1) && message.string[0].send_size == 1500 && back[999] == 'x' && back[1000] == 'y');

  /* Too long for the buffer. */
  message.string[0] = (struct l3_string){3000, one, 100, back};
  message.send_dope = L3_DOPE(3, 1);
  code = l3_call(partner, L3_LONG(&message), words, L3_LONG(&message), L3_NO_TIMEOUTS);
  check(l3_error(code) == L3_IPC_RECEIVE_CUT && !l3_send_failed(code));
}

static void sleep_on(void *unused) {
  (void)unused;
  l3_sleep(L3_FOREVER);
}

static void check_errors(l3_id partner) {
  unsigned words[3] = {0, 0, 0};
  l3_id from;
  l3_code code;

  check(l3_error(l3_send(l3_sibling(partner, 99), L3_SHORT, words, L3_NO_TIMEOUTS)) == L3_IPC_NOT_EXISTENT);
  check(l3_error(l3_wait(&from, words, L3_SHORT, NO_TIME)) == L3_IPC_RECEIVE_TIMEOUT);
  check(l3_error(l3_receive(partner, words, L3_SHORT, SHORT_TIME)) == L3_IPC_RECEIVE_TIMEOUT);
  /* A sleeping thread takes nothing. */
  code = l3_send(l3_thread_start(2, stacks[2], sizeof stacks[2], sleep_on, 0), L3_SHORT, words, SHORT_TIME);
  check(l3_error(code) == L3_IPC_SEND_TIMEOUT && l3_send_failed(code));
  for (unsigned error = 0; error < 0x100; error += 0x10) check(l3_strerror(error) != 0 && *l3_strerror(error) != 0);
}

static void check_time(void) {
  unsigned long long start = l3_clock_ns();

  l3_sleep(2000);
  check(l3_clock_ns() - start >= 2000000);
}

static void spin(void *counter) {
  for (;;) ++*(volatile unsigned *)counter;
}

/* Lets a preempted thread go on, and counts. */
static void preempter(void *counter) {
  unsigned words[3];
  l3_id thread;

  for (l3_code code = l3_wait(&thread, words, L3_SHORT, L3_NO_TIMEOUTS); !l3_error(code);) {
    ++*(volatile unsigned *)counter;
    code = l3_reply_and_wait(&thread, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS);
  }
}

static void check_threads(void) {
  static volatile unsigned preemptions;
  static unsigned counter;
  struct l3_registers old = {L3_INVALID, L3_INVALID, L3_INVALID, 0};
  struct l3_schedule schedule;
  l3_id thread = l3_thread_start(3, stacks[3], sizeof stacks[3], spin, &counter);

  check(thread == l3_sibling(l3_myself(), 3) && l3_exists(thread));
  /* It may have to wait for a page first. */
  for (int tries = 0; tries < 10 && *(volatile unsigned *)&counter == 0; tries++) l3_switch(thread);
  check(counter > 0);
  l3_ex_regs(3, &old);
  check(old.esp > (unsigned)stacks[3] && old.esp <= (unsigned)stacks[3] + sizeof stacks[3]);
  check(old.eip >= (unsigned)spin && old.eip < (unsigned)spin + 64);
  check(l3_schedule(thread, -1, 0, L3_INVALID, &schedule) == 0 && schedule.priority == 100);
  check(l3_schedule(thread, 50, 2000, L3_INVALID, 0) == 0);
  check(l3_schedule(thread, -1, 0, L3_INVALID, &schedule) == 0 && schedule.priority == 50 && schedule.slice_us >= 2000);
  check(l3_schedule(thread, 255, 0, L3_INVALID, 0) == 0);
  check(l3_schedule(thread, -1, 0, L3_INVALID, &schedule) == 0 && schedule.priority == 50);
  l3_id guard = l3_thread_start(5, stacks[2], sizeof stacks[2], preempter, (void *)&preemptions);
  check(l3_schedule(thread, 50, 1000, guard, &schedule) == 0 && schedule.preempter == L3_NIL);
  check(l3_schedule(thread, -1, 0, L3_INVALID, &schedule) == 0 && schedule.preempter == guard);
  l3_sleep(10000);
  check(preemptions > 0);
  check(l3_schedule(l3_sibling(thread, 99), -1, 0, L3_INVALID, &schedule) == -1);
}

static volatile unsigned pages[4][1024] __attribute__((aligned(4096)));

static l3_fpage serve(struct l3_pager *pager, const struct l3_fault *fault) {
  ++*(unsigned *)pager->state;
  if (fault->data_space != 7) return L3_REFUSE_RIGHTS;
  return fault->offset < sizeof pages ? l3_page((unsigned)pages + fault->offset, fault->write ? L3_FPAGE_WRITE : 0)
                                      : L3_REFUSE_BEYOND_END;
}

static int greet(struct l3_pager *pager, l3_id client, unsigned words[3]) {
  (void)pager, (void)client;
  words[0] += 1000;
  return 1;
}

static void manage(void *faults) {
  struct l3_pager pager = {.fault = serve, .request = greet, .state = faults};

  l3_pager_loop(&pager);
}

static void check_memory(void) {
  static volatile unsigned faults;
  l3_id manager = l3_thread_start(4, stacks[0], sizeof stacks[0], manage, (void *)&faults);
  volatile unsigned *memory = l3_attach(sizeof pages, manager, 7, 0, L3_RIGHT_READ | L3_RIGHT_WRITE);
  unsigned words[3] = {5, 0, 0};
  int ends[2];

  check(memory != 0);
  pages[1][0] = 11;
  check(memory[1024] == 11 && faults == 1);
  memory[1024] = 12;
  check(pages[1][0] == 12 && faults == 2);
  check(memory[1024] == 12 && faults == 2);
  /* What clients did; then the page is gone and comes again. */
  check(l3_unmap(l3_page(pages[1], 0), L3_UNMAP_STATUS) == (L3_PAGE_ACCESSED | L3_PAGE_DIRTY));
  check(l3_unmap(l3_page(pages[1], 0), L3_UNMAP_STATUS) == 0);
  l3_unmap(l3_page(pages[1], 0), L3_UNMAP_READ_ONLY);
  check(memory[1024] == 12 && faults == 2);
  memory[1024] = 13;
  check(faults == 3);
  l3_unmap(l3_page(pages[1], 0), L3_UNMAP_FLUSH);
  check(memory[1024] == 13 && faults == 4);
  check(l3_error(l3_call(manager, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS)) == 0 && words[0] == 1005);
  /* The Unix server reads there, too. */
  pipe(ends);
  check(write(ends[1], (void *)(memory + 2048), 4) == 4 && faults == 5);
  check(l3_region_map((void *)memory, 4096, manager, 7, 0, L3_RIGHT_READ) == L3_REGION_OVERLAP);
  check(l3_region_map((void *)1, 4096, manager, 7, 0, L3_RIGHT_READ) == L3_REGION_INVALID);
  check(l3_detach((void *)memory, sizeof pages) == 0);
  if (fork() == 0) {
    /* Without the region this is a signal. */
    exit((int)*memory);
  }
  int status;
  wait(&status);
  check(WIFSIGNALED(status));
  check(l3_arena(8192) != 0);
  setenv(L3_MANAGER_VARIABLE, L3_BOOTED_MANAGER, 1);
  check(l3_arena(8192) == 0);
  setenv(L3_MANAGER_VARIABLE, "nonsense", 1);
  check(l3_arena(8192) == 0);
}

/* Drivers made at boot: the Unix server lets the superuser's messages pass. */
static void check_drivers(void) {
  struct l3_driver_identity identity;
  struct l3_driver_answer answer;
  unsigned char bytes[16] = {0}, zero[16] = {0};
  unsigned done, seconds;
  const struct l3_driver_request time = {.operation = L3_DRIVER_READ};

  check(l3_driver_identify(L3_SERVER_RANDOM, 0, &identity) == L3_STATUS_OK && identity.class == L3_CLASS_RANDOM);
  check(l3_driver_read(L3_SERVER_RANDOM, 0, 0, sizeof bytes, bytes, sizeof bytes, &done) == L3_STATUS_OK &&
        done == sizeof bytes);
  check(memcmp(bytes, zero, sizeof bytes) != 0);
  unsigned long long before = l3_clock_ns();
  check(l3_driver_call(L3_SERVER_CLOCK, &time, &answer) == L3_STATUS_OK);
  check(((unsigned long long)answer.value[1] << 32 | answer.value[0]) >= before);
  /* 2025-01-01, where the virtual clock begins. */
  check(l3_driver_control(L3_SERVER_CLOCK, 0, L3_CLOCK_EPOCH, 0, &seconds) == L3_STATUS_OK && seconds == 1735689600);
  check(l3_driver_open(L3_SERVER_DISK, 0) == L3_STATUS_DENIED);
}

/* Frames are no words: they do not come through the Unix server. */
static void check_sigma0(void) {
  check(l3_sigma0_page(L3_SERVER_SIGMA0, L3_PAGE_LOG2, l3_flexpage(0x20000000, 12, 0)) == 0);
}

int main(void) {
  check_timeouts();
  check_ids();
  l3_id partner = l3_thread_start(1, stacks[1], sizeof stacks[1], echo, 0);
  check_messages(partner);
  check_errors(partner);
  check_time();
  check_memory();
  check_threads();
  check_drivers();
  check_sigma0();
  printf("%u checks, %u wrong\n", checks, wrong);
  return wrong != 0;
}
