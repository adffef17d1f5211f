/* Trap mirroring and segments. (kernel/abi/trap-frame.ts, kernel/abi/calls.ts) */
#include <l3/trap.h>

unsigned l3_trap_setup(struct l3_trap_frame *frame, void (*handler)(void), void *stack, void (*nested)(void)) {
  unsigned result = (unsigned)frame, eip = (unsigned)handler, esp = (unsigned)stack, nested_eip = (unsigned)nested;

  __asm__ volatile("int %4"
                   : "+a"(result), "+c"(eip), "+d"(esp), "+b"(nested_eip)
                   : "i"(L3_CALL_TRAP_SETUP)
                   : "esi", "edi", "memory", "cc");
  return result;
}

void l3_trap_return(struct l3_trap_frame *frame) {
  for (;;) __asm__ volatile("int %1" : : "a"(frame), "i"(L3_CALL_TRAP_RETURN) : "memory");
}

unsigned l3_set_descriptor(unsigned entry, unsigned base, unsigned limit, unsigned flags) {
  __asm__ volatile("int %4"
                   : "+a"(entry), "+c"(base), "+d"(limit), "+b"(flags)
                   : "i"(L3_CALL_SET_DESCRIPTOR)
                   : "esi", "edi", "memory", "cc");
  return entry;
}
