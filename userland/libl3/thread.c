/* Threads and tasks. (L4 X.0 reference manual: id_nearest, lthread_ex_regs, thread_switch, thread_schedule, task_new)
 */
#include <l3/thread.h>

l3_id l3_nearest(l3_id destination, unsigned *type) {
  unsigned relation;

  __asm__ volatile("int %2"
                   : "=a"(relation), "+S"(destination)
                   : "i"(L3_CALL_ID_NEAREST)
                   : "ecx", "edx", "edi", "memory", "cc");
  if (type) *type = relation;
  return destination;
}

l3_id l3_myself(void) {
  return l3_nearest(L3_NIL, 0);
}

int l3_exists(l3_id thread) {
  return l3_nearest(thread, 0) != L3_NIL;
}

void l3_ex_regs(unsigned lthread, struct l3_registers *registers) {
  l3_id pager = L3_INVALID;

  __asm__ volatile("int %5"
                   : "+a"(lthread), "+c"(registers->esp), "+d"(registers->eip), "+b"(registers->preempter), "+S"(pager)
                   : "i"(L3_CALL_LTHREAD_EX_REGS)
                   : "edi", "memory", "cc");
  registers->eflags = lthread;
}

/* Where a thread goes whose body is done: a thread ends with its task only. */
static void rest(void) {
  struct l3_ipc ipc = {.send = L3_SEND_NONE, .receive = L3_SHORT, .partner = L3_NIL};

  for (;;) l3_ipc(&ipc);
}

l3_id l3_thread_start(unsigned lthread, void *stack, unsigned size, void (*body)(void *), void *argument) {
  unsigned *top = (unsigned *)(((unsigned)stack + size) & ~15u);
  struct l3_registers registers = {.eip = (unsigned)body, .preempter = L3_INVALID};

  top -= 4;
  top[0] = (unsigned)argument;
  *--top = (unsigned)rest;
  registers.esp = (unsigned)top;
  l3_ex_regs(lthread, &registers);
  return l3_sibling(l3_myself(), lthread);
}

void l3_switch(l3_id thread) {
  __asm__ volatile("int %1" : "+S"(thread) : "i"(L3_CALL_THREAD_SWITCH) : "eax", "ecx", "edx", "edi", "memory", "cc");
}

void l3_sleep(unsigned us) {
  struct l3_ipc ipc = {
      .send = L3_SEND_NONE, .timeouts = l3_timeouts(L3_FOREVER, us, L3_FOREVER, L3_FOREVER), .receive = L3_SHORT};

  l3_ipc(&ipc);
}

/* Parameter word: slice mantissa 8 | slice exponent 4 | state 4 | 0 (8) | priority 8. */
int l3_schedule(l3_id thread, int priority, unsigned slice_us, l3_id preempter, struct l3_schedule *old) {
  unsigned parameter = 0xffffffff, low, high, exponent = 15;

  if (priority >= 0) {
    while (slice_us > 255) slice_us = slice_us / 4 + (slice_us % 4 != 0), exponent--;
    parameter = (slice_us == 0 ? 0 : slice_us << 24 | exponent << 20) | (unsigned)priority;
  }
  __asm__ volatile("int %5"
                   : "+a"(parameter), "=c"(low), "=d"(high), "+b"(preempter), "+S"(thread)
                   : "i"(L3_CALL_THREAD_SCHEDULE)
                   : "edi", "memory", "cc");
  if (parameter == 0xffffffff) return -1;
  if (old) {
    old->priority = parameter & 0xff;
    old->slice_us = parameter >> 24 << 2 * (15 - (parameter >> 20 & 15));
    old->state = parameter >> 16 & 15;
    old->used_us = (unsigned long long)high << 32 | low;
    old->partner = thread;
    old->preempter = preempter;
  }
  return 0;
}

static l3_id task_new(l3_id slot, unsigned priority, unsigned esp, unsigned eip, l3_id pager) {
  __asm__ volatile("int %5"
                   : "+S"(slot), "+a"(priority), "+c"(esp), "+d"(eip), "+b"(pager)
                   : "i"(L3_CALL_TASK_NEW)
                   : "edi", "memory", "cc");
  return slot;
}

l3_id l3_task_new(l3_id slot, unsigned priority, void *stack, void (*start)(void), l3_id pager) {
  return task_new(slot, priority, (unsigned)stack, (unsigned)start, pager);
}

int l3_task_delete(l3_id task) {
  return task_new(task, 0, 0, 0, L3_NIL) == task ? 0 : -1;
}
