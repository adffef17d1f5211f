/* Frames from sigma0, or from any manager that speaks its protocol. (servers/abi/sigma0.ts) */
#pragma once
#include <l3/ipc.h>

l3_fpage l3_sigma0_page(l3_id sigma0, unsigned log2, l3_fpage window);
l3_fpage l3_sigma0_page_at(l3_id sigma0, unsigned address, l3_fpage window);
l3_fpage l3_sigma0_info_page(l3_id sigma0, l3_fpage window);
