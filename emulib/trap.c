/*
 * The handler of mirrored traps: system calls that take more than entry.S does, exceptions, forced exceptions.
 */
#include "emulib.h"

#define GENERAL_PROTECTION_VECTOR 13
#define PAGE_FAULT_VECTOR 14
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

  if (!row || row->via == VIA_SERVER)
    result = request(row, nr, ARGUMENTS(frame));
  else if (row->via == VIA_LOCAL)
    result = local_call(frame);
  else {
    result = special_call(frame);
    if (nr == SYS_sigreturn || nr == SYS_rt_sigreturn) return;
  }
  set_result(frame, nr, result);
}

/* The end of a call that entry.S made, when there is more to it than storing the result. */
void finish_call(u32 code, int result) {
  struct frame *frame = FRAME;
  int error = ipc_error(code);

  STATE->restart = 0;
  set_result(frame, frame->eax, error ? error : result);
  if (PROCESS_WORD(PROCESS_SIGNAL_PENDING) || STATE->restart) take_signals(frame);
}

/* The clock, read on the program's own stack (emulib_sysinfo), met a bad pointer: the copy routine returns -1. */
static int is_failed_access(const struct frame *frame) {
  return frame->vector == PAGE_FAULT_VECTOR && frame->eip >= (u32)user_access_begin && frame->eip < (u32)user_access_end;
}

/* INT n with a number that means nothing: on Linux the interrupt table has no gate for it, and the instruction faults. */
static void refuse_interrupt(struct frame *frame) {
  frame->error_code = frame->vector * 8 + 2;
  frame->vector = GENERAL_PROTECTION_VECTOR;
  frame->eip -= 2;
}

void handle_trap(void) {
  struct frame *frame = FRAME;

  STATE->restart = 0;
  if (frame->vector == SYSTEM_CALL_VECTOR)
    system_call(frame);
  else if (is_failed_access(frame))
    frame->eip = (u32)user_access_failed;
  else if (frame->vector != VECTOR_AST) {
    if (frame->vector >= FIRST_INTERRUPT_VECTOR) refuse_interrupt(frame);
    report_exception(frame->vector, frame->error_code, frame->address, frame->reason, frame->eip, 0);
  }
  if (PROCESS_WORD(PROCESS_SIGNAL_PENDING) || STATE->restart) take_signals(frame);
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
