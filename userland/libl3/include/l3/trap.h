/* Traps mirrored to their own thread, and segments. For tasks of one's own making: in Unix processes the emulation
 * library has both. (kernel/abi/trap-frame.ts) */
#pragma once
#include <l3/ipc.h>

struct l3_trap_frame {
  unsigned in_handler, ast_pending, vector, error_code, address, reason;
  unsigned ebx, ecx, edx, esi, edi, ebp, eax;
  unsigned eip, eflags, esp, ds, es, fs, gs;
  unsigned nested_vector, nested_eip, nested_address, nested_reason;
  unsigned ss;
};
_Static_assert(sizeof(struct l3_trap_frame) == L3_FRAME_SIZE, "frame of kernel/abi/trap-frame.ts");

unsigned l3_trap_setup(struct l3_trap_frame *frame, void (*handler)(void), void *stack, void (*nested)(void));
void l3_trap_return(struct l3_trap_frame *frame) __attribute__((noreturn));

#define L3_DESCRIPTOR_PRESENT 1u
#define L3_DESCRIPTOR_WRITABLE 2u
#define L3_DESCRIPTOR_EXPAND_DOWN 4u
#define L3_DESCRIPTOR_PAGES 8u
#define L3_DESCRIPTOR_AVAILABLE 16u
unsigned l3_set_descriptor(unsigned entry, unsigned base, unsigned limit, unsigned flags);
