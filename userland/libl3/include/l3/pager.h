/* Serving page faults: every thread can be a memory manager for every other. (kernel/abi/page-fault.ts) */
#pragma once
#include <l3/ipc.h>
#include <l3/memory.h>

struct l3_fault {
  l3_id client;
  unsigned data_space;
  unsigned offset;  /* of the page in the data space, in bytes */
  unsigned address; /* where the client sees the page */
  unsigned eip;
  int write;
};

/* A data space that `client` sends in a message to the task of `owner`, which is to have a copy.
 * (kernel/abi/data-space.ts) */
struct l3_copy {
  l3_id client;
  unsigned data_space;
  l3_id owner;
  unsigned ticket;
};

/*
 * A memory manager. `fault` returns the flexpage of its own memory that the client gets at the page it asked for, or a
 * reason L3_REFUSE_… (they are smaller than any flexpage). `request` gets messages that are no faults and leaves the
 * answer in `words`; it returns non-zero when there is to be one. `idle` is told of receives that brought nothing
 * (cancelled, or the time is up); non-zero ends the loop. `copy` makes a lazy copy, says its number, and returns 0 or
 * L3_REFUSE_…; null: it is refused. `release` is asked by an owner that gives one up; `discard` is told that the copy
 * of a ticket has not arrived.
 */
struct l3_pager {
  l3_fpage (*fault)(struct l3_pager *pager, const struct l3_fault *fault);
  int (*request)(struct l3_pager *pager, l3_id client, unsigned words[3]);
  int (*idle)(struct l3_pager *pager, l3_code code);
  unsigned (*copy)(struct l3_pager *pager, const struct l3_copy *copy, unsigned *number);
  unsigned (*release)(struct l3_pager *pager, l3_id owner, unsigned data_space);
  void (*discard)(struct l3_pager *pager, l3_id owner, unsigned ticket);
  unsigned timeouts;
  void *state;
  unsigned ipcs, words; /* counted by the loop: messages that came and went, words in them */
};
int l3_pager_loop(struct l3_pager *pager);
