/* Traps of the own thread, segments and rights of regions from C; prints what is wrong, and how many checks there were.
 */
#include <l3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned checks, wrong;
static struct {
  int line;
  const char *what;
} failures[16];

/* Added threads check too, and only thread 0 can print. */
static void check_at(int line, int right, const char *what) {
  checks++;
  if (right) return;
  failures[wrong % 16].line = line;
  failures[wrong++ % 16].what = what;
}
#define check(right) check_at(__LINE__, right, #right)

#define SOFTWARE_VECTOR 0x42
#define INVALID_OPCODE 6
#define GENERAL_PROTECTION 13
#define PAGE_FAULT 14
/* Selector of descriptor 6 for user code. */
#define SELECTOR (6 << 3 | 3)
#define UNMAPPED ((volatile unsigned *)0x20000000)
#define COUNT 8

/* What the handler saw, trap by trap; what it makes of the frame is in `repair`. */
static struct l3_trap_frame seen[COUNT], frame __attribute__((aligned(128)));
static volatile unsigned traps, nested_traps;
static void (*volatile repair)(void);
static char stacks[3][8192] __attribute__((aligned(16))), handler_stack[8192] __attribute__((aligned(16)));

static void handler(void) {
  seen[traps++ % COUNT] = frame;
  if (repair) repair();
  l3_trap_return(&frame);
}

static void nested_handler(void) {
  nested_traps++;
  seen[traps++ % COUNT] = frame;
  l3_trap_return(&frame);
}

/* The last trap, when there was exactly one since the last time. */
static const struct l3_trap_frame *trapped(void) {
  static struct l3_trap_frame none;
  const struct l3_trap_frame *result = traps == 1 ? &seen[0] : &none;

  traps = 0;
  return result;
}

static void answer_in_eax(void) {
  frame.eax = frame.ebx + frame.ecx;
}

static void skip_two_bytes(void) {
  frame.eip += 2;
}

static void fail_in_handler(void) {
  frame.eip += 2;
  __asm__ volatile("ud2");
}

static void skip_and_ask_for_entry(void) {
  frame.eip += 2;
  frame.ast_pending = 1;
  repair = 0;
}

/* Goes on behind the call of l3_trap_return, to which it does not return. */
static unsigned resume_eip, resume_esp, resume_ebp;
static void resume(void) {
  frame.eip = resume_eip;
  frame.esp = resume_esp;
  frame.ebp = resume_ebp;
}

static void return_from(void *bad_frame) {
  __asm__ volatile("movl %%esp, %1\n\tmovl %%ebp, %2\n\tmovl $1f, %0\n\tint %4\n1:"
                   : "=m"(resume_eip), "=m"(resume_esp), "=m"(resume_ebp)
                   : "a"(bad_frame), "i"(L3_CALL_TRAP_RETURN)
                   : "memory", "cc");
}

static void check_traps(void) {
  static char page[2 * L3_PAGE_BYTES] __attribute__((aligned(4096)));
  const struct l3_trap_frame *trap;
  unsigned sum, ebx = 30, ecx = 12;

  check(l3_trap_setup((void *)((char *)&frame + 2), handler, handler_stack, 0) == L3_REGION_INVALID);
  check(l3_trap_setup((void *)(page + L3_PAGE_BYTES - 8), handler, handler_stack, 0) == L3_REGION_INVALID);
  check(l3_trap_setup(&frame, handler, handler_stack + sizeof handler_stack, nested_handler) == 0);

  repair = answer_in_eax;
  __asm__ volatile("int %3" : "=a"(sum) : "b"(ebx), "c"(ecx), "i"(SOFTWARE_VECTOR) : "memory");
  trap = trapped();
  check(sum == 42 && trap->vector == SOFTWARE_VECTOR && trap->ebx == 30 && trap->ecx == 12 && trap->in_handler == 1);
  check(trap->esp > (unsigned)stacks[0] && trap->esp < (unsigned)stacks[0] + sizeof stacks[0]);

  repair = skip_two_bytes;
  __asm__ volatile("ud2");
  trap = trapped();
  check(trap->vector == INVALID_OPCODE && *(const unsigned short *)trap->eip == 0x0b0f);

  __asm__ volatile("movl (%0), %%eax" : : "r"(UNMAPPED) : "eax");
  trap = trapped();
  check(trap->vector == PAGE_FAULT && trap->address == (unsigned)UNMAPPED && trap->reason == L3_REFUSE_NO_REGION);

  repair = fail_in_handler;
  __asm__ volatile("ud2");
  check(traps == 2 && nested_traps == 1 && seen[1].nested_vector == INVALID_OPCODE);
  check(seen[1].nested_eip >= (unsigned)fail_in_handler && seen[1].nested_eip < (unsigned)fail_in_handler + 64 &&
        seen[1].vector == INVALID_OPCODE);
  traps = 0;

  repair = skip_and_ask_for_entry;
  __asm__ volatile("ud2");
  check(traps == 2 && seen[1].vector == L3_VECTOR_AST);
  traps = 0;

  repair = resume;
  return_from((void *)2);
  check(trapped()->vector == GENERAL_PROTECTION);
  repair = 0;
}

static void check_segments(void) {
  static const unsigned words[4] = {11, 22, 33, 44};
  unsigned value;

  check(l3_set_descriptor(5, 0, 0, L3_DESCRIPTOR_PRESENT) == L3_REGION_INVALID);
  check(l3_set_descriptor(9, 0, 0, L3_DESCRIPTOR_PRESENT) == L3_REGION_INVALID);
  check(l3_set_descriptor(6, (unsigned)words, 11, L3_DESCRIPTOR_PRESENT | L3_DESCRIPTOR_WRITABLE) == 0);
  __asm__ volatile("movl %1, %%gs\n\tmovl %%gs:8, %0" : "=r"(value) : "r"(SELECTOR));
  check(value == 33);
  repair = resume;
  __asm__ volatile("movl %%esp, %1\n\tmovl %%ebp, %2\n\tmovl $1f, %0\n\tmovl %%gs:12, %%eax\n1:"
                   : "=m"(resume_eip), "=m"(resume_esp), "=m"(resume_ebp)
                   :
                   : "eax", "memory", "cc");
  check(trapped()->vector == GENERAL_PROTECTION);
  check(l3_set_descriptor(6, (unsigned)words, L3_PAGE_BYTES - 1, L3_DESCRIPTOR_PRESENT | L3_DESCRIPTOR_PAGES) == 0);
  __asm__ volatile("movl %1, %%gs\n\tmovl %%gs:12, %0" : "=r"(value) : "r"(SELECTOR));
  check(value == 44);
  check(l3_set_descriptor(6, (unsigned)words, 11, L3_DESCRIPTOR_WRITABLE) == 0);
  __asm__ volatile("movl %%esp, %1\n\tmovl %%ebp, %2\n\tmovl $1f, %0\n\tmovl %3, %%gs\n1:"
                   : "=m"(resume_eip), "=m"(resume_esp), "=m"(resume_ebp)
                   : "r"(SELECTOR)
                   : "memory", "cc");
  /* A segment that is not present. */
  check(trapped()->vector == 11);
  repair = 0;
}

static volatile unsigned pages[2][1024] __attribute__((aligned(4096)));

static l3_fpage serve(struct l3_pager *pager, const struct l3_fault *fault) {
  (void)pager;
  return l3_page((unsigned)pages + fault->offset, fault->write ? L3_FPAGE_WRITE : 0);
}

static void manage(void *unused) {
  struct l3_pager pager = {.fault = serve};

  (void)unused;
  l3_pager_loop(&pager);
}

static volatile unsigned *memory;

static void allow_writing(void) {
  check(l3_region_protect((void *)memory, L3_PAGE_BYTES, L3_RIGHT_READ | L3_RIGHT_WRITE) == L3_REGION_OK);
}

static void check_rights(void) {
  const struct l3_trap_frame *trap;

  memory[0] = 1;
  memory[1024] = 2;
  check(l3_region_protect((void *)memory, L3_PAGE_BYTES, L3_RIGHT_READ) == L3_REGION_OK);
  memory[1024] = 3;
  check(memory[0] == 1 && memory[1024] == 3 && traps == 0);
  repair = allow_writing;
  memory[0] = 4;
  trap = trapped();
  check(trap->vector == PAGE_FAULT && trap->reason == L3_REFUSE_RIGHTS && trap->address == (unsigned)memory);
  check(memory[0] == 4 && pages[0][0] == 4);
  check(l3_region_protect((void *)memory, L3_PAGE_BYTES, 0) == L3_REGION_OK);
  repair = allow_writing;
  check(memory[0] == 4 && trapped()->reason == L3_REFUSE_RIGHTS);
  repair = 0;
  check(l3_region_protect((void *)UNMAPPED, L3_PAGE_BYTES, L3_RIGHT_READ) == L3_REGION_INVALID);
  check(l3_region_protect((char *)memory + 1, L3_PAGE_BYTES, L3_RIGHT_READ) == L3_REGION_INVALID);
}

/* What the Unix server has bound: rights can be taken, and only the server gives them again. */
static void check_rights_of_the_chief(void) {
  char *page = mmap(0, L3_PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int status;

  check(*page == 0);
  check(l3_region_protect(page, L3_PAGE_BYTES, L3_RIGHT_READ | L3_RIGHT_WRITE) == L3_REGION_DENIED);
  check(mprotect(page, L3_PAGE_BYTES, PROT_READ | PROT_WRITE) == 0);
  *page = 1;
  check(l3_region_protect(page, L3_PAGE_BYTES, L3_RIGHT_READ) == L3_REGION_OK);
  if (fork() == 0) {
    l3_region_protect(page, L3_PAGE_BYTES, L3_RIGHT_READ);
    *page = 2;
    _exit(0);
  }
  wait(&status);
  check(WIFSIGNALED(status) && WTERMSIG(status) == 11);
}

static volatile int spun;

static void spin(void *unused) {
  (void)unused;
  if (l3_trap_setup(&frame, handler, handler_stack + sizeof handler_stack, 0) != 0) return;
  for (spun = 1;;) continue;
}

/* Another thread forces an exception upon one that computes. */
static void check_forced(void) {
  struct l3_registers keep = {L3_INVALID, L3_INVALID, L3_INVALID, 0};

  l3_thread_start(2, stacks[1], sizeof stacks[1], spin, 0);
  while (!spun) l3_sleep(100);
  l3_ex_regs(2 | L3_EX_REGS_TRIGGER, &keep);
  for (int tries = 0; tries < 1000 && traps == 0; tries++) l3_sleep(100);
  check(trapped()->vector == L3_VECTOR_AST);
}

static void trap_unprepared(void *unused) {
  (void)unused;
  if (l3_trap_setup(&frame, handler, handler_stack + sizeof handler_stack, 0) != 0) return;
  l3_trap_setup(0, 0, 0, 0);
  __asm__ volatile("ud2");
}

/* Without a handler the chief is told: the Unix server ends the process. */
static void check_without_handler(void) {
  int status;

  if (fork() == 0) {
    l3_thread_start(1, stacks[0], sizeof stacks[0], trap_unprepared, 0);
    for (;;) l3_sleep(1000000);
  }
  wait(&status);
  check(WIFSIGNALED(status) && WTERMSIG(status) == 11);
}

/* Thread 0 of a Unix process has the emulation library's handler: all this happens in a thread of its own. */
static void run(void *main_thread) {
  unsigned words[3] = {0, 0, 0};

  check_traps();
  check_segments();
  check_rights();
  l3_send((l3_id)main_thread, L3_SHORT, words, L3_NO_TIMEOUTS);
  l3_sleep(L3_FOREVER);
}

int main(void) {
  unsigned words[3];
  l3_id thread;

  memory = l3_attach(sizeof pages, l3_thread_start(3, stacks[2], sizeof stacks[2], manage, 0), 7, 0,
                     L3_RIGHT_READ | L3_RIGHT_WRITE);
  check(memory != 0);
  thread = l3_thread_start(1, stacks[0], sizeof stacks[0], run, (void *)l3_myself());
  check(l3_error(l3_receive(thread, words, L3_SHORT, l3_timeouts(L3_FOREVER, 10000000, L3_FOREVER, L3_FOREVER))) == 0);
  check_rights_of_the_chief();
  check_forced();
  check_without_handler();
  for (unsigned i = 0; i < wrong && i < 16; i++) printf("line %d: %s\n", failures[i].line, failures[i].what);
  printf("%u checks, %u wrong\n", checks, wrong);
  return wrong != 0;
}
