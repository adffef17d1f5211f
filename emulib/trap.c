/*
 * The handler of mirrored traps: system calls that take more than entry.S does, exceptions, forced exceptions.
 */
#include "emulib.h"

#define GENERAL_PROTECTION_VECTOR 13
#define PAGE_FAULT_VECTOR 14
#define FLOATING_POINT_VECTOR 16
#define SIMD_FLOATING_POINT_VECTOR 19
/* Exception flags of the x87 status word and of MXCSR. */
#define FLOATING_POINT_EXCEPTIONS 0x3f
#define FIRST_INTERRUPT_VECTOR 32

/* The result of call `nr` for the program; or the call is to be repeated, which take_signals arranges. */
static void set_result(struct frame *frame, u32 nr, int result) {
  if (result == -ERESTARTSYS || result == -ERESTARTNOHAND) {
    STATE->restart = -result;
    STATE->restart_call = nr;
    result = -EINTR;
  }
  frame->eax = result;
}

static void system_call(struct frame *frame) {
  u32 nr = frame->eax;
  const struct call_row *row = find_row(nr);
  int result;

  if (!row || row->via == VIA_SERVER) result = request(row, nr, ARGUMENTS(frame));
  else if (row->via == VIA_LOCAL) result = local_call(frame);
  else {
    result = special_call(frame);
    if (nr == SYS_sigreturn || nr == SYS_rt_sigreturn) return;
  }
  set_result(frame, nr, result);
}

/* The end of a call that entry.S made by an IPC of its own, when there is more to it than storing the result. */
void finish_call(u32 code, int result) {
  struct frame *frame = FRAME;
  int error = ipc_error(code);

  STATE->restart = 0;
  set_result(frame, frame->eax, error ? error : result);
  if (THREAD_WORD(THREAD_SIGNAL_PENDING) || STATE->restart) take_signals(frame);
}

/*
 * emulib_sysinfo has made a call that ends with more than a result. From here on it is as if the program had made it by
 * its gate, which a restart repeats.
 */
static int is_unfinished_call(const struct frame *frame) {
  return frame->vector == FINISH_VECTOR && frame->eip == (u32)finish_gate_end;
}

/* What emulib_sysinfo has pushed: how the IPC ended, and the program's registers. */
struct unfinished {
  u32 code;
  int result;
  u32 eax, edi, esi, ebp, ebx, edx, ecx;
};

static void finish_sysinfo_call(struct frame *frame) {
  struct unfinished call;

  if (!in_user_space(frame->esp, sizeof call) || copy(&call, (void *)frame->esp, sizeof call)) {
    report_exception(PAGE_FAULT_VECTOR, 0, frame->esp, 0, frame->eip, 1);
    return;
  }
  frame->eax = call.eax, frame->edi = call.edi, frame->esi = call.esi, frame->ebp = call.ebp;
  frame->ebx = call.ebx, frame->edx = call.edx, frame->ecx = call.ecx;
  frame->esp += sizeof call;
  frame->eip = (u32)system_call_end;
  finish_call(call.code, call.result);
}

/* The clock, read on the program's own stack (emulib_sysinfo), met a bad pointer: the copy routine returns -1. */
static int is_failed_access(const struct frame *frame) {
  return frame->vector == PAGE_FAULT_VECTOR && frame->eip >= (u32)user_access_begin &&
         frame->eip < (u32)user_access_end;
}

/* INT n with a number that means nothing: on Linux the interrupt table has no gate for it, and the instruction faults.
 */
static void refuse_interrupt(struct frame *frame) {
  frame->error_code = frame->vector * 8 + 2;
  frame->vector = GENERAL_PROTECTION_VECTOR;
  frame->eip -= 2;
}

/* The unmasked exceptions of a floating-point fault, in the bits of the status word. */
static u32 floating_point_exceptions(u32 vector) {
  u16 status, control;
  u32 mxcsr;

  if (vector == SIMD_FLOATING_POINT_VECTOR) {
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr & ~(mxcsr >> 7) & FLOATING_POINT_EXCEPTIONS;
  }
  __asm__ volatile("fnstsw %0\n\tfnstcw %1" : "=m"(status), "=m"(control));
  return status & ~control & FLOATING_POINT_EXCEPTIONS;
}

void handle_trap(void) {
  struct frame *frame = FRAME;

  if (is_unfinished_call(frame)) {
    finish_sysinfo_call(frame);
    return;
  }
  STATE->restart = 0;
  if (frame->vector == SYSTEM_CALL_VECTOR) system_call(frame);
  else if (is_failed_access(frame)) frame->eip = (u32)user_access_failed;
  else if (frame->vector != VECTOR_AST) {
    u32 error_code;

    if (frame->vector >= FIRST_INTERRUPT_VECTOR) refuse_interrupt(frame);
    error_code = frame->error_code;
    if (frame->vector == FLOATING_POINT_VECTOR || frame->vector == SIMD_FLOATING_POINT_VECTOR)
      error_code = floating_point_exceptions(frame->vector);
    report_exception(frame->vector, error_code, frame->address, frame->reason, frame->eip, 0);
  }
  if (THREAD_WORD(THREAD_SIGNAL_PENDING) || STATE->restart) take_signals(frame);
}

/* The library itself faulted: its private page was overwritten, or no memory is left for it. */
void die_of_nested_fault(void) {
  struct frame *frame = FRAME;

  /* A second fault comes from reporting the first. */
  if (!STATE->dying) {
    STATE->dying = 1;
    report_exception(frame->nested_vector, 0, frame->nested_address, frame->nested_reason, frame->nested_eip, 1);
  }
  give_up();
}
