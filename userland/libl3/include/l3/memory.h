/* Flexpages and regions. (kernel/abi/flexpage.ts, kernel/abi/calls.ts) */
#pragma once
#include <l3/ipc.h>

#define L3_PAGE_BYTES 4096u
#define L3_PAGE_LOG2 12u

/* 2^log2 bytes at an address that is a multiple of them; flags L3_FPAGE_WRITE, L3_FPAGE_GRANT. */
#define l3_flexpage(address, log2, flags) ((unsigned)(address) | (unsigned)(log2) << 2 | (unsigned)(flags))
#define l3_page(address, flags) l3_flexpage((unsigned)(address) & -L3_PAGE_BYTES, L3_PAGE_LOG2, flags)
#define l3_fpage_address(fpage) ((void *)((fpage) & -L3_PAGE_BYTES))
#define l3_fpage_log2(fpage) ((fpage) >> 2 & 0x3f)

unsigned l3_unmap(l3_fpage fpage, unsigned mask);

unsigned l3_region_map(void *base, unsigned size, l3_id manager, unsigned data_space, unsigned offset, unsigned rights);
unsigned l3_region_unmap(void *base, unsigned size);
unsigned l3_region_protect(void *base, unsigned size, unsigned rights);

/* In Unix processes: a range of free addresses becomes a region of a manager; and back. */
void *l3_attach(unsigned size, l3_id manager, unsigned data_space, unsigned offset, unsigned rights);
int l3_detach(void *base, unsigned size);
