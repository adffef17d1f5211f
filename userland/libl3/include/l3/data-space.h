/* Data spaces in messages: what is sent arrives as a lazy copy that its manager makes. (kernel/abi/data-space.ts) */
#pragma once
#include <l3/ipc.h>

/* Gives up a data space that came in a message; 0 = done, or L3_REFUSE_…. */
unsigned l3_data_space_release(l3_id manager, unsigned data_space);
