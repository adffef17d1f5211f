/*
 * Layout of the private area of a thread, and what assembly and C share.
 *
 *   +0000 trap frame      +0080 struct private      +1000 top of the handler stack      +1000 scratch
 *
 * All that a plain call writes is in one page, so that a fork has only that one to copy. The handler stack lies in the
 * area, and areas are aligned, so the stack pointer tells whose area it is (AREA in emulib.h).
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "abi.h"
#include "calls.h"

#define AREA_MASK (-EMULATOR_PRIVATE_STRIDE)
#define PRIVATE_STATE_OFFSET 0x80
#define SCRATCH_SIZE (EMULATOR_PRIVATE_SIZE - HANDLER_STACK_OFFSET)

/* Calls below this number may be answered from the process page by emulib_sysinfo. */
#define LOCAL_OFFSETS 256

#define SYSTEM_CALL_VECTOR 0x80
/* How emulib_sysinfo hands over a call whose end is not just a result. */
#define FINISH_VECTOR 0x81

#endif
