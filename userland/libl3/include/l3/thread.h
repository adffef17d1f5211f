/* Threads and tasks. (kernel/abi/identifiers.ts; L4 X.0 manual) */
#pragma once
#include <l3/ipc.h>

l3_id l3_myself(void);
l3_id l3_nearest(l3_id destination, unsigned *type);
int l3_exists(l3_id thread);

/* Parts of ids. */
#define l3_task_number(id) ((id) >> 17 & 0x7ff)
#define l3_thread_number(id) ((id) >> 10 & 0x7f)
#define l3_task_of(id) ((id) & ~0x1fc00u)
#define l3_sibling(id, lthread) (l3_task_of(id) | (unsigned)(lthread) << 10)
#define l3_same_task(a, b) (l3_task_of(a) == l3_task_of(b))

/* Registers of a thread of the own task: L3_INVALID leaves one as it is. Filled with the old ones. */
struct l3_registers {
  unsigned esp, eip;
  l3_id preempter;
  unsigned eflags;
};
void l3_ex_regs(unsigned lthread, struct l3_registers *registers);
l3_id l3_thread_start(unsigned lthread, void *stack, unsigned size, void (*body)(void *), void *argument);

void l3_switch(l3_id thread);
#define l3_yield() l3_switch(L3_NIL)
void l3_sleep(unsigned us);

/* Scheduling parameters of a thread; priority and slice of the own task's and clan's threads can be set. */
struct l3_schedule {
  unsigned priority;
  unsigned slice_us;
  unsigned state;
  unsigned long long used_us;
  l3_id partner;
  l3_id preempter;
};
int l3_schedule(l3_id thread, int priority, unsigned slice_us, l3_id preempter, struct l3_schedule *old);

l3_id l3_task_new(l3_id slot, unsigned priority, void *stack, void (*start)(void), l3_id pager);
int l3_task_delete(l3_id task);
