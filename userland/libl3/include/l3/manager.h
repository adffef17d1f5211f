/* Memory managers around Unix commands: `manager [-f FRAMES] COMMAND [ARG…]`. */
#pragma once
#include <l3/pager.h>

/* Names of variables in the environment of the command. */
#define L3_MANAGER_VARIABLE "LITES_MANAGER"
#define L3_REPORT_VARIABLE "LITES_MANAGER_REPORT"
/* The manager's thread as a hexadecimal number, or this: the one that the system was booted with. */
#define L3_BOOTED_MANAGER "booted"

/* The client's side: memory for data, from the manager that the environment names, or from the system when it names
 * none. */
void *l3_arena(unsigned size);

/* The manager's side. */
struct l3_figures {
  unsigned faults, zero_fills, page_ins, forgotten, refused, page_outs, flushes;
};
struct l3_manager {
  struct l3_pager pager;
  unsigned frames;
  struct l3_figures figures;
  int child;
  int status;
};
int l3_manage(struct l3_manager *manager, int argc, char **argv, int (*start)(struct l3_manager *manager));

/* Where pages go that have no frame: a file without a name. Slots are numbered from 0; 0 = done, -1 = errno says why
 * not. */
int l3_store_open(unsigned slots);
int l3_store_read(unsigned slot, void *page);
int l3_store_write(unsigned slot, const void *page);
