/*
 * Layout of the private area of a process, and what assembly and C share.
 *
 *   +0000 trap frame      +0078 completion code, result      +0080 struct private      +1000 top of the handler stack      +1000 scratch
 *
 * All that a plain call writes is in one page, so that a fork has only that one to copy.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "abi.h"
#include "calls.h"

#define TRAP_FRAME EMULATOR_PRIVATE
/* What emulib_sysinfo leaves for the handler of FINISH_VECTOR. */
#define FINISH_CODE (EMULATOR_PRIVATE + 0x78)
#define FINISH_RESULT (EMULATOR_PRIVATE + 0x7c)
#define PRIVATE_STATE (EMULATOR_PRIVATE + 0x80)
#define HANDLER_STACK (EMULATOR_PRIVATE + 0x1000)
#define SCRATCH (EMULATOR_PRIVATE + 0x1000)
#define SCRATCH_SIZE (EMULATOR_PRIVATE_SIZE - 0x1000)

/* Calls below this number may be answered from the process page by emulib_sysinfo. */
#define LOCAL_OFFSETS 256

#define SYSTEM_CALL_VECTOR 0x80
/* How emulib_sysinfo hands over a call whose end is not just a result. */
#define FINISH_VECTOR 0x81

#endif
