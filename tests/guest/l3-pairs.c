/* Every thread can be a memory manager for every other: processes that all manage memory for all, themselves included.
 */
#include <l3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT 4
#define WORDS (L3_PAGE_BYTES / sizeof(unsigned))

/* What this process manages: a page for each other process. */
static volatile unsigned own[COUNT][WORDS] __attribute__((aligned(4096)));

static l3_fpage serve(struct l3_pager *pager, const struct l3_fault *fault) {
  (void)pager;
  return fault->offset < sizeof own ? l3_page((unsigned)own + fault->offset, L3_FPAGE_WRITE) : L3_REFUSE_BEYOND_END;
}

static void manage(void *unused) {
  struct l3_pager pager = {.fault = serve};

  (void)unused;
  l3_pager_loop(&pager);
}

struct report {
  unsigned number, value;
};

static int member(unsigned number, int up, int down) {
  static char stack[8192];
  struct report report = {number, 0};
  l3_id managers[COUNT];
  unsigned marks = 0;

  for (unsigned page = 0; page < COUNT; page++) own[page][0] = 100 * number + page;
  report.value = l3_thread_start(1, stack, sizeof stack, manage, 0);
  write(up, &report, sizeof report);
  read(down, managers, sizeof managers);
  report.value = 0;
  for (unsigned other = 0; other < COUNT; other++) {
    volatile unsigned *memory = l3_attach(sizeof own, managers[other], number, 0, L3_RIGHT_READ | L3_RIGHT_WRITE);

    if (!memory) continue;
    for (unsigned page = 0; page < COUNT; page++) report.value += memory[page * WORDS] == 100 * other + page;
    memory[number * WORDS + 1] = number + 1;
  }
  write(up, &report, sizeof report);
  read(down, managers, sizeof managers);
  for (unsigned other = 0; other < COUNT; other++) marks += own[other][1] == other + 1;
  report.value = marks;
  write(up, &report, sizeof report);
  return 0;
}

int main(void) {
  int up[2], down[COUNT][2];
  l3_id managers[COUNT];
  struct report report;

  pipe(up);
  for (unsigned number = 0; number < COUNT; number++) {
    pipe(down[number]);
    if (fork() == 0) return member(number, up[1], down[number][0]);
  }
  for (int phase = 0; phase < 3; phase++) {
    unsigned sum = 0;

    for (int i = 0; i < COUNT; i++) {
      if (read(up[0], &report, sizeof report) != sizeof report) return 1;
      if (phase == 0) managers[report.number] = report.value;
      else sum += report.value;
    }
    if (phase == 1) printf("%u pages right\n", sum);
    if (phase == 2) printf("%u marks right\n", sum);
    for (int i = 0; i < COUNT && phase < 2; i++) write(down[i][1], managers, sizeof managers);
  }
  while (wait(0) > 0) continue;
  return 0;
}
